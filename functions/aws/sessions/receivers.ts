/**
 * Which instances receive mirrored packets in this account. Mirroring one would feed the copy into itself.
 * Sources of truth: what is registered behind a Network Load Balancer that is a mirror target, and behind the
 * Gateway Load Balancers of this account's own endpoint services; and the autoscaling groups of these, since
 * a new member is running before it is registered.
 */
import { DescribeVpcEndpointServiceConfigurationsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  LoadBalancerNotFoundException,
  TargetGroupNotFoundException,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../../core/clock.js";
import { receiverAddress, type Receivers, type Target } from "../../core/model.js";
import { TAG_AUTOSCALING_GROUP } from "../../core/tags.js";
import { everyPage } from "../pages.js";
import { inChunks, readInstances } from "../read.js";
import { toTags } from "../shapes.js";

export interface ReceiverSource {
  /** At most five minutes old, older while it cannot be read. Throws when it never could. */
  read(targets: readonly Target[]): Promise<Receivers>;
}

const CACHE_MS = 5 * 60_000;

export function createReceiverSource(
  ec2: EC2Client,
  elb: ElasticLoadBalancingV2Client,
  clock: Clock,
): ReceiverSource {
  let cached: { receivers: Receivers; until: number } | undefined;
  return {
    async read(targets) {
      if (cached && clock.now() < cached.until) return cached.receivers;
      try {
        cached = { receivers: await readReceivers(ec2, elb, targets), until: clock.now() + CACHE_MS };
      } catch (error) {
        if (cached === undefined) throw error;
      }
      return cached.receivers;
    },
  };
}

async function readReceivers(
  ec2: EC2Client,
  elb: ElasticLoadBalancingV2Client,
  targets: readonly Target[],
): Promise<Receivers> {
  const arns = [
    ...targets.flatMap((target) => target.loadBalancerArn ?? []),
    ...(await gatewayLoadBalancers(ec2)),
  ];
  const registered = await Promise.all([...new Set(arns)].map((arn) => registeredBehind(elb, arn)));
  const instanceIds = registered.flatMap((behind) => behind.instanceIds);
  const instances = await inChunks(instanceIds, (Values) =>
    readInstances(ec2, { Name: "instance-id", Values }),
  );
  const groups = instances.flatMap((instance) => toTags(instance.Tags)[TAG_AUTOSCALING_GROUP] ?? []);
  return {
    instanceIds: new Set(instanceIds),
    addresses: new Set(registered.flatMap((behind) => behind.addresses)),
    autoscalingGroups: new Set(groups),
  };
}

/** Load balancers behind the endpoint services that this account offers; elsewhere there are none to see. */
function gatewayLoadBalancers(ec2: EC2Client): Promise<readonly string[]> {
  return everyPage("DescribeVpcEndpointServiceConfigurations", async (NextToken) => {
    const page = await ec2.send(
      new DescribeVpcEndpointServiceConfigurationsCommand({ MaxResults: 1000, NextToken }),
    );
    const items = (page.ServiceConfigurations ?? []).flatMap(
      ({ GatewayLoadBalancerArns = [] }) => GatewayLoadBalancerArns,
    );
    return { items, next: page.NextToken };
  });
}

interface Registered {
  readonly instanceIds: readonly string[];
  /** For target groups by address, with the VPC, since another VPC may use the same addresses. */
  readonly addresses: readonly string[];
}

/** What is registered behind a load balancer. One that is gone, or another account's, has nothing of ours behind it. */
async function registeredBehind(
  elb: ElasticLoadBalancingV2Client,
  LoadBalancerArn: string,
): Promise<Registered> {
  const { TargetGroups = [] } = await elb
    .send(new DescribeTargetGroupsCommand({ LoadBalancerArn }))
    .catch(nothingWhenGone);
  const ids = await Promise.all(
    TargetGroups.map(async ({ TargetGroupArn, VpcId = "" }) => {
      const { TargetHealthDescriptions = [] } = await elb
        .send(new DescribeTargetHealthCommand({ TargetGroupArn }))
        .catch(nothingWhenGone);
      return TargetHealthDescriptions.flatMap(({ Target }) =>
        Target?.Id === undefined ? [] : isInstance(Target.Id) ? Target.Id : receiverAddress(VpcId, Target.Id),
      );
    }),
  );
  const all = ids.flat();
  return { instanceIds: all.filter(isInstance), addresses: all.filter((id) => !isInstance(id)) };
}

const isInstance = (id: string) => id.startsWith("i-");

function nothingWhenGone(error: unknown): { TargetGroups?: []; TargetHealthDescriptions?: [] } {
  if (error instanceof LoadBalancerNotFoundException || error instanceof TargetGroupNotFoundException)
    return {};
  throw error;
}
