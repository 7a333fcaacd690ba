/** The guardrail on removals over many sweeps, each as if its process had just started. */
import { describe, expect, it } from "@jest/globals";
import { requestOf } from "../../../functions/sweep/request.js";
import { runSweep } from "../../../functions/sweep/run.js";
import type { Summary } from "../../../functions/sweep/summary.js";
import { anApp, type Account } from "../../support/app.js";
import { aPolicy, aSession, aSource, aTopology, theGuardrails } from "../../support/builders.js";
import { anEvent } from "../../support/events.js";
import { aClock, aSweepState, aWriter, done, failed, type FakeSweepState } from "../../support/fakes.js";

const schedule = requestOf(JSON.parse(anEvent("scheduled")));
const MINUTE = 60_000;
const byTag = aPolicy({ sources: { tags: [{ name: "all", tags: { Mirror: "true" } }] } });

/** A fleet whose instances lose their tags, and what sweeps leave of its sessions. */
function aFleet(size: number, more: Account = {}) {
  const clock = aClock();
  const sweepState = aSweepState();
  const tagged = new Set(Array.from({ length: size }, (_, n) => n));
  const sessions = new Set(tagged);
  const sweep = async (): Promise<Summary> => {
    const sources = Array.from({ length: size }, (_, n) =>
      aSource({
        id: `eni-${String(n)}`,
        instance: { id: `i-${String(n)}`, tags: tagged.has(n) ? { Mirror: "true" } : {} },
      }),
    );
    const writer = aWriter((call) => {
      sessions.delete(Number(call.replace("delete tms-", "")));
      return done;
    });
    const observation = {
      sources,
      sessions: [...sessions].map((n) =>
        aSession({ id: `tms-${String(n)}`, interfaceId: `eni-${String(n)}` }),
      ),
    };
    const app = anApp({ policy: byTag, clock, sweepState, writer, observation, ...more });
    return (await runSweep(app, schedule, 900_000)) as Summary;
  };
  const untag = (count: number) => {
    for (const n of [...tagged].slice(0, count)) tagged.delete(n);
  };
  return { clock, sweepState, sessions, sweep, untag };
}

describe("a fleet whose tags go little by little", () => {
  it.each([1000, 100, 11, 8, 3])(
    "of %i keeps most of its sessions, and a person hears of it",
    async (size) => {
      const { clock, sessions, sweep, untag } = aFleet(size);
      let held = 0;
      for (let minute = 1; minute <= 60; minute++) {
        untag(Math.max(1, Math.floor(sessions.size / 5)));
        held = (await sweep()).held_removals;
        clock.advance(MINUTE);
      }
      expect(sessions.size).toBeGreaterThanOrEqual(Math.floor(size / 2));
      if (size >= 50) expect(sessions.size).toBeGreaterThanOrEqual(size * 0.8);
      expect(held).toBeGreaterThan(0);
    },
  );

  it("goes on being held in the hours after, and loses no more than that a day", async () => {
    const { clock, sessions, sweep, untag } = aFleet(1000);
    for (let hour = 0; hour < 72; hour++) {
      untag(20);
      await sweep();
      clock.advance(60 * MINUTE);
    }
    expect(sessions.size).toBeGreaterThanOrEqual(1000 * 0.8 ** 3 - 3);
    expect(sessions.size).toBeLessThan(1000);
  });
});

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

  it("holds, and counts both, when another sweep wrote at the same time", async () => {
    const { sweep, sweepState, untag } = aFleet(100);
    sweepState.interfere = () => {
      sweepState.version += 1;
      delete sweepState.interfere;
    };
    untag(3);
    expect(await sweep()).toMatchObject({ deleted: 0, held_removals: 3 });
    expect(await sweep()).toMatchObject({ deleted: 3, held_removals: 0 });
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

describe("a mirror target that somebody makes", () => {
  it("does not take the sessions of a thousand instances away", async () => {
    const { sessions, sweep } = aFleet(0);
    const sources = Array.from({ length: 1000 }, (_, n) => aSource({ id: `eni-${String(n)}` }));
    const observation = {
      sources,
      sessions: sources.map(({ id }) => aSession({ id: `tms-${id}`, interfaceId: id })),
      topology: aTopology(undefined, { instanceIds: new Set(["i-1"]) }),
    };
    const app = anApp({ observation });
    expect(await runSweep(app, schedule, 900_000)).toMatchObject({ deleted: 0, held_removals: 1000 });
    expect(app.writer.calls).toEqual([]);
    expect([sessions.size, await sweep()]).toMatchObject([0, { selected: 0 }]);
  });
});

describe("what EC2 shows as ended", () => {
  it("is removed at once and not counted: a nightly shutdown is no alarm", async () => {
    const sources = Array.from({ length: 300 }, (_, n) =>
      aSource({ id: `eni-${String(n)}`, instance: { id: `i-${String(n)}`, state: "stopped" } }),
    );
    const sessions = sources.map(({ id }) => aSession({ id: `tms-${id}`, interfaceId: id }));
    const app = anApp({ observation: { sources, sessions } });
    expect(await runSweep(app, requestOf({}), 900_000)).toMatchObject({ deleted: 300, held_removals: 0 });
    expect(app.sweepState.state?.window.removals).toEqual([]);
  });
});
