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
}

export const emptyWindow: RemovalWindow = { removals: [], sessions: [] };

const HOUR_MS = 3_600_000;
const WINDOW_HOURS = 24;

const hourOf = (now: number) => Math.floor(now / HOUR_MS);
const largest = (counts: readonly HourCount[]) => Math.max(0, ...counts.map(({ count }) => count));
const total = (counts: readonly HourCount[]) => counts.reduce((sum, { count }) => sum + count, 0);

/** What lies within the window, so that the record never grows beyond a count for each of its hours. */
function recent({ removals, sessions }: RemovalWindow, now: number): RemovalWindow {
  const lately = ({ hour }: HourCount) => hour > hourOf(now) - WINDOW_HOURS;
  return { removals: removals.filter(lately), sessions: sessions.filter(lately) };
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

/** `window`: null where the record could not be had; then nothing is let through but what a person wants. */
export function letsThrough(
  window: RemovalWindow | null,
  removals: number,
  sessionsNow: number,
  guardrails: Guardrails,
  now: number,
): boolean {
  if (removals === 0 || guardrails.removalPercent >= 100 || isAcknowledged(guardrails, now)) return true;
  if (window === null) return false;
  const inWindow = recent(window, now);
  return total(inWindow.removals) + removals <= allowance(inWindow, sessionsNow, guardrails);
}

export function withRemovals(window: RemovalWindow, removals: number, now: number): RemovalWindow {
  const { removals: before, sessions } = recent(window, now);
  return { removals: removals === 0 ? before : add(before, removals, now), sessions };
}

export function withSessions(window: RemovalWindow, sessionsNow: number, now: number): RemovalWindow {
  const { removals, sessions } = recent(window, now);
  const hour = hourOf(now);
  const count = Math.max(sessionsNow, sessions.find((each) => each.hour === hour)?.count ?? 0);
  return { removals, sessions: [...sessions.filter((each) => each.hour !== hour), { hour, count }] };
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
  return { removals, sessions: [...most].map(([hour, count]) => ({ hour, count })) };
}

function add(counts: readonly HourCount[], number: number, now: number): readonly HourCount[] {
  const hour = hourOf(now);
  const before = counts.find((each) => each.hour === hour)?.count ?? 0;
  const rest = counts.filter((each) => each.hour !== hour);
  const count = Math.max(0, before + number);
  return count === 0 ? rest : [...rest, { hour, count }];
}
