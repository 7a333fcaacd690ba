/** A Network Load Balancer as mirror target, with or without an instance behind it. */
import { CreateTrafficMirrorTargetCommand, type EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  RegisterTargetsCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";

export async function loadBalancerTarget(
  { ec2, elb }: { readonly ec2: EC2Client; readonly elb: ElasticLoadBalancingV2Client },
  subnetId: string,
  instanceId?: string,
): Promise<{ targetId: string; LoadBalancerArn: string }> {
  const { LoadBalancers: [balancer] = [] } = await elb.send(
    new CreateLoadBalancerCommand({ Name: "sensors", Type: "network", Subnets: [subnetId] }),
  );
  const LoadBalancerArn = balancer?.LoadBalancerArn ?? "";
  const { TargetGroups: [group] = [] } = await elb.send(
    new CreateTargetGroupCommand({ Name: "sensors", Protocol: "UDP", Port: 4789, VpcId: balancer?.VpcId }),
  );
  const TargetGroupArn = group?.TargetGroupArn;
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: "UDP",
      Port: 4789,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    }),
  );
  if (instanceId !== undefined) {
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: instanceId }] }));
  }
  const { TrafficMirrorTarget } = await ec2.send(
    new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: LoadBalancerArn }),
  );
  return { targetId: TrafficMirrorTarget?.TrafficMirrorTargetId ?? "", LoadBalancerArn };
}
