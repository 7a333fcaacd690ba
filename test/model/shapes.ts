/** The model's answers as plain data. */
import type { Fleet } from "../../local-cloud/ec2/fleet/fleet.js";
import type { FleetInstance, FleetInterface, InstanceState } from "../../local-cloud/ec2/fleet/model.js";
import type { FilterRule, MirrorFilter, Session, Tags, Target } from "../../local-cloud/ec2/store/model.js";

export interface ModelSession {
  readonly id: string;
  readonly interfaceId: string;
  readonly targetId: string;
  readonly filterId: string;
  readonly number: number;
  readonly vni: number;
  readonly packetLength?: number;
  readonly description?: string;
  readonly tags: Tags;
}

export interface ModelInterface {
  readonly id: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  /** `interface`, `lambda` … */
  readonly type: string;
  readonly status: "available" | "in-use";
  readonly description: string;
  readonly requesterManaged: boolean;
  readonly requesterId?: string;
  readonly addresses: readonly string[];
  readonly deviceIndex?: number;
  readonly instance?: {
    readonly id: string;
    readonly type: string;
    readonly state: InstanceState;
    readonly tags: Tags;
  };
}

export interface ModelInstance {
  readonly id: string;
  readonly type: string;
  readonly state: InstanceState;
  readonly zone: string;
  readonly tags: Tags;
  /** A terminated instance has neither of the three. */
  readonly vpcId?: string;
  readonly subnetId?: string;
  readonly interfaces: readonly ModelInterface[];
}

export interface ModelTarget {
  readonly id: string;
  readonly kind: "endpoint" | "interface" | "load-balancer";
  readonly interfaceId?: string;
  readonly loadBalancerArn?: string;
  /** Without it the endpoint is gone. */
  readonly endpoint?: { readonly id: string; readonly service: string; readonly available: boolean };
  readonly tags: Tags;
}

/** What decides about packets; every rule is for all addresses. */
export interface FilterContents {
  readonly rules: readonly {
    readonly direction: "ingress" | "egress";
    readonly number: number;
    readonly action: "accept" | "reject";
    readonly protocol?: number;
  }[];
  readonly services: readonly string[];
}

export interface ModelFilter {
  readonly id: string;
  readonly rules: readonly FilterRule[];
  readonly services: readonly string[];
}

/** Leaves out what is undefined, so that plain comparison works. */
function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

export function sessionShape(s: Session): ModelSession {
  const { id, interfaceId, targetId, filterId, number, vni, packetLength, description, tags } = s;
  return defined({ id, interfaceId, targetId, filterId, number, vni, packetLength, description, tags });
}

export function filterShape({ id, services }: MirrorFilter, rules: readonly FilterRule[]): ModelFilter {
  return { id, services, rules: rules.filter(({ filterId }) => filterId === id) };
}

export function interfaceShape(each: FleetInterface, instance: FleetInstance | undefined): ModelInterface {
  const { id, vpcId, subnetId, zone, type, description, requesterManaged, requesterId } = each;
  return defined({
    id,
    vpcId,
    subnetId,
    zone,
    type,
    status: each.attachment ? "in-use" : "available",
    description,
    requesterManaged,
    requesterId,
    addresses: each.privateIp === undefined ? [] : [each.privateIp],
    deviceIndex: each.attachment?.deviceIndex,
    instance: instance && {
      id: instance.id,
      type: instance.type,
      state: instance.state,
      tags: instance.tags,
    },
  });
}

/** `time`: as the fleet stood then. */
export function instanceShape(fleet: Fleet, instance: FleetInstance, time: number): ModelInstance {
  const gone = instance.state === "terminated";
  const interfaces = instance.interfaceIds.flatMap((id) => {
    const each = fleet.interfaces.getAsOf(id, time);
    return each ? interfaceShape(each, instance) : [];
  });
  const { id, type, state, zone, tags } = instance;
  return defined({
    id,
    type,
    state,
    zone,
    tags,
    vpcId: gone ? undefined : instance.vpcId,
    subnetId: gone ? undefined : instance.subnetId,
    interfaces,
  });
}

export function targetShape(
  { id, destination: d, tags }: Target,
  endpointOf: (id: string) => ModelTarget["endpoint"],
): ModelTarget {
  switch (d.type) {
    case "network-interface":
      return { id, kind: "interface", interfaceId: d.interfaceId, tags };
    case "network-load-balancer":
      return { id, kind: "load-balancer", loadBalancerArn: d.loadBalancerArn, tags };
    case "gateway-load-balancer-endpoint":
      return defined({ id, kind: "endpoint", endpoint: endpointOf(d.endpointId), tags });
  }
}
