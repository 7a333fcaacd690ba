import { describe, expect, it } from "@jest/globals";
import {
  both,
  emptyWindow,
  isNewHour,
  whyHeld,
  withRemovals,
  withSessions,
  type RemovalWindow,
} from "../../../../functions/core/sessions/removal-window.js";
import { theGuardrails } from "../../../support/builders.js";
import { NOON } from "../../../support/fakes.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Whether so many may go now, of so many sessions. */
const lets = (window: RemovalWindow | null, removals: number, sessions: number, over = {}, now = NOON) =>
  whyHeld(window, removals, sessions, theGuardrails(over), now) === undefined;
const removed = (count: number, at = NOON) => withRemovals(emptyWindow, count, at);

describe("a day's removals", () => {
  it("are counted together, however they are spread", () => {
    expect(lets(removed(15), 5, 100)).toBe(true);
    expect(lets(removed(15), 6, 100)).toBe(false);
  });

  it("are measured by the most sessions of the day, and not by those that are left", () => {
    const window = withSessions(removed(15), 100, NOON - HOUR);
    expect(lets(window, 5, 85)).toBe(true);
    expect(lets(emptyWindow, 18, 85)).toBe(false);
  });

  it("end after 24 hours", () => {
    const window = removed(20);
    expect(lets(window, 1, 100, {}, NOON + 23 * HOUR)).toBe(false);
    expect(lets(window, 1, 100, {}, NOON + 24 * HOUR)).toBe(true);
    expect(withRemovals(window, 0, NOON + 24 * HOUR)).toEqual(emptyWindow);
  });

  it("never end a small fleet: no more than half of it goes, whatever the minimum", () => {
    expect(lets(emptyWindow, 4, 8)).toBe(true);
    expect(lets(emptyWindow, 5, 8)).toBe(false);
    expect(lets(removed(4), 1, 4, {}, NOON)).toBe(false);
  });

  it("may be all that a person wants, or all where the guardrail is off", () => {
    expect(lets(removed(90), 10, 10, { acknowledgedUntil: NOON + MINUTE })).toBe(true);
    expect(lets(removed(90), 10, 10, { acknowledgedUntil: NOON })).toBe(false);
    expect(lets(removed(90), 10, 10, { removalPercent: 100 })).toBe(true);
  });
});

describe("a record that is lost", () => {
  it("lets nothing through but what a person wants", () => {
    expect(lets(null, 1, 1000)).toBe(false);
    expect(lets(null, 0, 1000)).toBe(true);
    expect(lets(null, 1, 1000, { acknowledgedUntil: NOON + MINUTE })).toBe(true);
    expect(lets(null, 1, 1000, { removalPercent: 100 })).toBe(true);
  });
});

describe("the record", () => {
  it("holds a count for each hour of a day and no more", () => {
    let window = emptyWindow;
    for (let minute = 0; minute < 3 * 24 * 60; minute++) {
      window = withSessions(withRemovals(window, 1, NOON + minute * MINUTE), minute, NOON + minute * MINUTE);
    }
    expect(window.removals).toHaveLength(24);
    expect(window.sessions).toHaveLength(24);
    expect(Math.max(...window.removals.map(({ count }) => count))).toBe(60);
  });

  it("is due once an hour", () => {
    const window = withSessions(emptyWindow, 5, NOON);
    expect(isNewHour(window, NOON + 59 * MINUTE)).toBe(false);
    expect(isNewHour(window, NOON + 60 * MINUTE)).toBe(true);
  });

  it("of two sweeps at once counts the removals of both, and the larger fleet", () => {
    const one = withSessions(removed(3), 90, NOON);
    const other = withSessions(removed(4), 100, NOON);
    const hour = NOON / HOUR;
    const sessions = [{ hour, count: 100 }];
    expect(both(one, other, emptyWindow)).toEqual({
      removals: [{ hour, count: 7 }],
      sessions,
      underWayUntil: 0,
    });
    // What both had read is counted once, however often two meet.
    expect(both(one, other, removed(2))).toEqual({
      removals: [{ hour, count: 5 }],
      sessions,
      underWayUntil: 0,
    });
  });
});

describe("a sweep that removes", () => {
  const until = (time: number) => ({ ...emptyWindow, underWayUntil: time });

  it("holds others until its end", () => {
    expect(lets(until(NOON + 15 * MINUTE), 1, 100)).toBe(false);
    expect(lets(until(NOON), 1, 100)).toBe(true);
  });

  it("holds nobody for longer than a function runs, though its clock was a day ahead", () => {
    expect(lets(until(NOON + 24 * HOUR), 1, 100)).toBe(true);
  });
});
