/** The nouns of endpoint management as plain data, in EC2's own terms. */
import type { Tags } from "../model.js";

/** An availability zone. The name is this account's own; only the id means the same zone in another account. */
export interface Zone {
  readonly id: string;
  readonly name: string;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: Zone;
  readonly freeAddresses: number;
  /** False in an IPv6-only subnet, which can hold neither an endpoint nor a source. */
  readonly ipv4: boolean;
  readonly tags: Tags;
}

/** `unknown`: a state that this version has not heard of; nothing is built on it and nothing is removed for it. */
export const endpointStates = [
  "pendingAcceptance",
  "pending",
  "available",
  "rejected",
  "failed",
  "expired",
  "deleting",
  "deleted",
  "unknown",
] as const;
export type EndpointState = (typeof endpointStates)[number];

export interface Endpoint {
  readonly id: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly service: string;
  readonly state: EndpointState;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Tags;
}

export interface EndpointTarget {
  readonly id: string;
  readonly endpointId: string;
  /** Whose it is: ownership.ts. */
  readonly description?: string;
  readonly tags: Tags;
}

/** Zones that the endpoint service offers; AWS may name them by id, by this account's names, or both. */
export type Service =
  | { readonly usable: true; readonly zoneIds: ReadonlySet<string>; readonly zoneNames: ReadonlySet<string> }
  /** EC2 does not let this account use it, or does not know it. */
  | { readonly usable: false; readonly code: string; readonly message: string };

/**
 * What was seen in EC2: an observer that could not read all of it throws. An answer may lack something all the same
 * ("Ensuring eventual consistency", Amazon EC2 Developer Guide), so what is not here is not gone.
 */
export interface EndpointObservation {
  readonly service: Service;
  /** Of the VPCs given. */
  readonly subnets: readonly Subnet[];
  /** Ids of subnets that hold an interface of an instance that is not terminated; read only where it matters. */
  readonly inhabited: ReadonlySet<string>;
  /** Every Gateway Load Balancer endpoint of the account, ours or not. */
  readonly endpoints: readonly Endpoint[];
  /** Endpoints that targets of ours name and that, asked by id, EC2 does not know. */
  readonly gone: ReadonlySet<string>;
  /** Every target of the account that is such an endpoint, ours or not. */
  readonly targets: readonly EndpointTarget[];
  /** Sessions, anybody's, on those targets of ours that are leaving. */
  readonly sessionsOn: ReadonlyMap<string, number>;
}

export interface EndpointSettings {
  /** Value of the ownership tag. */
  readonly name: string;
  readonly service: string;
  readonly vpcIds: readonly string[];
  /** Ids of the zones that the hub serves, where the caller named them; else what EC2 says of the service counts. */
  readonly serviceZoneIds: ReadonlySet<string> | null;
  /** `subnets`: every zone with a subnet is served; `instances`: every zone with an instance. */
  readonly zones: "subnets" | "instances";
  /** Tags of the subnets that are preferred; a null value means that the key is present. Empty: none is. */
  readonly subnetTags: Readonly<Record<string, string | null>>;
  /** A subnet with this tag is to be emptied. */
  readonly evacuationTag: { readonly key: string; readonly value: string | null };
  /** How long a zone may be without instances before its endpoint goes, in milliseconds. */
  readonly idleMs: number;
  /** The user's own tags for endpoints and targets. */
  readonly ownTags: Tags;
  /** The Terraform provider's `default_tags`, which they carry as well. */
  readonly defaultTags: Tags;
}
