/** The SDK clients that every run needs; the others are made where they are used. Region and credentials come from the Lambda environment. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SSMClient } from "@aws-sdk/client-ssm";

/** The SDK tries again what failed on the way; a create keeps its idempotency token while it does. */
export const options = { maxAttempts: 3, retryMode: "standard" };

export function createEc2Client(): EC2Client {
  return new EC2Client(options);
}

export function createLoadBalancingClient(): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client(options);
}

export function createSsmClient(): SSMClient {
  return new SSMClient(options);
}
