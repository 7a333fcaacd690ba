import { describe, expect, it } from "@jest/globals";
import { emptySweepState } from "../../../functions/core/sessions/sweep-state.js";
import { requestOf } from "../../../functions/sweep/request.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { anApp, type Account } from "../../support/app.js";
import { aForeignSession, aPolicy, aSession, aSource, theGuardrails } from "../../support/builders.js";
import { aSweepState, aWriter, failed } from "../../support/fakes.js";

const apply = requestOf({ reason: "apply" });
const schedule = requestOf({ "detail-type": "Scheduled Event" });
const WHOLE = 900_000;

const fleet = (count: number, prefix = "eni-first-") =>
  Array.from({ length: count }, (_, n) => aSource({ id: `${prefix}${String(n)}` }));
const sessionsOf = (sources: readonly { id: string }[]) =>
  sources.map(({ id }) => aSession({ id: `tms-${id}`, interfaceId: id }));
/** As Terraform makes the record: no sweep has written it. */
const aNewRecord = () => {
  const record = aSweepState();
  record.state = { ...emptySweepState, firstApply: "awaited" };
  return record;
};
const guardrails = theGuardrails({ firstApplySessions: 5 });
const aController = (account: Account = {}) =>
  anApp({ sweepState: aNewRecord(), ...account, settings: { guardrails, ...account.settings } });

describe("a first apply that would make more sessions than it may", () => {
  it("makes none, and fails with their number, what they cost a month and the way out", async () => {
    const app = aController({ observation: { sources: fleet(6) } });
    await expect(runSweep(app, apply, WHOLE)).rejects.toThrow(
      /^first apply held: sources select 6 interfaces.* 66 \$ a month.* a first apply 5; none.*first_apply_sessions to 6 or more/,
    );
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("FirstApplyHeld")).toEqual([6]);
    expect(app.sweepState.state?.firstApply).toBe("held");
  });

  it("is held by the schedule's sweeps as well, the next minute too", async () => {
    const app = aController({ observation: { sources: fleet(6) } });
    for (const _ of [1, 2]) {
      expect(await runSweep(app, schedule, WHOLE)).toMatchObject({
        created: 0,
        held_creations: 6,
        sessions: 6,
        usd_per_month: 65.7,
        uncovered: { "first-apply-held": 6 },
      });
    }
    expect(app.writer.calls).toEqual([]);
    expect(app.sweepState.calls.write).toBe(1);
  });

  it("stays held though somebody else has sessions in the account, and though an event was quicker", async () => {
    const sweepState = aNewRecord();
    const empty = aController({ sweepState, observation: { sessions: [aForeignSession()] } });
    await runSweep(empty, schedule, WHOLE);
    expect(sweepState.state?.firstApply).toBe("open");
    const sources = fleet(8);
    const sessions = [aForeignSession(), ...sessionsOf(sources.slice(0, 1))];
    const app = aController({ sweepState, observation: { sources, sessions } });
    expect(await runSweep(app, schedule, WHOLE)).toMatchObject({
      created: 0,
      held_creations: 7,
      sessions: 8,
    });
  });

  it.each([6, null])("goes on once first_apply_sessions is %j", async (firstApplySessions) => {
    const sweepState = aNewRecord();
    const observation = { sources: fleet(6) };
    await runSweep(aController({ sweepState, observation }), schedule, WHOLE);
    const settings = { guardrails: theGuardrails({ firstApplySessions }) };
    const app = aController({ sweepState, observation, settings });
    expect(await runSweep(app, apply, WHOLE)).toMatchObject({ created: 6, held_creations: 0 });
    expect(sweepState.state?.firstApply).toBe("over");
  });

  it("holds nothing but creations", async () => {
    const unselected = aSource({ id: "eni-other", instance: { state: "stopped" } });
    const observation = { sources: [...fleet(6), unselected], sessions: sessionsOf([unselected]) };
    const sweepState = aNewRecord();
    sweepState.state = { ...emptySweepState, firstApply: "held" };
    const app = aController({ sweepState, observation });
    expect(await runSweep(app, schedule, WHOLE)).toMatchObject({ deleted: 1, created: 0, sessions: 6 });
  });
});

describe("a first apply is none", () => {
  it("of a controller that the version before has given sessions, at the first sweep after the upgrade", async () => {
    const sources = fleet(9);
    const app = aController({ observation: { sources, sessions: sessionsOf(sources.slice(0, 1)) } });
    expect(await runSweep(app, apply, WHOLE)).toMatchObject({ created: 8, held_creations: 0 });
    expect(app.sweepState.state?.firstApply).toBe("over");
  });

  it("where all sessions went with their instances and the whole fleet comes back", async () => {
    const app = aController({ sweepState: aSweepState(), observation: { sources: fleet(9) } });
    expect(await runSweep(app, schedule, WHOLE)).toMatchObject({ created: 9 });
  });

  it("where the record is lost and sessions are there", async () => {
    const sweepState = aNewRecord();
    sweepState.state = null;
    const sources = fleet(9);
    const observation = { sources, sessions: sessionsOf(sources.slice(0, 1)) };
    const app = aController({ sweepState, observation });
    expect(await runSweep(app, schedule, WHOLE)).toMatchObject({ created: 8 });
  });

  it("while nothing but observing is done, and the answer says what it would come to", async () => {
    const app = aController({ observation: { sources: fleet(6) }, settings: { mode: "observe" } });
    expect(await runSweep(app, apply, WHOLE)).toMatchObject({
      uncovered: { pending: 6 },
      sessions: 6,
      usd_per_month: 65.7,
      held_creations: 0,
    });
    expect(app.metric("FirstApplyHeld")).toEqual([0]);
    expect(app.sweepState.calls.write).toBe(0);
  });
});

describe("two sweeps of a first apply at once", () => {
  it("leave the record as far as either of them came", async () => {
    const app = aController({ observation: { sources: fleet(6) } });
    app.sweepState.interfere = () => {
      delete app.sweepState.interfere;
      app.sweepState.state = { ...emptySweepState, firstApply: "over" };
      app.sweepState.version += 1;
    };
    await runSweep(app, schedule, WHOLE);
    expect(app.sweepState.state?.firstApply).toBe("over");
  });
});

describe("what an apply's answer says of sessions", () => {
  it("counts what stays, what is made and what is still to be made, and not what AWS refused or what goes", async () => {
    const [kept, stopped, refused] = [
      aSource({ id: "eni-kept" }),
      aSource({ id: "eni-stopped", instance: { state: "stopped" } }),
      aSource({ id: "eni-first-refused" }),
    ];
    const app = anApp({
      observation: {
        sources: [kept, stopped, refused, aSource({ id: "eni-late" }), aSource({ id: "eni-made" })],
        sessions: sessionsOf([kept, stopped]),
      },
      writer: aWriter((call) => {
        if (call.includes("eni-first-refused")) return failed("refused");
        return call.includes("eni-late") ? failed("transient") : { kind: "done", value: undefined };
      }),
    });
    expect(await runSweep(app, apply, WHOLE)).toMatchObject({ sessions: 3, usd_per_month: 32.85 });
  });

  it("counts sessions that a guardrail keeps, since they cost as well", async () => {
    const sources = fleet(30);
    const app = anApp({
      policy: aPolicy({ sources: {} }),
      observation: { sources, sessions: sessionsOf(sources) },
    });
    expect(await runSweep(app, schedule, WHOLE)).toMatchObject({ held_removals: 30, sessions: 30 });
  });
});
