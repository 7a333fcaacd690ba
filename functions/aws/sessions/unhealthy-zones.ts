/**
 * Which mirror targets lead into a zone without a healthy node. A Gateway Load Balancer endpoint hands packets to its
 * load balancer in its own zone, and "by default, each load balancer node distributes traffic across the registered
 * targets in its Availability Zone only" (Elastic Load Balancing, Gateway Load Balancers, "Cross-zone load balancing").
 *
 * Only what is certain counts: a load balancer of this account, everything behind it read, cross-zone load balancing
 * read as off, every healthy node's zone known. Where a service has several load balancers, one of them serving the zone
 * is enough. Network Load Balancers are not judged: by which zone mirrored packets enter one is not documented.
 */
import { DescribeSubnetsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeLoadBalancerAttributesCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Target } from "../../core/model.js";
import { everyPage } from "../pages.js";
import { inChunks } from "../read.js";
import type { Node, Registered } from "./registered.js";

export interface Gateways {
  /** Endpoint service → its Gateway Load Balancers. */
  readonly byService: ReadonlyMap<string, readonly string[]>;
  /** Of this account's load balancers, as far as AWS tells. */
  readonly registered: ReadonlyMap<string, Registered>;
  /** Instance → its availability zone. */
  readonly zones: ReadonlyMap<string, string>;
}

/** Throws when it could not be read: then nobody is to be accused. */
export async function targetsInUnhealthyZones(
  ec2: EC2Client,
  elb: ElasticLoadBalancingV2Client,
  targets: readonly Target[],
  gateways: Gateways,
): Promise<ReadonlySet<string>> {
  const served = new Map<string, ReadonlySet<string>>();
  for (const service of new Set(targets.flatMap(({ endpoint }) => endpoint?.service ?? []))) {
    const zones = await servedZones(elb, gateways, gateways.byService.get(service) ?? []);
    if (zones !== undefined) served.set(service, zones);
  }
  const judged = targets.flatMap(({ id, endpoint }) => {
    const zones = served.get(endpoint?.service ?? "");
    return zones && endpoint?.subnetId !== undefined ? { id, zones, subnetId: endpoint.subnetId } : [];
  });
  const zoneOf = await zonesOf(ec2, [...new Set(judged.map(({ subnetId }) => subnetId))]);
  const inUnhealthy = judged.filter(({ subnetId, zones }) => {
    const zone = zoneOf.get(subnetId);
    return zone !== undefined && !zones.has(zone);
  });
  return new Set(inUnhealthy.map(({ id }) => id));
}

/** Zones in which a healthy node takes packets; undefined where that may be any. */
async function servedZones(
  elb: ElasticLoadBalancingV2Client,
  { registered, zones }: Gateways,
  arns: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const served = new Set<string>();
  for (const arn of arns) {
    const behind = registered.get(arn);
    if (behind?.isWhole !== true) return undefined;
    for (const node of behind.nodes.filter(mayServe)) {
      const zone = node.instanceId === undefined ? node.zone : zones.get(node.instanceId);
      if (node.state !== "healthy" || zone === undefined || zone === "all") return undefined;
      served.add(zone);
    }
    if (await crossesZones(elb, arn)) return undefined;
  }
  return arns.length > 0 ? served : undefined;
}

/** What nothing checks, or AWS does not tell of, may be healthy. */
const mayServe = ({ state }: Node) => state === undefined || state === "healthy" || state === "unavailable";

/** In doubt it does. */
async function crossesZones(elb: ElasticLoadBalancingV2Client, LoadBalancerArn: string): Promise<boolean> {
  const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  return Attributes.find(({ Key }) => Key === "load_balancing.cross_zone.enabled")?.Value !== "false";
}

async function zonesOf(ec2: EC2Client, subnetIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await inChunks(subnetIds, (Values) =>
    everyPage("DescribeSubnets", async (NextToken) => {
      const Filters = [{ Name: "subnet-id", Values }];
      const page = await ec2.send(new DescribeSubnetsCommand({ Filters, MaxResults: 1000, NextToken }));
      return { items: page.Subnets ?? [], next: page.NextToken };
    }),
  );
  return new Map(
    found.flatMap(({ SubnetId, AvailabilityZone }): [string, string][] =>
      SubnetId !== undefined && AvailabilityZone !== undefined ? [[SubnetId, AvailabilityZone]] : [],
    ),
  );
}
