/**
 * Interfaces that AWS refused are tried again by sweeps after pauses that grow to a day, until their facts change. The
 * pauses differ by a hash of the interface's id, so that they do not come back all at once. The memory is this process's
 * own; a fresh process tries each of them once more. An event that names an interface tries at once.
 */
import { stableHash } from "../hash.js";
import type { OutcomeKind } from "../outcomes.js";
import { withoutCreates, type SourcePlan, type Done } from "./decisions.js";

export interface RefusedSources {
  /** Whether the last sweep failed on it: such interfaces wait until the others have had their turn. */
  failedLately(interfaceId: string): boolean;
  /** The plan without its create, when that was refused and its pause is not over. */
  withoutRefused(plan: SourcePlan, now: number): SourcePlan;
  /** `plans`: what was seen of the interfaces when these results came about. */
  remember(plans: readonly SourcePlan[], done: readonly Done[], now: number): void;
}

interface Refused {
  readonly kind: OutcomeKind;
  readonly facts: string;
  readonly tries: number;
  readonly until: number;
}

const MINUTE_MS = 60_000;
const LONGEST_MS = 24 * 60 * MINUTE_MS;

/**
 * What is refused for good waits an hour at first. A code that nobody knows may pass, as a list of EC2's that was behind
 * does: the next sweep tries once more, and then the pauses grow.
 */
function pauseOf(kind: OutcomeKind, tries: number): number | undefined {
  if (kind === "refused") return Math.min(LONGEST_MS, 60 * MINUTE_MS * 2 ** (tries - 1));
  if (kind !== "unexplained") return undefined;
  return tries === 1 ? 0 : Math.min(LONGEST_MS, 5 * MINUTE_MS * 4 ** (tries - 2));
}

/** Between three quarters of it and all of it, always the same for an interface. */
function spread(interfaceId: string, pause: number): number {
  return pause * (0.75 + (stableHash(interfaceId) % 64) / 256);
}

export function refusedSources(): RefusedSources {
  const failed = new Set<string>();
  const refused = new Map<string, Refused>();
  return {
    failedLately: (interfaceId) => failed.has(interfaceId),
    withoutRefused(plan, now) {
      const last = refused.get(plan.source.id);
      if (last?.facts !== plan.facts || now >= last.until) return plan;
      const reason = last.kind === "refused" && plan.isTypeListed === false ? "instance-type" : "aws-refused";
      return withoutCreates(plan, reason);
    },
    remember(plans, done, now) {
      const facts = new Map(plans.map((plan) => [plan.source.id, plan.facts]));
      for (const { action, outcome } of done) {
        const id = action.interfaceId;
        const failedNow = ["transient", "conflict", "unexplained"].includes(outcome.kind);
        if (failedNow) failed.add(id);
        else failed.delete(id);
        if (action.kind !== "create") continue;
        const before = refused.get(id);
        const tries = before !== undefined && before.facts === facts.get(id) ? before.tries + 1 : 1;
        const pause = pauseOf(outcome.kind, tries);
        if (pause === undefined) refused.delete(id);
        else {
          const until = now + spread(id, pause);
          refused.set(id, { kind: outcome.kind, facts: facts.get(id) ?? "", tries, until });
        }
      }
    },
  };
}
