/**
 * The guardrail on removals counts over a day, not by sweep: whoever takes away a little every minute is stopped where
 * one who takes everything at once is. Only removals by policy count, which somebody's change of tags, rules or targets
 * can cause; what EC2 itself shows as stopped, detached or terminated goes uncounted.
 */
import type { Guardrails } from "./settings.js";

/** Something counted in one hour since the epoch. */
export interface HourCount {
  readonly hour: number;
  readonly count: number;
}

export interface RemovalWindow {
  /** Removals by policy. */
  readonly removals: readonly HourCount[];
  /** The most sessions of ours that were seen. */
  readonly sessions: readonly HourCount[];
  /** A sweep has counted its removals and makes them until then at most; 0: none does. */
  readonly underWayUntil: number;
}

export const emptyWindow: RemovalWindow = { removals: [], sessions: [], underWayUntil: 0 };

/**
 * Why removals by policy wait.
 * - guardrail: they are more than a day allows
 * - record-unread: what was removed lately is not known; record-unwritten: it cannot be written down
 * - other-sweeps: others wrote that record at the same time, again and again
 * - under-way: another sweep is making its own, most of them the same; nobody needs to look
 */
export type HoldCause = "guardrail" | "record-unread" | "record-unwritten" | "other-sweeps" | "under-way";
/** As far as a person should hear of it. */
export type Held = Exclude<HoldCause, "under-way">;

const HOUR_MS = 3_600_000;
const WINDOW_HOURS = 24;
/** A function runs no longer (AWS Lambda Developer Guide, "Lambda quotas"): what says so was written by a clock that was ahead. */
const LONGEST_SWEEP_MS = 900_000;

const hourOf = (now: number) => Math.floor(now / HOUR_MS);
const largest = (counts: readonly HourCount[]) => Math.max(0, ...counts.map(({ count }) => count));
const total = (counts: readonly HourCount[]) => counts.reduce((sum, { count }) => sum + count, 0);

/** What lies within the window, so that the record never grows beyond a count for each of its hours. */
function recent({ removals, sessions, underWayUntil }: RemovalWindow, now: number): RemovalWindow {
  const lately = ({ hour }: HourCount) => hour > hourOf(now) - WINDOW_HOURS;
  return {
    removals: removals.filter(lately),
    sessions: sessions.filter(lately),
    underWayUntil: now < underWayUntil && underWayUntil <= now + LONGEST_SWEEP_MS ? underWayUntil : 0,
  };
}

/**
 * How many removals by policy the window allows in all: a share of the most sessions that it saw, so that the share
 * does not shrink and grow with each removal. The minimum is there for small fleets, and never more than half of one.
 */
function allowance(window: RemovalWindow, sessionsNow: number, guardrails: Guardrails): number {
  const most = Math.max(sessionsNow, largest(window.sessions));
  const share = Math.floor((most * guardrails.removalPercent) / 100);
  return Math.max(share, Math.min(guardrails.removalMinimum, Math.ceil(most / 2)));
}

export function isAcknowledged({ acknowledgedUntil }: Guardrails, now: number): boolean {
  return acknowledgedUntil !== null && now < acknowledgedUntil;
}

/**
 * Why these removals must wait; undefined: they need not. `window`: null where the record could not be had; then nothing is
 * removed but what a person wants. Two sweeps at the same time, that of an apply beside the scheduled one, plan the same
 * removals, which would be counted twice: so one at a time removes by policy.
 */
export function whyHeld(
  window: RemovalWindow | null,
  removals: number,
  sessionsNow: number,
  guardrails: Guardrails,
  now: number,
): HoldCause | undefined {
  if (removals === 0 || guardrails.removalPercent >= 100 || isAcknowledged(guardrails, now)) return undefined;
  if (window === null) return "record-unread";
  const inWindow = recent(window, now);
  if (inWindow.underWayUntil > 0) return "under-way";
  const all = total(inWindow.removals) + removals;
  return all <= allowance(inWindow, sessionsNow, guardrails) ? undefined : "guardrail";
}

export function withRemovals(window: RemovalWindow, removals: number, now: number): RemovalWindow {
  const lately = recent(window, now);
  return removals === 0 ? lately : { ...lately, removals: add(lately.removals, removals, now) };
}

export function withSessions(window: RemovalWindow, sessionsNow: number, now: number): RemovalWindow {
  const lately = recent(window, now);
  const { sessions } = lately;
  const hour = hourOf(now);
  const count = Math.max(sessionsNow, sessions.find((each) => each.hour === hour)?.count ?? 0);
  return { ...lately, sessions: [...sessions.filter((each) => each.hour !== hour), { hour, count }] };
}

/** Whether this hour's number of sessions is still to be written. */
export function isNewHour(window: RemovalWindow, now: number): boolean {
  return !window.sessions.some(({ hour }) => hour === hourOf(now));
}

/** Two sweeps that wrote at the same time: what each of them counted beyond what both had read. */
export function both(one: RemovalWindow, other: RemovalWindow, base: RemovalWindow): RemovalWindow {
  const hours = new Set([...one.removals, ...other.removals].map(({ hour }) => hour));
  const removals = [...hours]
    .sort((a, b) => a - b)
    .map((hour) => {
      const of = ({ removals: counts }: RemovalWindow) => total(counts.filter((each) => each.hour === hour));
      return { hour, count: Math.max(0, of(one) + of(other) - of(base)) };
    });
  const most = new Map(one.sessions.map(({ hour, count }) => [hour, count]));
  for (const { hour, count } of other.sessions) most.set(hour, Math.max(count, most.get(hour) ?? 0));
  const underWayUntil = Math.max(one.underWayUntil, other.underWayUntil);
  return { removals, sessions: [...most].map(([hour, count]) => ({ hour, count })), underWayUntil };
}

function add(counts: readonly HourCount[], number: number, now: number): readonly HourCount[] {
  const hour = hourOf(now);
  const before = counts.find((each) => each.hour === hour)?.count ?? 0;
  const rest = counts.filter((each) => each.hour !== hour);
  const count = Math.max(0, before + number);
  return count === 0 ? rest : [...rest, { hour, count }];
}
