/** What may be decided about endpoints and targets, and how a zone stands. */
import type { Tags } from "../model.js";
import type { Zone } from "./model.js";

/** Why an endpoint or a target is made, changed or removed. */
export type EndpointReason =
  | "zone-needed"
  | "replaced"
  | "surplus"
  | "evacuated"
  | "no-instances"
  | "not-offered"
  | "no-subnet"
  | "outside-vpcs"
  | "endpoint-gone"
  | "endpoint-failed"
  | "needed-again"
  | "tags-differ"
  | "make-room"
  | "drain";

export interface CreateEndpoint {
  readonly kind: "create-endpoint";
  readonly vpcId: string;
  readonly zone: Zone;
  /** In order of preference: the next is tried only where one has no address left. */
  readonly subnetIds: readonly string[];
  /** The same for runs that see the same, so that two at once make one endpoint. At most 64 characters with `-9`. */
  readonly token: string;
  readonly tags: Tags;
  /** Targets whose endpoint must go from here. Where EC2 takes one endpoint per zone only, they leave first. */
  readonly makeRoom: readonly string[];
  readonly reason: EndpointReason;
}

export interface CreateTarget {
  readonly kind: "create-target";
  readonly vpcId: string;
  readonly zone: Zone;
  readonly endpointId: string;
  readonly token: string;
  readonly tags: Tags;
  readonly reason: EndpointReason;
}

export type EndpointAction =
  | CreateEndpoint
  | CreateTarget
  | { readonly kind: "tag"; readonly id: string; readonly tags: Tags; readonly reason: EndpointReason }
  | {
      readonly kind: "untag";
      readonly id: string;
      readonly keys: readonly string[];
      readonly reason: EndpointReason;
    }
  | { readonly kind: "delete-target"; readonly id: string; readonly reason: EndpointReason }
  | { readonly kind: "delete-endpoint"; readonly id: string; readonly reason: EndpointReason };

/**
 * How a zone stands that is needed:
 * - served: an endpoint that is available, with a target
 * - pending: AWS or the next run goes on by itself
 * - the others need a person, or wait for one
 */
export const zoneStates = [
  "served",
  "pending",
  "acceptance",
  "rejected",
  "failed",
  "no-address",
  "service-refused",
] as const;
export type ZoneState = (typeof zoneStates)[number];

export interface ZonePlan {
  readonly vpcId: string;
  readonly zone: Zone;
  readonly state: ZoneState;
  /** The endpoint that serves it, or is to. */
  readonly endpointId?: string;
}

/** A zone with subnets that is left unserved on purpose: its sources are mirrored through another zone's endpoint. */
export interface Unserved {
  readonly vpcId: string;
  readonly zone: Zone;
  readonly reason: "not-offered" | "no-subnet" | "no-instances";
}

export interface EndpointPlan {
  readonly zones: readonly ZonePlan[];
  readonly unserved: readonly Unserved[];
  readonly actions: readonly EndpointAction[];
  /** Endpoints of ours that cannot go because somebody else's target is on them. */
  readonly held: readonly { readonly endpointId: string; readonly targetId: string }[];
  /** Targets of ours that wait for the controller to move their sessions. */
  readonly leaving: readonly { readonly targetId: string; readonly sessions: number }[];
  /** Endpoints and targets of which tag and proof say different things: ownership.ts. */
  readonly disputed: readonly string[];
}
