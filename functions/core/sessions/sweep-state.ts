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
  whyHeld,
  withRemovals,
  withSessions,
} from "./removal-window.js";
import { furthest, type FirstApply } from "./first-apply.js";
import type { HoldCause, RemovalWindow } from "./removal-window.js";
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
  /**
   * Counts the removals by policy before the first of them begins; answers why none may. `until`: when this sweep has
   * ended, and makes none any more.
   */
  reserve(plan: AccountPlan, settings: Settings, now: number, until: number): Promise<HoldCause | undefined>;
  /** `removed`: how many of those this sweep carried out. Written where something differs. */
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
  let state = stored?.state ?? null;
  let version = stored?.version ?? 0;
  /** Removals that this sweep has counted. */
  let counted = 0;
  /** Until when it said that it makes them. */
  let removesUntil = 0;

  /**
   * SSM has no conditional write, so what another sweep wrote at the same time is overwritten first, and then taken back
   * with the change on top of it. Once: where others go on writing, everybody's counts are kept and nothing is removed.
   * `change` says why, where it is not to be made.
   */
  const update = async (
    change: (state: SweepState) => SweepState | HoldCause,
  ): Promise<HoldCause | "written"> => {
    if (state === null) return "record-unread";
    try {
      const base = state;
      const next = change(base);
      if (typeof next === "string") return next;
      const written = await store.write(next, version);
      ({ version } = written);
      state = next;
      if (written.overwritten === undefined) return "written";
      const changed = change(written.overwritten);
      state = typeof changed === "string" ? written.overwritten : changed;
      const again = await store.write(state, version);
      ({ version } = again);
      if (again.overwritten === undefined) return typeof changed === "string" ? changed : "written";
      state = {
        ...state,
        window: {
          ...both(state.window, again.overwritten.window, base.window),
          underWayUntil: again.overwritten.window.underWayUntil,
        },
        firstApply: furthest(state.firstApply, again.overwritten.firstApply),
      };
      ({ version } = await store.write(state, version));
      return "other-sweeps";
    } catch (error) {
      onError(error);
      return "record-unwritten";
    }
  };

  return {
    window: state?.window ?? null,
    firstApply: state?.firstApply ?? "awaited",
    refusedTypes: state?.refusedTypes ?? {},
    differingFilters: state?.differingFilters ?? null,
    async reserve({ removals, sessionsOfOurs, firstApply }, { mode, guardrails }, now, until) {
      if (mode !== "enforce") return undefined;
      const read = state;
      const asks = removals > 0 && guardrails.removalPercent < 100;
      if (read === null) return asks && !isAcknowledged(guardrails, now) ? "record-unread" : undefined;
      if (removals === 0 && firstApply === read.firstApply && !isNewHour(read.window, now)) return undefined;
      const reached = (known: SweepState) =>
        known === read ? firstApply : furthest(firstApply, known.firstApply);
      // A person has looked at these: the day begins anew with what they leave.
      if (removals > 0 && isAcknowledged(guardrails, now)) {
        const window = withSessions(emptyWindow, sessionsOfOurs - removals, now);
        await update((known) => ({ ...known, firstApply: reached(known), window }));
        return undefined;
      }
      const result = await update((known) => {
        const cause = whyHeld(known.window, removals, sessionsOfOurs, guardrails, now);
        counted = cause === undefined ? removals : 0;
        if (cause !== undefined) return cause;
        const window = withSessions(withRemovals(known.window, removals, now), sessionsOfOurs, now);
        if (removals > 0) removesUntil = until;
        const underWayUntil = removals > 0 ? until : window.underWayUntil;
        return { ...known, firstApply: reached(known), window: { ...window, underWayUntil } };
      });
      if (result === "record-unwritten") counted = 0;
      return asks && result !== "written" ? result : undefined;
    },
    async settle(removed, learnt, now) {
      if (state === null) return;
      const same =
        isSame(state.refusedTypes, learnt.refusedTypes) &&
        isSame(state.differingFilters, learnt.differingFilters);
      if (counted === 0 && same) return;
      await update((known) => {
        if (counted === 0) return { ...known, ...learnt };
        const window = withRemovals(known.window, Math.min(0, removed - counted), now);
        // Another sweep may have begun since: what it removes is still under way. The record holds whole seconds.
        const isOurs = window.underWayUntil <= Math.ceil(removesUntil / 1000) * 1000;
        return { ...known, ...learnt, window: isOurs ? { ...window, underWayUntil: 0 } : window };
      });
    },
  };
}

type Times = Readonly<Record<string, number>>;

function isSame(one: Times, other: Times): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
