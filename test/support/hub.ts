/** An endpoint service in front of a Gateway Load Balancer, made as its owner would make it. */
import {
  CreateVpcEndpointServiceConfigurationCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { CloudEnv } from "./aws.js";

/** `zones`: those of the account's default VPC that it serves. Answers its name. */
export const offerService = async (
  env: CloudEnv,
  name: string,
  zones: readonly string[],
  principals: readonly string[],
): Promise<string> => {
  const options = {
    endpoint: env["AWS_ENDPOINT_URL"] ?? "",
    region: env["AWS_REGION"] ?? "",
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  };
  const [ec2, elb] = [new EC2Client(options), new ElasticLoadBalancingV2Client(options)];
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "availability-zone", Values: [...zones] }] }),
  );
  const { LoadBalancers = [] } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: name,
      Type: "gateway",
      Subnets: Subnets.map(({ SubnetId = "" }) => SubnetId),
    }),
  );
  // As modules/capture-fleet has it unless it is told otherwise.
  await elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
      Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
    }),
  );
  const { ServiceConfiguration } = await ec2.send(
    new CreateVpcEndpointServiceConfigurationCommand({
      AcceptanceRequired: false,
      GatewayLoadBalancerArns: LoadBalancers.map(({ LoadBalancerArn = "" }) => LoadBalancerArn),
    }),
  );
  await ec2.send(
    new ModifyVpcEndpointServicePermissionsCommand({
      ServiceId: ServiceConfiguration?.ServiceId,
      AddAllowedPrincipals: [...principals],
    }),
  );
  for (const client of [ec2, elb]) client.destroy();
  return ServiceConfiguration?.ServiceName ?? "";
};
