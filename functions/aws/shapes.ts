/** EC2's shapes into the domain's, and tags back. Whatever lacks what we cannot do without is left out. */
import type * as ec2 from "@aws-sdk/client-ec2";
import type {
  Attachment,
  FilterRule,
  Instance,
  MirrorFilter,
  Session,
  Source,
  Tags,
  Target,
} from "../core/model.js";

const states = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"] as const;

export function toTags(tags: readonly ec2.Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

export function toAwsTags(tags: Tags): ec2.Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function toInstance(instance: ec2.Instance): Instance | undefined {
  const state = states.find((known) => known === instance.State?.Name);
  if (!instance.InstanceId || state === undefined) return undefined;
  return {
    id: instance.InstanceId,
    state,
    type: instance.InstanceType ?? "",
    tags: toTags(instance.Tags),
  };
}

/** Instances and interfaces list their addresses alike; the primary one leads. */
function toAddresses(
  nic: Pick<ec2.InstanceNetworkInterface, "PrivateIpAddress" | "PrivateIpAddresses">,
): string[] {
  const all = (nic.PrivateIpAddresses ?? []).flatMap((address) => address.PrivateIpAddress ?? []);
  return [...new Set([...(nic.PrivateIpAddress ? [nic.PrivateIpAddress] : []), ...all])];
}

/** Every interface of an instance; a terminated one has none. */
export function toSources(described: ec2.Instance): readonly Source[] {
  const instance = toInstance(described);
  if (!instance) return [];
  return (described.NetworkInterfaces ?? []).flatMap((nic) => {
    const { NetworkInterfaceId: id, VpcId: vpcId, SubnetId: subnetId } = nic;
    if (!id || !vpcId || !subnetId) return [];
    return [
      {
        id,
        vpcId,
        subnetId,
        zone: described.Placement?.AvailabilityZone ?? "",
        type: nic.InterfaceType ?? "interface",
        ...(nic.Attachment?.DeviceIndex !== undefined && { deviceIndex: nic.Attachment.DeviceIndex }),
        addresses: toAddresses(nic),
        description: nic.Description ?? "",
        attachment: "attached" as const,
        instance,
      },
    ];
  });
}

/** An interface by itself. Its instance, where it has one, is in another answer: `instances`, by id. */
export function toLoneSource(
  nic: ec2.NetworkInterface,
  account: string,
  instances: ReadonlyMap<string, Instance> = new Map(),
): Source | undefined {
  const { NetworkInterfaceId: id, VpcId: vpcId, SubnetId: subnetId } = nic;
  if (!id || !vpcId || !subnetId) return undefined;
  const instance = instances.get(nic.Attachment?.InstanceId ?? "");
  return {
    id,
    vpcId,
    subnetId,
    zone: nic.AvailabilityZone ?? "",
    type: nic.InterfaceType ?? "interface",
    ...(nic.Attachment?.DeviceIndex !== undefined && { deviceIndex: nic.Attachment.DeviceIndex }),
    addresses: toAddresses(nic),
    ...(nic.RequesterManaged === true && { requester: nic.RequesterId ?? "unknown" }),
    description: nic.Description ?? "",
    attachment: attachmentOf(nic, instance),
    ...ownership(nic, account),
    ...(instance && { instance }),
  };
}

/** `account`: this one. Where an answer does not name the owner, it is about what is ours. */
function ownership({ OwnerId }: { OwnerId?: string | undefined }, account: string): { otherAccount?: true } {
  return OwnerId === undefined || OwnerId === account ? {} : { otherAccount: true };
}

/** Only `available` is EC2's word for "attached to nothing"; an answer without an attachment may be an early one. */
function attachmentOf(
  { Attachment, Status }: ec2.NetworkInterface,
  instance: Instance | undefined,
): Attachment {
  if (Attachment === undefined) return Status === "available" ? "detached" : "not-seen";
  return Attachment.InstanceId === undefined || instance ? "attached" : "not-seen";
}

export function toSession(session: ec2.TrafficMirrorSession): Session | undefined {
  const {
    TrafficMirrorSessionId: id,
    NetworkInterfaceId: interfaceId,
    TrafficMirrorTargetId: targetId,
    TrafficMirrorFilterId: filterId,
    SessionNumber: number,
  } = session;
  if (!id || !interfaceId || !targetId || !filterId || number === undefined) return undefined;
  return {
    id,
    interfaceId,
    targetId,
    filterId,
    number,
    ...(session.VirtualNetworkId !== undefined && { vni: session.VirtualNetworkId }),
    ...(session.PacketLength !== undefined && { packetLength: session.PacketLength }),
    ...(session.Description !== undefined && { description: session.Description }),
    tags: toTags(session.Tags),
  };
}

/** undefined where a rule cannot be read: a filter is judged by all of its rules or not at all. */
export function toFilter(filter: ec2.TrafficMirrorFilter): MirrorFilter | undefined {
  const { TrafficMirrorFilterId: id, IngressFilterRules = [], EgressFilterRules = [] } = filter;
  const described = [...IngressFilterRules, ...EgressFilterRules];
  const rules = described.flatMap((rule) => toFilterRule(rule) ?? []);
  if (!id || rules.length < described.length) return undefined;
  return { id, rules, networkServices: filter.NetworkServices ?? [] };
}

function toFilterRule(rule: ec2.TrafficMirrorFilterRule): FilterRule | undefined {
  const { TrafficDirection: direction, RuleNumber: number, RuleAction: action } = rule;
  const { TrafficMirrorFilterRuleId: id } = rule;
  const { SourceCidrBlock: sourceCidr, DestinationCidrBlock: destinationCidr } = rule;
  if (!direction || number === undefined || !action || !sourceCidr || !destinationCidr) return undefined;
  const [sourcePorts, destinationPorts] = [toPorts(rule.SourcePortRange), toPorts(rule.DestinationPortRange)];
  return {
    ...(id !== undefined && { id }),
    direction,
    number,
    action,
    // EC2 may say 0 for every protocol (?): IANA's 0 is no protocol of a packet that is mirrored.
    ...(rule.Protocol !== undefined && rule.Protocol > 0 && { protocol: rule.Protocol }),
    sourceCidr,
    destinationCidr,
    ...(sourcePorts && { sourcePorts }),
    ...(destinationPorts && { destinationPorts }),
  };
}

function toPorts(range: ec2.TrafficMirrorPortRange | undefined): FilterRule["sourcePorts"] {
  if (range?.FromPort === undefined || range.ToPort === undefined) return undefined;
  return { from: range.FromPort, to: range.ToPort };
}

export function toTarget(
  target: ec2.TrafficMirrorTarget,
  endpoints: ReadonlyMap<string, ec2.VpcEndpoint>,
  account: string,
): Target | undefined {
  const {
    TrafficMirrorTargetId: id,
    NetworkInterfaceId: interfaceId,
    GatewayLoadBalancerEndpointId,
  } = target;
  if (!id) return undefined;
  const common = { id, tags: toTags(target.Tags), ...ownership(target, account) };
  if (interfaceId) return { ...common, kind: "interface", interfaceId };
  if (!GatewayLoadBalancerEndpointId) {
    const arn = target.NetworkLoadBalancerArn;
    return { ...common, kind: "load-balancer", ...(arn !== undefined && { loadBalancerArn: arn }) };
  }
  const endpoint = endpoints.get(GatewayLoadBalancerEndpointId);
  return {
    ...common,
    kind: "endpoint",
    ...(endpoint && {
      endpoint: {
        id: GatewayLoadBalancerEndpointId,
        service: endpoint.ServiceName ?? "",
        // EC2 answers the state in lower or upper case, depending on the API version.
        available: endpoint.State?.toLowerCase() === "available",
        // A Gateway Load Balancer endpoint has one.
        ...(endpoint.SubnetIds?.[0] !== undefined && { subnetId: endpoint.SubnetIds[0] }),
      },
    }),
  };
}
