/** The instances that the fleet's load balancer sends to. */
import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/**
 * Whatever their health: flows that an instance has stay with it while it drains, and where none is healthy all get packets
 * (Gateway Load Balancer, "Health checks for target groups").
 */
export async function readInService(
  client: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
): Promise<readonly string[]> {
  const { TargetHealthDescriptions = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  return TargetHealthDescriptions.flatMap(({ Target }) => (Target?.Id === undefined ? [] : [Target.Id]));
}
