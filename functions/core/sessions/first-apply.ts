/**
 * The guardrail on a first apply: a rule that is wider than its author thought is found while it costs nothing. It asks
 * once: a controller that has had sessions may have as many as its rules select, whatever it begins a day with.
 */
import { isCreate, withoutCreates, type SourcePlan } from "./decisions.js";
import type { Guardrails } from "./settings.js";

/**
 * How far a controller has come, as sweeps write it down.
 * - awaited: no sweep has looked yet, or none that knew of this guardrail
 * - open: there was nothing to mirror
 * - held: so many sessions would be made that a person should look first
 * - over: it has had sessions
 */
export const firstApplyStates = ["awaited", "open", "held", "over"] as const;
export type FirstApply = (typeof firstApplyStates)[number];

/** An AWS month, as its price lists count. */
const HOURS_A_MONTH = 730;

/** What is looked at and set of the plan for an account. */
interface Planned {
  readonly plans: readonly SourcePlan[];
  readonly sessionsOfOurs: number;
  readonly heldCreations: number;
  readonly firstApply: FirstApply;
}

/**
 * Sessions that are there say that it is over where no sweep has said anything: the version before kept no record of it.
 * Later they may come from events that were quicker than the sweep after a change of rules.
 */
export function holdFirstApply<P extends Planned>(account: P, state: FirstApply, guardrails: Guardrails): P {
  const { plans, sessionsOfOurs } = account;
  const creations = plans.filter(({ decisions }) => decisions.some(isCreate)).length;
  const isOver = state === "over" || (state === "awaited" && sessionsOfOurs > 0);
  const limit = guardrails.firstApplySessions;
  if (!isOver && limit !== null && creations > limit) {
    return {
      ...account,
      plans: plans.map((plan) => withoutCreates(plan, "first-apply-held")),
      heldCreations: creations,
      firstApply: "held",
    };
  }
  return { ...account, firstApply: isOver || sessionsOfOurs + creations > 0 ? "over" : "open" };
}

/** Why no session is made yet: a person should look first, or no sweep has looked. */
export type HoldReason = "first-apply-held" | "pending";

/** An event must not make what the next sweep may hold; undefined: it may. */
export function holdForEvents(state: FirstApply): HoldReason | undefined {
  if (state === "held") return "first-apply-held";
  return state === "awaited" ? "pending" : undefined;
}

/** Of two sweeps that wrote at the same time. */
export function furthest(one: FirstApply, other: FirstApply): FirstApply {
  return firstApplyStates.indexOf(one) > firstApplyStates.indexOf(other) ? one : other;
}

/** US dollars, to the cent. */
export function costAMonth(sessions: number, usdPerHour: number): number {
  return Math.round(sessions * usdPerHour * HOURS_A_MONTH * 100) / 100;
}
