/**
 * What sweeps must know of each other, kept outside the process: a function's memory is lost with its instance, and
 * what the guardrail forgot it would let through. The record is written before the removals that it counts begin.
 */
import type { AccountPlan } from "./account.js";
import type { DifferingFilters } from "./filter-drift.js";
import {
  both,
  emptyWindow,
  isAcknowledged,
  isNewHour,
  withRemovals,
  withSessions,
} from "./removal-window.js";
import { furthest, type FirstApply } from "./first-apply.js";
import type { RemovalWindow } from "./removal-window.js";
import type { RefusedTypes } from "./refused-types.js";
import type { SweepState, SweepStateStore } from "./ports.js";
import type { Settings } from "./settings.js";

/** The record of one sweep. */
export interface SweepRecord {
  /** null: it could not be had, so that nothing is removed by policy. */
  readonly window: RemovalWindow | null;
  /** Where the record could not be had, as if no sweep had written it. */
  readonly firstApply: FirstApply;
  /** Types that EC2 refused, as an earlier sweep learnt. */
  readonly refusedTypes: RefusedTypes;
  /** Filters that differed from what Terraform declared; null: it could not be had. */
  readonly differingFilters: DifferingFilters | null;
  /** false: the removals could not be written down, so that none of them may begin. */
  reserve(plan: AccountPlan, settings: Settings, now: number): Promise<boolean>;
  /** `removed`: how many of those that were reserved were carried out. Written where something differs. */
  settle(removed: number, learnt: Learnt, now: number): Promise<void>;
}

export const emptySweepState: SweepState = {
  window: emptyWindow,
  firstApply: "awaited",
  refusedTypes: {},
  differingFilters: {},
};

/** What this sweep knows by its end, for the next one. */
export type Learnt = Pick<SweepState, "refusedTypes" | "differingFilters">;

export async function openRecord(
  store: SweepStateStore,
  onError: (error: unknown) => void,
): Promise<SweepRecord> {
  const stored = await store.read().catch((error: unknown) => {
    onError(error);
    return null;
  });
  let state: SweepState | null = stored?.state ?? null;
  let version = stored?.version ?? 0;
  let reserved = 0;

  /** false: not written, or another sweep wrote at the same time, whose removals are now counted as well. */
  const write = async (next: SweepState): Promise<boolean> => {
    try {
      const base = state?.window ?? emptyWindow;
      const written = await store.write(next, version);
      state = next;
      version = written.version;
      if (written.overwritten === undefined) return true;
      const { window, firstApply } = written.overwritten;
      state = {
        ...next,
        window: both(next.window, window, base),
        firstApply: furthest(next.firstApply, firstApply),
      };
      version = (await store.write(state, version)).version;
    } catch (error) {
      onError(error);
    }
    return false;
  };

  return {
    window: state?.window ?? null,
    firstApply: state?.firstApply ?? "awaited",
    refusedTypes: state?.refusedTypes ?? {},
    differingFilters: state?.differingFilters ?? null,
    async reserve({ removals, sessionsOfOurs, firstApply }, { mode, guardrails }, now) {
      if (mode !== "enforce") return true;
      const wanted = isAcknowledged(guardrails, now);
      if (state === null) return removals === 0 || wanted || guardrails.removalPercent >= 100;
      if (removals === 0 && firstApply === state.firstApply && !isNewHour(state.window, now)) return true;
      // A person has looked at these: the day begins anew with what they leave.
      if (wanted && removals > 0) {
        await write({
          ...state,
          firstApply,
          window: withSessions(emptyWindow, sessionsOfOurs - removals, now),
        });
        return true;
      }
      const window = withSessions(withRemovals(state.window, removals, now), sessionsOfOurs, now);
      const written = await write({ ...state, firstApply, window });
      reserved = written ? removals : 0;
      return written || removals === 0 || guardrails.removalPercent >= 100;
    },
    async settle(removed, learnt, now) {
      if (state === null) return;
      const less = Math.min(0, removed - reserved);
      const same =
        isSame(state.refusedTypes, learnt.refusedTypes) &&
        isSame(state.differingFilters, learnt.differingFilters);
      if (less === 0 && same) return;
      await write({ ...state, ...learnt, window: withRemovals(state.window, less, now) });
    },
  };
}

type Times = Readonly<Record<string, number>>;

function isSame(one: Times, other: Times): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
