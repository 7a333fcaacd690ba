/** What is known of one interface when it is decided about, and the ways in which it stays without a session of ours. */
import type { Session, Source, Tags, Topology } from "../model.js";
import type { UncoveredReason, UnselectedReason } from "../outcomes.js";
import { about, type Decision, type SourcePlan } from "./decisions.js";
import type { Policy } from "./policy.js";
import type { ClaimsByInterface, Selection } from "./selection.js";

export interface PlanContext {
  readonly policy: Policy;
  readonly topology: Topology;
  /** Value of the ownership tag. */
  readonly controller: string;
  /** The user's own tags for sessions. */
  readonly ownTags: Tags;
  /** The provider's `default_tags`. */
  readonly defaultTags: Tags;
  /** Share of the selected interfaces to mirror in a first rollout, 0–100. */
  readonly rolloutPercent: number;
  /**
   * Only a sweep sees how much a change of policy would remove, so only a sweep removes for that reason.
   * An event leaves such sessions to the next sweep.
   */
  readonly mayRemoveByPolicy: boolean;
  /** Whose claims are open on which interface at this time. */
  readonly claims: ClaimsByInterface;
}

/** One interface, with every session on it. */
export interface Situation {
  readonly context: PlanContext;
  readonly source: Source;
  /** The first of them stays, if one does. */
  readonly ours: readonly Session[];
  /** Also those that are ours by half: they are neither changed nor removed. */
  readonly foreign: readonly Session[];
}

export type Selected = Selection & { readonly selected: true };

export type Decided = Omit<
  SourcePlan,
  "source" | "facts" | "instanceType" | "instanceState" | "isTypeListed"
>;

/** `byPolicy`: a person's change of policy is why, so only a sweep removes sessions for it. */
export function unselected(
  { context, source, ours }: Situation,
  reason: UnselectedReason,
  byPolicy: boolean,
): Decided {
  if (ours.length === 0) return leftUnselected(source, reason);
  if (byPolicy && !context.mayRemoveByPolicy) return leftUnselected(source, "left-to-sweep");
  return { decisions: ours.map((session) => removal(source, session, reason, byPolicy)) };
}

export function notSeen({ source, ours: [kept] }: Situation): Decided {
  const stay: Decision = { ...about(source), kind: "leave", covered: "uncovered", reason: "not-seen" };
  return { ...(kept && { kept }), decisions: [stay] };
}

export function beyondRollout({ context, source, ours }: Situation, { rule, order }: Selected): Decided {
  const stay: Decision = {
    ...about(source, rule.name),
    kind: "leave",
    covered: "uncovered",
    reason: "rollout",
  };
  const go = context.mayRemoveByPolicy
    ? ours.map((session) => removal(source, session, "rollout", true))
    : [];
  return { order, decisions: [stay, ...go] };
}

export function uncovered(
  { context, source, ours }: Situation,
  { rule }: Selected,
  reason: UncoveredReason,
): Decided {
  const stay: Decision = { ...about(source, rule.name), kind: "leave", covered: "uncovered", reason };
  const go = context.mayRemoveByPolicy ? ours.map((session) => removal(source, session, reason, true)) : [];
  return { decisions: [stay, ...go] };
}

function removal(
  source: Source,
  session: Session,
  reason: UnselectedReason | UncoveredReason,
  byPolicy: boolean,
) {
  return { ...about(source), kind: "delete", reason, sessionId: session.id, byPolicy } as const;
}

export function leftUnselected(source: Source, reason: UnselectedReason | "left-to-sweep"): Decided {
  return { decisions: [{ ...about(source), kind: "leave", covered: "unselected", reason }] };
}
