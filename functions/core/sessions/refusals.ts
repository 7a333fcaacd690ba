/**
 * Interfaces that AWS refused for good are tried again at most once an hour by sweeps, until their facts change:
 * each has its minute of the hour, taken from a hash of its id, so that they do not come back all at once. The
 * memory is this process's own; a fresh process tries each of them once more. An event that names an interface
 * tries at once.
 */
import { stableHash } from "../hash.js";
import { leftAlone, type SourcePlan, type Done } from "./decisions.js";

export interface RefusedSources {
  /** Whether the last sweep failed on it: such interfaces wait until the others have had their turn. */
  failedLately(interfaceId: string): boolean;
  /** The plan without its create, when that was refused and its minute has not come again. */
  withoutRefused(plan: SourcePlan, now: number): SourcePlan;
  /** `plans`: what was seen of the interfaces when these results came about. */
  remember(plans: readonly SourcePlan[], done: readonly Done[], now: number): void;
}

const MINUTE_MS = 60_000;

/** Counts the hours as this interface sees them: they begin at its own minute. */
function hourOf(interfaceId: string, now: number): number {
  return Math.floor((Math.floor(now / MINUTE_MS) - (stableHash(interfaceId) % 60)) / 60);
}

export function refusedSources(): RefusedSources {
  const failed = new Set<string>();
  const refused = new Map<string, { readonly hour: number; readonly facts: string }>();
  return {
    failedLately: (interfaceId) => failed.has(interfaceId),
    withoutRefused(plan, now) {
      const last = refused.get(plan.source.id);
      if (last?.facts !== plan.facts || last.hour < hourOf(plan.source.id, now)) return plan;
      return {
        ...plan,
        decisions: plan.decisions.map((decision) =>
          decision.kind === "create"
            ? leftAlone(decision, { covered: "uncovered", reason: "aws-refused" })
            : decision,
        ),
      };
    },
    remember(plans, done, now) {
      const facts = new Map(plans.map((plan) => [plan.source.id, plan.facts]));
      for (const { action, outcome } of done) {
        if (outcome.kind === "transient" || outcome.kind === "conflict") failed.add(action.interfaceId);
        else failed.delete(action.interfaceId);
        if (action.kind !== "create") continue;
        const id = action.interfaceId;
        if (outcome.kind === "refused")
          refused.set(id, { hour: hourOf(id, now), facts: facts.get(id) ?? "" });
        else refused.delete(id);
      }
    },
  };
}
