/** The model's plain data in the SDK's shapes. */
import type {
  ModelFilter,
  ModelInstance,
  ModelInterface,
  ModelSession,
  ModelTarget,
} from "../model/shapes.js";

type Tags = Readonly<Record<string, string>>;

const toAwsTags = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const fromAwsTags = (tags: readonly { Key?: string; Value?: string }[]): Tags =>
  Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));

const attachment = (each: ModelInterface) =>
  each.deviceIndex === undefined
    ? {}
    : { Attachment: { DeviceIndex: each.deviceIndex, InstanceId: each.instance?.id } };

export function awsInterface(each: ModelInterface) {
  return {
    NetworkInterfaceId: each.id,
    VpcId: each.vpcId,
    SubnetId: each.subnetId,
    AvailabilityZone: each.zone,
    InterfaceType: each.type,
    Status: each.status,
    RequesterManaged: each.requesterManaged,
    ...(each.requesterId !== undefined && { RequesterId: each.requesterId }),
    Description: each.description,
    ...(each.addresses[0] !== undefined && { PrivateIpAddress: each.addresses[0] }),
    ...attachment(each),
  };
}

export function awsInstance(instance: ModelInstance) {
  return {
    InstanceId: instance.id,
    InstanceType: instance.type,
    State: { Name: instance.state },
    Placement: { AvailabilityZone: instance.zone },
    Tags: toAwsTags(instance.tags),
    NetworkInterfaces: instance.interfaces.map(awsInterface),
  };
}

export function awsSession(session: ModelSession) {
  return {
    TrafficMirrorSessionId: session.id,
    NetworkInterfaceId: session.interfaceId,
    TrafficMirrorTargetId: session.targetId,
    TrafficMirrorFilterId: session.filterId,
    SessionNumber: session.number,
    VirtualNetworkId: session.vni,
    ...(session.packetLength !== undefined && { PacketLength: session.packetLength }),
    ...(session.description !== undefined && { Description: session.description }),
    Tags: toAwsTags(session.tags),
  };
}

export function awsFilter({ id, rules, services }: ModelFilter) {
  const of = (direction: string) =>
    rules
      .filter((rule) => rule.direction === direction)
      .map((rule) => ({
        TrafficDirection: direction,
        RuleNumber: rule.number,
        RuleAction: rule.action,
        ...(rule.protocol !== undefined && { Protocol: rule.protocol }),
        SourceCidrBlock: rule.sourceCidr,
        DestinationCidrBlock: rule.destinationCidr,
      }));
  return {
    TrafficMirrorFilterId: id,
    IngressFilterRules: of("ingress"),
    EgressFilterRules: of("egress"),
    NetworkServices: services,
  };
}

export function awsTarget(target: ModelTarget) {
  return {
    TrafficMirrorTargetId: target.id,
    Tags: toAwsTags(target.tags),
    ...(target.kind === "interface" && { NetworkInterfaceId: target.interfaceId }),
    ...(target.kind === "load-balancer" && { NetworkLoadBalancerArn: target.loadBalancerArn }),
    ...(target.kind === "endpoint" && { GatewayLoadBalancerEndpointId: target.endpoint?.id ?? "vpce-gone" }),
  };
}
