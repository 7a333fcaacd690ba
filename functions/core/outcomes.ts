/** How things end: the answers of AWS in classes, and every reason that a decision can carry. */

/**
 * What one call to EC2 came to. `code` and `message` are AWS's own words, for logs.
 * - done: the call had its effect, or things were so already
 * - gone: the thing it named does not exist any more
 * - conflict: refused because of something on the same interface that was not seen; look again
 * - throttled, transient: worth another try later
 * - refused: final for this interface until its facts change
 * - unexplained: refused twice for a reason that we do not know, with nothing on the interface to explain it
 * - quota: a limit of the account or of the target
 * - not-permitted: our role may not do it
 */
export type Outcome<T = undefined> =
  | { readonly kind: "done"; readonly value: T }
  | {
      readonly kind:
        | "gone"
        | "conflict"
        | "throttled"
        | "transient"
        | "refused"
        | "unexplained"
        | "quota"
        | "not-permitted";
      readonly code: string;
      readonly message: string;
      /** Of a conflict: its code says that something is in the way. undefined: nobody knows what the code means. */
      readonly isKnown?: true;
    };

export type OutcomeKind = Outcome["kind"];

/** Why an interface is not selected: nobody asked for it. */
export const unselectedReasons = [
  "outside-vpcs",
  "other-account",
  "no-rule",
  "secondary-interface",
  "excluded-tag",
  "excluded-subnet",
  "excluded-instance",
  "excluded-interface",
  "excluded-autoscaling-group",
  "instance-stopped",
  "instance-terminated",
  "detached",
  "demand-ended",
] as const;
export type UnselectedReason = (typeof unselectedReasons)[number];

/** Why a selected interface is not mirrored. Every one is a value of the metric dimension `reason`. */
export const uncoveredReasons = [
  "interface-type",
  "instance-type",
  "requester-managed",
  "fargate",
  "ipv6-only",
  "is-target",
  "behind-target",
  "no-target",
  "target-service",
  "target-not-seen",
  "target-unavailable",
  "not-seen",
  "session-limit",
  "quota",
  "rollout",
  "ceiling",
  "first-apply-held",
  "ownership-lost",
  "filter-accepts-nothing",
  "aws-refused",
  "not-permitted",
  "pending",
] as const;
export type UncoveredReason = (typeof uncoveredReasons)[number];

/**
 * Reasons that lie outside the instance, where another instance would fare no better: no lifecycle hook gives one up for
 * them, or a single change by a third party would end launches by the hour.
 */
export const outsideReasons: ReadonlySet<UncoveredReason> = new Set([
  "no-target",
  "target-service",
  "quota",
  "first-apply-held",
  "ownership-lost",
  "filter-accepts-nothing",
  "not-permitted",
] as const);

/** Why a session of ours is changed although its interface stays selected. */
export type ChangeReason =
  | "not-mirrored"
  | "session-differs"
  | "description-differs"
  | "tags-differ"
  | "surplus"
  | "drain"
  | "mirrored"
  | "removal-held"
  | "left-to-sweep";

export type Reason = UnselectedReason | UncoveredReason | ChangeReason;
