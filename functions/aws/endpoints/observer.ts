/** Sees endpoints, targets and subnets as core/endpoints wants them: one page or two of each, and never a part of them. */
import {
  DescribeSubnetsCommand,
  DescribeVpcEndpointServicesCommand,
  type EC2Client,
  type Instance,
  type Subnet as Ec2Subnet,
  type TrafficMirrorTarget,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import {
  endpointStates,
  type Endpoint,
  type EndpointSettings,
  type EndpointTarget,
  type Service,
  type Subnet,
} from "../../core/endpoints/model.js";
import { isTagged } from "../../core/endpoints/ownership.js";
import type { EndpointObserver } from "../../core/endpoints/ports.js";
import { TAG_TARGET_LEAVING } from "../../core/tags.js";
import { everyPage } from "../pages.js";
import {
  inChunks,
  readEndpoint,
  readGatewayEndpoints,
  readInstances,
  readSessions,
  readTargets,
} from "../read.js";
import { toSources, toTags } from "../shapes.js";
import { classifyEndpoint } from "./errors.js";

const PAGE = 1000;

export function createEndpointObserver(client: EC2Client): EndpointObserver {
  return {
    async everything(settings) {
      const { vpcIds } = settings;
      // In this order: what a target leads to, and where an endpoint stands, is in the answer that comes after it.
      const targets = (await readTargets(client)).flatMap(toEndpointTarget);
      const listed = (await readGatewayEndpoints(client)).flatMap(toEndpoint);
      const { endpoints, gone } = await withMissing(client, settings, targets, listed);
      const [subnets, service, inhabited] = await Promise.all([
        inChunks(vpcIds, (Values) => readSubnets(client, Values)),
        readService(client, settings),
        settings.zones === "instances" ? readInhabited(client, vpcIds) : new Set<string>(),
      ]);
      const leaving = targets.filter(
        (target) => isTagged(target, settings) && target.tags[TAG_TARGET_LEAVING] === "true",
      );
      return {
        service,
        subnets: subnets.flatMap(toSubnet),
        inhabited,
        endpoints,
        gone,
        targets,
        sessionsOn: await countSessions(
          client,
          leaving.map(({ id }) => id),
        ),
      };
    },

    async vpcsOf(instanceIds) {
      const sources = await inChunks(instanceIds, (Values) =>
        readInstances(client, { Name: "instance-id", Values }, toSources),
      );
      const seen = new Set(sources.map(({ instance }) => instance?.id));
      return {
        vpcIds: new Set(sources.map(({ vpcId }) => vpcId)),
        unseen: instanceIds.filter((id) => !seen.has(id)),
      };
    },
  };
}

/** So many endpoints are asked for one by one in a run: a few were missed, or somebody deleted a few. */
const MISSING = 20;

/** Endpoints that targets of ours name and the list lacks, asked for by id: shown, or gone by EC2's own word. */
async function withMissing(
  client: EC2Client,
  settings: EndpointSettings,
  targets: readonly EndpointTarget[],
  listed: readonly Endpoint[],
): Promise<{ endpoints: readonly Endpoint[]; gone: ReadonlySet<string> }> {
  const known = new Set(listed.map(({ id }) => id));
  const named = targets.filter((target) => isTagged(target, settings)).map(({ endpointId }) => endpointId);
  const missing = [...new Set(named)].filter((id) => !known.has(id)).slice(0, MISSING);
  const found: Endpoint[] = [];
  const gone = new Set<string>();
  for (const id of missing) {
    try {
      const endpoint = await readEndpoint(client, id);
      found.push(...(endpoint === undefined ? [] : toEndpoint(endpoint)));
    } catch (error) {
      if (classifyEndpoint(error).kind !== "gone") throw error;
      gone.add(id);
    }
  }
  return { endpoints: [...listed, ...found], gone };
}

function readSubnets(client: EC2Client, Values: string[]): Promise<Ec2Subnet[]> {
  return everyPage("DescribeSubnets", async (NextToken) => {
    const page = await client.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values }], MaxResults: PAGE, NextToken }),
    );
    return { items: page.Subnets ?? [], next: page.NextToken };
  });
}

/** A service that this account may not use is a fact to be reported, not a failure to read. */
async function readService(client: EC2Client, { service, vpcIds }: EndpointSettings): Promise<Service> {
  if (vpcIds.length === 0) return { usable: true, zoneIds: new Set(), zoneNames: new Set() };
  try {
    const { ServiceDetails = [] } = await client.send(
      new DescribeVpcEndpointServicesCommand({ ServiceNames: [service] }),
    );
    const detail = ServiceDetails.find(({ ServiceName }) => ServiceName === service);
    return {
      usable: true,
      zoneIds: new Set(detail?.AvailabilityZoneIds ?? []),
      zoneNames: new Set(detail?.AvailabilityZones ?? []),
    };
  } catch (error) {
    const failure = classifyEndpoint(error);
    if (failure.kind !== "service") throw error;
    return { usable: false, code: failure.code, message: failure.message };
  }
}

/** Terminated instances have no interfaces any more; stopped ones come back. */
async function readInhabited(client: EC2Client, vpcIds: readonly string[]): Promise<ReadonlySet<string>> {
  const subnetIds = (instance: Instance) => toSources(instance).map(({ subnetId }) => subnetId);
  const found = await inChunks(vpcIds, (Values) =>
    readInstances(client, { Name: "vpc-id", Values }, subnetIds),
  );
  return new Set(found);
}

/** Anybody's sessions count: EC2 does not delete a target that one of them uses. */
async function countSessions(
  client: EC2Client,
  targetIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map(targetIds.map((id) => [id, 0]));
  const used = await inChunks(targetIds, (Values) =>
    readSessions(client, ({ TrafficMirrorTargetId: id = "" }) => [id], {
      Name: "traffic-mirror-target-id",
      Values,
    }),
  );
  for (const id of used) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function toSubnet(subnet: Ec2Subnet): readonly Subnet[] {
  const { SubnetId: id, VpcId: vpcId, AvailabilityZoneId, AvailabilityZone, State } = subnet;
  if (!id || !vpcId || !AvailabilityZoneId || !AvailabilityZone) return [];
  return [
    {
      id,
      vpcId,
      zone: { id: AvailabilityZoneId, name: AvailabilityZone },
      freeAddresses: State === "available" ? (subnet.AvailableIpAddressCount ?? 0) : 0,
      ipv4: subnet.Ipv6Native !== true,
      tags: toTags(subnet.Tags),
    },
  ];
}

function toEndpoint(endpoint: VpcEndpoint): readonly Endpoint[] {
  const { VpcEndpointId: id, VpcId: vpcId, SubnetIds: [subnetId] = [] } = endpoint;
  if (!id || !vpcId) return [];
  // EC2 answers the state in lower or upper case, depending on the API version.
  const state = endpointStates.find((known) => known.toLowerCase() === endpoint.State?.toLowerCase());
  return [
    {
      id,
      vpcId,
      subnetId: subnetId ?? "",
      service: endpoint.ServiceName ?? "",
      state: state ?? "unknown",
      createdAt: endpoint.CreationTimestamp?.getTime() ?? 0,
      tags: toTags(endpoint.Tags),
    },
  ];
}

function toEndpointTarget(target: TrafficMirrorTarget): readonly EndpointTarget[] {
  const { TrafficMirrorTargetId: id, GatewayLoadBalancerEndpointId: endpointId, Description } = target;
  const described = Description === undefined ? {} : { description: Description };
  return id && endpointId ? [{ id, endpointId, ...described, tags: toTags(target.Tags) }] : [];
}
