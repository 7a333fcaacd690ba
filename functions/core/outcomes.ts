/** How things end: the answers of AWS in classes, and every reason that a decision can carry. */

/**
 * What one call to EC2 came to. `code` and `message` are AWS's own words, for logs.
 * - done: the call had its effect, or things were so already
 * - gone: the thing it named does not exist any more
 * - conflict: refused because of something on the same interface that was not seen; look again
 * - throttled, transient: worth another try later
 * - refused: final for this interface until its facts change
 * - unexplained: refused again and again for a reason that we do not know, with nothing on the interface to explain it
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

/**
 * Whose a reason is, which says what may follow from it:
 * - own: the interface's or its instance's, where another instance may fare better. Only these end a launch
 * - outside: the receiver's, the filter's, the account's, other people's, or the user's own choice. Another instance
 *   would fare no better, and a third party can cause most of them: they count and alarm, and end nothing
 * - open: nothing is decided yet
 */
type Whose = "own" | "outside" | "open";

/** Why a selected interface is not mirrored. Every one is a value of the metric dimension `reason`. */
const whose = {
  "interface-type": "own",
  "instance-type": "own",
  "requester-managed": "own",
  fargate: "own",
  "ipv6-only": "own",
  "is-target": "own",
  "behind-target": "own",
  "no-target": "outside",
  "target-service": "outside",
  "target-not-seen": "outside",
  "target-unavailable": "outside",
  "not-seen": "open",
  "session-limit": "outside",
  quota: "outside",
  rollout: "outside",
  ceiling: "outside",
  "first-apply-held": "outside",
  "ownership-lost": "outside",
  "filter-accepts-nothing": "outside",
  "filter-changed": "outside",
  outranked: "outside",
  "zone-unhealthy": "outside",
  "aws-refused": "own",
  "not-permitted": "outside",
  pending: "open",
} as const satisfies Readonly<Record<string, Whose>>;

export type UncoveredReason = keyof typeof whose;
export const uncoveredReasons = Object.keys(whose) as readonly UncoveredReason[];

/** `state`: of the instance. What AWS refuses of one that is still pending it may take a moment later. */
export function whoseReason(reason: UncoveredReason, state: string | undefined): Whose {
  return reason === "aws-refused" && state === "pending" ? "open" : whose[reason];
}

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
