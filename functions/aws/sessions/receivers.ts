/**
 * What receives mirrored packets in this account. Mirroring it would feed the copy into itself. Sources of truth: what
 * is registered behind a Network Load Balancer that is a mirror target, and behind the Gateway Load Balancers of this
 * account's own endpoint services, as far as the policy can choose them; and the autoscaling groups of these, since a
 * new member is running before it is registered.
 *
 * A load balancer of another account is not asked about: nothing of ours is behind it, and the answer would be an error
 * (`ValidationError`, "is not a valid load balancer ARN"). What AWS will not tell of one of ours ends no run either.
 */
import {
  DescribeVpcEndpointServiceConfigurationsCommand,
  type EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../../core/clock.js";
import type { Receivers, Target } from "../../core/model.js";
import { TAG_AUTOSCALING_GROUP } from "../../core/tags.js";
import { everyPage } from "../pages.js";
import { inChunks, readInstances } from "../read.js";
import { toTags } from "../shapes.js";
import { registeredBehind, type Registered } from "./registered.js";
import { targetsInUnhealthyZones, type Gateways } from "./unhealthy-zones.js";

export interface ReceiverSource {
  /**
   * What is behind these targets, and behind what serves these endpoint services. At most five minutes old, seconds where
   * EC2 did not show it whole, and older while it cannot be read. Throws when it never could, and may in a moment.
   */
  read(targets: readonly Target[], services: ReadonlySet<string>): Promise<Receivers>;
  /**
   * Of these targets, those in a zone without a healthy node, at the time of that reading. undefined while it is older
   * than five minutes. Calls of its own, which only a sweep makes. Throws when they fail.
   */
  unhealthyTargets(
    targets: readonly Target[],
    services: ReadonlySet<string>,
  ): Promise<ReadonlySet<string> | undefined>;
}

const CACHE_MS = 5 * 60_000;
/**
 * A node that is registered and in no list of EC2 yet: its autoscaling group is not known, and the group's next nodes would be
 * mirrored onto themselves. Lists are seconds old at most ("Ensuring eventual consistency", Amazon EC2 Developer Guide).
 */
const CACHE_OF_A_PART_MS = 10_000;

interface Asked {
  readonly targets: readonly Target[];
  readonly services: ReadonlySet<string>;
}

interface Reading {
  readonly receivers: Receivers;
  readonly gateways: Gateways;
  readonly asked: string;
  readonly until: number;
  unhealthyTargets?: ReadonlySet<string>;
}

export function createReceiverSource(
  ec2: EC2Client,
  elb: ElasticLoadBalancingV2Client,
  clock: Clock,
  account: string,
): ReceiverSource {
  let cached: Reading | undefined;
  const readingOf = async (targets: readonly Target[], services: ReadonlySet<string>): Promise<Reading> => {
    const asked = JSON.stringify([targets.map(({ id }) => id).sort(), [...services].sort()]);
    if (cached?.asked === asked && clock.now() < cached.until) return cached;
    try {
      const { isWhole, ...found } = await readReceivers(ec2, elb, { targets, services }, account);
      cached = { ...found, asked, until: clock.now() + (isWhole ? CACHE_MS : CACHE_OF_A_PART_MS) };
    } catch (error) {
      if (cached === undefined) throw error;
    }
    return cached;
  };
  return {
    async read(targets, services) {
      return (await readingOf(targets, services)).receivers;
    },
    async unhealthyTargets(targets, services) {
      const reading = await readingOf(targets, services);
      if (clock.now() >= reading.until) return undefined;
      reading.unhealthyTargets ??= await targetsInUnhealthyZones(ec2, elb, targets, reading.gateways);
      return reading.unhealthyTargets;
    },
  };
}

async function readReceivers(
  ec2: EC2Client,
  elb: ElasticLoadBalancingV2Client,
  { targets, services }: Asked,
  account: string,
): Promise<Pick<Reading, "receivers" | "gateways"> & { readonly isWhole: boolean }> {
  const byService = await gatewayLoadBalancers(ec2, services);
  const all = [
    ...targets.flatMap((target) => target.loadBalancerArn ?? []),
    ...[...byService.values()].flat(),
  ];
  const arns = [...new Set(all)].filter((arn) => accountOf(arn) === account);
  const registered = new Map<string, Registered>();
  await Promise.all(
    arns.map(async (arn) => {
      const behind = await registeredBehind(elb, arn);
      if (behind !== undefined) registered.set(arn, behind);
    }),
  );
  const nodes = [...registered.values()].flatMap((behind) => behind.nodes);
  const instanceIds = nodes.flatMap(({ instanceId }) => instanceId ?? []);
  const instances = await inChunks(instanceIds, (Values) =>
    readInstances(ec2, { Name: "instance-id", Values }, member),
  );
  const shown = new Set(instances.map(({ id }) => id));
  return {
    isWhole: instanceIds.every((id) => shown.has(id)),
    receivers: {
      interfaceIds: new Set(targets.flatMap((target) => target.interfaceId ?? [])),
      instanceIds: new Set(instanceIds),
      addresses: new Set(nodes.flatMap(({ address }) => address ?? [])),
      autoscalingGroups: new Set(instances.flatMap(({ group }) => group ?? [])),
      unread: arns.filter((arn) => !registered.has(arn)),
    },
    gateways: {
      byService,
      registered,
      zones: new Map(instances.flatMap(({ id, zone }) => (zone === undefined ? [] : [[id, zone]]))),
    },
  };
}

const member = ({ InstanceId: id = "", Placement, Tags }: Instance) => [
  { id, zone: Placement?.AvailabilityZone, group: toTags(Tags)[TAG_AUTOSCALING_GROUP] },
];

/** arn:partition:elasticloadbalancing:region:account:loadbalancer/… */
const accountOf = (arn: string): string | undefined => arn.split(":")[4];

/** Load balancers behind the endpoint services that this account offers; elsewhere there are none to see. */
async function gatewayLoadBalancers(
  ec2: EC2Client,
  services: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = await everyPage("DescribeVpcEndpointServiceConfigurations", async (NextToken) => {
    const page = await ec2.send(
      new DescribeVpcEndpointServiceConfigurationsCommand({ MaxResults: 1000, NextToken }),
    );
    return { items: page.ServiceConfigurations ?? [], next: page.NextToken };
  });
  return new Map(
    found
      .filter(({ ServiceName = "" }) => services.has(ServiceName))
      .map(({ ServiceName = "", GatewayLoadBalancerArns = [] }) => [ServiceName, GatewayLoadBalancerArns]),
  );
}
