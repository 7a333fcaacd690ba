/**
 * What must follow an event besides a look. A look is made good by any later sweep; a follow-up is not: nobody else
 * completes that hook, notes that demand or reports that call. So a message with a follow-up is tried longer, and lies
 * in the dead-letter queue when it could not be done.
 */
import type { Look } from "../model.js";

/** An instance is held by a lifecycle hook of its group until somebody lets it go on. */
export interface HookFollowUp {
  readonly kind: "hook";
  readonly group: string;
  readonly hook: string;
  readonly token: string;
  readonly instanceId: string;
}

/** A request for a mirror, with an end. */
export interface DemandFollowUp {
  readonly kind: "demand";
  /** The one interface, or the instance with all of its interfaces, that it is about. */
  readonly about: Look;
  readonly by: Requester;
  /** How long the mirror is to stay; undefined: the controller's default. */
  readonly minutes?: number;
  /** The requester's own words, bounded. */
  readonly note?: string;
}

/** A requester withdraws its own request. */
export interface WithdrawalFollowUp {
  readonly kind: "withdrawal";
  readonly about: Look;
  readonly by: Requester;
}

/** Somebody who is not one of our functions deleted or changed a session. */
export interface TamperingFollowUp {
  readonly kind: "tampering";
  readonly sessionId: string;
  readonly call: "DeleteTrafficMirrorSession" | "ModifyTrafficMirrorSession";
  /** Who CloudTrail says it was: an ARN, or what there is in its place. */
  readonly who: string;
  readonly from: string;
  /** CloudTrail's id of the record, to find it by. */
  readonly record: string;
}

/** Somebody who is not one of our functions changed a mirror filter, ours or another. */
export interface FilterFollowUp {
  readonly kind: "filter";
  /** undefined: the record names a rule alone. */
  readonly filterId?: string;
  readonly ruleId?: string;
  readonly call: FilterCall;
  readonly who: string;
  readonly from: string;
  readonly record: string;
}
export type FilterCall =
  | "CreateTrafficMirrorFilterRule"
  | "DeleteTrafficMirrorFilterRule"
  | "ModifyTrafficMirrorFilterRule"
  | "ModifyTrafficMirrorFilterNetworkServices"
  | "DeleteTrafficMirrorFilter";

export type FollowUp =
  FilterFollowUp | HookFollowUp | DemandFollowUp | WithdrawalFollowUp | TamperingFollowUp;

/** Who asks, as the source of the event says; IAM decides who may use which source. */
export interface Requester {
  /** `guardduty`, `traffic-mirror` (trusted), or `traffic-mirror/<aws:userid>` (identified). */
  readonly name: string;
  /** Of an identified requester that is an instance: the only one that it may ask for. */
  readonly instanceId?: string;
}

export const GUARDDUTY: Requester = { name: "guardduty" };
