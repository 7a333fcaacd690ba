/** The guardrail on removals over many sweeps. */
import { describe, expect, it } from "@jest/globals";
import { requestOf } from "../../../functions/sweep/request.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { anApp } from "../../support/app.js";
import { aSession, aSource, aTopology } from "../../support/builders.js";
import { aFleet, schedule } from "../../support/fleet.js";

const MINUTE = 60_000;

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
