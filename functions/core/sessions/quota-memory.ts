/**
 * Quotas that EC2 said are used up: the account's sessions, or those of one target. Who has the rest need not be seen (other
 * accounts use a shared target, another controller fills the account), so nobody is asked again for each interface and
 * sweep: one create tries for all, after pauses that grow. Where sessions went there is room, and it is tried at once. The
 * memory is this process's own.
 */
import type { Session } from "../model.js";
import { withoutCreates, type Done, type SourcePlan } from "./decisions.js";

export interface QuotaMemory {
  /** All sessions of the account, as a sweep sees them. */
  seen(sessions: readonly Session[]): void;
  /** The plan without its create, while a quota that it needs is used up. Asked right before the create begins. */
  withoutFull(plan: SourcePlan, now: number): SourcePlan;
  learn(done: Done, now: number): void;
}

interface Full {
  /** When the next create tries. */
  until: number;
  /** Creates that were refused, one after the other. */
  tries: number;
  /** One create is trying for all: its answer counts. What was under way before it says nothing new. */
  trying: boolean;
}

const MINUTE_MS = 60_000;
const LONGEST_MS = 6 * 60 * MINUTE_MS;
/** The others wait so long for the answer to the one that tries. */
const ANSWER_MS = MINUTE_MS;
const ACCOUNT = "account";

/** Runs for events see no account: that sessions went, with their interfaces, only a try tells them. */
export const LONGEST_OF_EVENTS_MS = 5 * MINUTE_MS;

/** `longest`: the longest pause, in milliseconds. */
export function createQuotaMemory(longest = LONGEST_MS): QuotaMemory {
  const pauseOf = (tries: number) => Math.min(longest, 5 * MINUTE_MS * 4 ** (tries - 1));
  const full = new Map<string, Full>();
  /** Sessions that count towards each quota: as the last sweep saw them, and what was made since. */
  let counts = new Map<string, number>();
  const count = (targetId: string) => {
    for (const scope of [ACCOUNT, targetId]) counts.set(scope, (counts.get(scope) ?? 0) + 1);
  };

  return {
    seen(sessions) {
      const before = counts;
      counts = new Map();
      for (const { targetId } of sessions) count(targetId);
      for (const [scope, quota] of full) {
        if ((counts.get(scope) ?? 0) < (before.get(scope) ?? 0)) quota.until = -Infinity;
      }
    },
    withoutFull(plan, now) {
      const create = plan.decisions.find((decision) => decision.kind === "create");
      if (create === undefined) return plan;
      const quotas = [ACCOUNT, create.desired.targetId].flatMap((scope) => full.get(scope) ?? []);
      if (quotas.every(({ until }) => now >= until)) {
        for (const quota of quotas) Object.assign(quota, { trying: true, until: now + ANSWER_MS });
        return plan;
      }
      return withoutCreates(plan, "quota");
    },
    learn({ action, outcome }, now) {
      if (action.kind === "delete" && outcome.kind === "done") {
        for (const quota of full.values()) quota.until = -Infinity;
      }
      if (action.kind !== "create") return;
      const { targetId } = action.desired;
      if (outcome.kind === "done") {
        full.delete(ACCOUNT);
        full.delete(targetId);
        count(targetId);
      }
      if (outcome.kind !== "quota") return;
      const scope = outcome.code.includes("PerTarget") ? targetId : ACCOUNT;
      const quota = full.get(scope) ?? { until: 0, tries: 0, trying: true };
      if (!quota.trying) return;
      const tries = quota.tries + 1;
      full.set(scope, { tries, trying: false, until: now + pauseOf(tries) });
    },
  };
}
