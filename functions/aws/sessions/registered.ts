/** What is registered behind a load balancer, and how Elastic Load Balancing finds it. */
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  LoadBalancerNotFoundException,
  TargetGroupNotFoundException,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { receiverAddress } from "../../core/model.js";
import { classify } from "../errors.js";

/** A registered target, in the words of the fleet: `target` is a mirror target here. */
export interface Node {
  /** undefined: it is registered by address. */
  readonly instanceId?: string;
  /** With the VPC, since another VPC may use the same addresses. */
  readonly address?: string;
  /** Of an address: its availability zone, or `all`. That of an instance EC2 knows. */
  readonly zone?: string;
  /** `healthy`, `unhealthy`, `initial` …; `unavailable` where nothing checks. */
  readonly state?: string;
}

export interface Registered {
  readonly nodes: readonly Node[];
  /** false: the load balancer or a target group of it went meanwhile. */
  readonly isWhole: boolean;
}

/** Nothing is behind a load balancer that is gone; undefined when AWS refuses to say. */
export async function registeredBehind(
  elb: ElasticLoadBalancingV2Client,
  LoadBalancerArn: string,
): Promise<Registered | undefined> {
  try {
    const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }));
    const groups = await Promise.all(
      TargetGroups.map(({ TargetGroupArn, VpcId }) => nodesOf(elb, TargetGroupArn, VpcId)),
    );
    return {
      nodes: groups.flatMap((nodes) => nodes ?? []),
      isWhole: groups.every((nodes) => nodes !== undefined),
    };
  } catch (error) {
    if (error instanceof LoadBalancerNotFoundException) return { nodes: [], isWhole: false };
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** undefined: the group is gone. */
async function nodesOf(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string | undefined,
  vpcId = "",
): Promise<readonly Node[] | undefined> {
  try {
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    return TargetHealthDescriptions.flatMap(({ Target, TargetHealth }) => {
      if (Target?.Id === undefined) return [];
      const { Id, AvailabilityZone: zone } = Target;
      return {
        ...(isInstance(Id) ? { instanceId: Id } : { address: receiverAddress(vpcId, Id) }),
        ...(zone !== undefined && { zone }),
        ...(TargetHealth?.State !== undefined && { state: TargetHealth.State }),
      };
    });
  } catch (error) {
    if (error instanceof TargetGroupNotFoundException) return undefined;
    throw error;
  }
}

const isInstance = (id: string) => id.startsWith("i-");

/** A 4xx that is no throttling: another try gets the same answer. */
function isRefusal(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && classify(error).kind !== "throttled";
}
