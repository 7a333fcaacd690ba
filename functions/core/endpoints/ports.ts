/** What endpoint management needs of the world. functions/aws implements it over the SDK, tests over a model of EC2. */
import type { Clock } from "../clock.js";
import type { Tags } from "../model.js";
import type { Outcome } from "../outcomes.js";
import type { CreateTarget } from "./decisions.js";
import type { EndpointSettings, EndpointObservation } from "./model.js";

export interface EndpointObserver {
  /** Throws when EC2 could not be read: a partial answer must never look like a whole one. */
  everything(settings: EndpointSettings): Promise<EndpointObservation>;
  /** Where these instances are; `unseen`: those that EC2 does not show, or not with an interface (yet). */
  vpcsOf(
    instanceIds: readonly string[],
  ): Promise<{ readonly vpcIds: ReadonlySet<string>; readonly unseen: readonly string[] }>;
}

export interface NewEndpoint {
  readonly service: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly token: string;
  readonly tags: Tags;
}

/**
 * Writes. None of them throws for an answer of AWS: that is an outcome. Kinds beside those of core/outcomes.ts:
 * `no-address`: the subnet has none left; `service`: the endpoint service is not there for this account.
 */
export type EndpointOutcome =
  Outcome | { readonly kind: "no-address" | "service"; readonly code: string; readonly message: string };

/** EC2 counts calls by action; creating and deleting endpoints are its scarcest. */
export type Bucket = "create-endpoint" | "delete-endpoint" | "other";

export interface EndpointWriter {
  /** Waits until the pace lets one call out; false at once when that would be after `until` (milliseconds since the epoch). */
  turn(bucket: Bucket, until: number): Promise<boolean>;
  createEndpoint(request: NewEndpoint): Promise<EndpointOutcome>;
  createTarget(request: CreateTarget): Promise<EndpointOutcome>;
  /** Done when the target is gone already; `conflict` while a session uses it. */
  deleteTarget(id: string): Promise<EndpointOutcome>;
  /** One call for all of them. The outcomes are in the order of the ids. */
  deleteEndpoints(ids: readonly string[]): Promise<readonly EndpointOutcome[]>;
  tag(id: string, tags: Tags): Promise<EndpointOutcome>;
  untag(id: string, keys: readonly string[]): Promise<EndpointOutcome>;
}

export interface EndpointPorts {
  readonly observer: EndpointObserver;
  readonly writer: EndpointWriter;
  readonly clock: Clock;
}
