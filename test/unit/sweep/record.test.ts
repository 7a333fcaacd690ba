/** The record that sweeps share: lost, unreadable, written by several at the same time. */
import { describe, expect, it } from "@jest/globals";
import { withRemovals } from "../../../functions/core/sessions/removal-window.js";
import { theGuardrails } from "../../support/builders.js";
import { aClock, aWriter, done, failed, type FakeSweepState } from "../../support/fakes.js";
import { aFleet } from "../../support/fleet.js";

const MINUTE = 60_000;

describe("the record", () => {
  it.each<[string, (state: FakeSweepState) => void]>([
    ["is lost", (state) => void (state.state = null)],
    ["cannot be read", (state) => void (state.error = new Error("SSM says no"))],
  ])("holds every removal by policy when it %s", async (_, lose) => {
    const { sessions, sweep, sweepState, untag } = aFleet(100);
    untag(1);
    lose(sweepState);
    expect(await sweep()).toMatchObject({ deleted: 0, held_removals: 1 });
    expect(sessions.size).toBe(100);
  });

  it("holds when the removals cannot be written down", async () => {
    const { sweep, sweepState, untag } = aFleet(100);
    const { read } = sweepState;
    sweepState.read = async () => {
      const stored = await read();
      sweepState.error = new Error("SSM says no");
      return stored;
    };
    untag(1);
    expect(await sweep()).toMatchObject({ deleted: 0, held_removals: 1 });
  });

  /** As another sweep that writes what it removes, right before this one does. */
  const writesBeside = (state: FakeSweepState, removed: number, times: number) => {
    state.interfere = () => {
      times -= 1;
      if (times === 0) delete state.interfere;
      if (state.state === null) return;
      const window = withRemovals(state.state.window, removed, aClock().now());
      state.state = { ...state.state, window };
      state.version += 1;
    };
  };

  it("counts both, and goes on, when another sweep wrote at the same time", async () => {
    const { sweep, sweepState, untag } = aFleet(100);
    writesBeside(sweepState, 4, 1);
    untag(3);
    expect(await sweep()).toMatchObject({ deleted: 3, held_removals: 0 });
    expect(sweepState.state?.window.removals).toMatchObject([{ count: 7 }]);
  });

  it("holds where the other's are as many as a day allows", async () => {
    const { sweep, sweepState, untag } = aFleet(100);
    writesBeside(sweepState, 18, 1);
    untag(3);
    expect(await sweep()).toMatchObject({ deleted: 0, held_removals: 3 });
    expect(sweepState.state?.window.removals).toMatchObject([{ count: 18 }]);
  });

  it("holds when others go on writing, and loses no count of theirs", async () => {
    const { sweep, sweepState, untag } = aFleet(100);
    writesBeside(sweepState, 4, 2);
    untag(3);
    expect(await sweep()).toMatchObject({ deleted: 0, held_removals: 3 });
    const [{ count } = { count: 0 }] = sweepState.state?.window.removals ?? [];
    expect(count).toBeGreaterThanOrEqual(8);
  });

  it.each<[string, RegExp, (state: FakeSweepState) => void, number]>([
    [
      "too many removals",
      /more than guardrails.removal_percent and removal_minimum allow/,
      () => undefined,
      30,
    ],
    ["a record that cannot be read", /could not be read/, (state) => void (state.error = new Error("no")), 1],
    ["a record that was lost", /could not be read/, (state) => void (state.state = null), 1],
    [
      "a record that cannot be written",
      /could not be written/,
      (state) => {
        state.interfere = () => {
          throw new Error("SSM says no");
        };
      },
      1,
    ],
    ["others that go on writing", /other sweeps wrote/, (state) => writesBeside(state, 1, 2), 1],
  ])("tells an apply why removals are held: %s", async (_, sentence, lose, removals) => {
    const { sweepState, byApply, untag } = aFleet(100);
    untag(removals);
    lose(sweepState);
    await expect(byApply()).rejects.toThrow(sentence);
  });

  it("does not count twice what a sweep beside it would remove as well", async () => {
    const { sweep, sweepState, sessions, untag } = aFleet(100);
    untag(15);
    const summary = await sweep(async () => {
      untag(10);
      // One sweep at a time removes by policy; the other holds nothing and is not complete.
      const beside = await sweep();
      expect(beside).toMatchObject({ deleted: 0, held_removals: 0, complete: false });
      expect(beside.remaining).toBeGreaterThan(15);
    });
    expect(summary).toMatchObject({ deleted: 15, held_removals: 0 });
    expect(sweepState.state?.window).toMatchObject({ removals: [{ count: 15 }], underWayUntil: 0 });
    expect(await sweep()).toMatchObject({ deleted: 0, held_removals: 10 });
    expect(sessions.size).toBe(85);
  });

  it("leaves a sweep that began since under way, when one ends late", async () => {
    const { sweep, sweepState, clock, untag } = aFleet(100);
    untag(10);
    const until = clock.now() + 2 * MINUTE;
    await sweep(async () => {
      const { state } = sweepState;
      if (state !== null) sweepState.state = { ...state, window: { ...state.window, underWayUntil: until } };
      sweepState.version += 1;
    });
    expect(sweepState.state?.window.underWayUntil).toBe(until);
  });

  it("lets an apply wait for the sweep that removes", async () => {
    const { byApply, clock, sweepState, sessions, untag } = aFleet(100);
    untag(15);
    const { state } = sweepState;
    if (state !== null) {
      const window = { ...state.window, underWayUntil: clock.now() + MINUTE / 2 };
      sweepState.state = { ...state, window };
    }
    expect(await byApply()).toMatchObject({ deleted: 15, complete: true });
    expect(clock.slept).toEqual(Array.from({ length: 6 }, () => 5_000));
    expect(sessions.size).toBe(85);
  });

  it("goes on counting what a sweep that never ended had begun", async () => {
    const { clock, sweep, sweepState, untag } = aFleet(100);
    untag(15);
    await sweep(() => Promise.reject(new Error("the process ended"))).catch(() => undefined);
    expect(sweepState.state?.window.removals).toMatchObject([{ count: 15 }]);
    clock.advance(16 * MINUTE);
    untag(6);
    expect(await sweep()).toMatchObject({ deleted: 0 });
    expect((await sweep()).held_removals).toBeGreaterThan(0);
  });

  it("counts what was done, not what was planned", async () => {
    const { sweep, sweepState, untag } = aFleet(100, {
      writer: aWriter((call) => (call.endsWith("0") ? done : failed("not-permitted"))),
    });
    untag(20);
    await sweep();
    expect(sweepState.state?.window.removals).toMatchObject([{ count: 2 }]);
  });

  it("is read once a sweep and written once an hour where nothing is removed", async () => {
    const { clock, sweep, sweepState } = aFleet(100);
    for (let minute = 0; minute < 120; minute++) {
      await sweep();
      clock.advance(MINUTE);
    }
    expect(sweepState.calls).toEqual({ read: 120, write: 2 });
  });

  it("begins anew with what a person wanted", async () => {
    const { clock, sessions, sweep, sweepState, untag } = aFleet(100, {
      settings: { guardrails: theGuardrails({ acknowledgedUntil: aClock().now() + MINUTE }) },
    });
    untag(60);
    expect(await sweep()).toMatchObject({ deleted: 60, held_removals: 0 });
    clock.advance(MINUTE);
    untag(11);
    expect(await sweep()).toMatchObject({ deleted: 0, held_removals: 11 });
    expect(sessions.size).toBe(40);
    expect(sweepState.state?.window.sessions).toMatchObject([{ count: 40 }]);
  });
});
