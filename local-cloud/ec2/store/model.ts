/** What Traffic Mirroring keeps, as plain data. Nothing here knows HTTP, XML or moto. */
import type { Switches } from "../../types.js";
import type { Random } from "../random.js";

export type Tags = Readonly<Record<string, string>>;

interface Resource {
  readonly id: string;
  readonly seq: number;
  readonly tags: Tags;
  readonly description?: string | undefined;
}

export interface Session extends Resource {
  readonly interfaceId: string;
  readonly targetId: string;
  readonly filterId: string;
  readonly number: number;
  readonly vni: number;
  /** Bytes; undefined mirrors whole packets. */
  readonly packetLength?: number | undefined;
}

export type TargetDestination =
  | { readonly type: "network-interface"; readonly interfaceId: string }
  | { readonly type: "network-load-balancer"; readonly loadBalancerArn: string }
  | { readonly type: "gateway-load-balancer-endpoint"; readonly endpointId: string };

export interface Target extends Resource {
  readonly destination: TargetDestination;
}

export interface MirrorFilter extends Resource {
  readonly services: readonly string[];
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface FilterRule extends Resource {
  readonly filterId: string;
  readonly direction: string;
  readonly number: number;
  readonly action: string;
  readonly protocol?: number | undefined;
  readonly sourcePorts?: PortRange | undefined;
  readonly destinationPorts?: PortRange | undefined;
  readonly sourceCidr: string;
  readonly destinationCidr: string;
}

/** What decides whether an interface can be a source. */
export interface SourceFacts {
  readonly id: string;
  /** `interface`, `lambda`, `nat_gateway` … */
  readonly type: string;
  readonly status: string;
  readonly requesterManaged: boolean;
  readonly requesterId?: string | undefined;
  readonly description: string;
  readonly instance?: { readonly id: string; readonly type: string; readonly state: string } | undefined;
}

/** "Quotas for Traffic Mirroring" in the VPC Traffic Mirroring guide; smaller ones make tests short. */
export interface Quotas {
  readonly sessions: number;
  readonly targets: number;
  readonly filters: number;
  readonly sessionsPerInterface: number;
  readonly rulesPerFilter: number;
  /** Sources of a target that is a network interface; the other kinds of target have no limit. */
  readonly sourcesPerInterfaceTarget: number;
  /** Gateway Load Balancer endpoints of one VPC. */
  readonly endpointsPerVpc: number;
}

export const DEFAULT_QUOTAS: Quotas = {
  sessions: 10_000,
  targets: 10_000,
  filters: 10_000,
  sessionsPerInterface: 3,
  rulesPerFilter: 10,
  sourcesPerInterfaceTarget: 10,
  endpointsPerVpc: 50,
};

/** What all parts of one account and region share. */
export interface Context {
  now(): number;
  nextSeq(): number;
  readonly random: Random;
  readonly switches: Pick<Switches, "get">;
  quotas(): Quotas;
  /** A target that another account shares with this one. */
  targetOfOthers(id: string): Target | undefined;
}
