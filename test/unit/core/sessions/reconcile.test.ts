import { describe, expect, it } from "@jest/globals";
import type { Observation } from "../../../../functions/core/model.js";
import { planAll, reconcile, sweep, type Run } from "../../../../functions/core/sessions/reconcile.js";
import { createQuotaMemory } from "../../../../functions/core/sessions/quota-memory.js";
import { refusedSources, type RefusedSources } from "../../../../functions/core/sessions/refusals.js";
import { createTypeMemory } from "../../../../functions/core/sessions/refused-types.js";
import { openRecord } from "../../../../functions/core/sessions/sweep-state.js";
import { anApp, type Account } from "../../../support/app.js";
import {
  aContext,
  aForeignSession,
  anObservation,
  aPolicy,
  aSession,
  aSource,
} from "../../../support/builders.js";
import { aSweepState, aWriter, done, failed, NOON } from "../../../support/fakes.js";

function aRun(account: Account) {
  const app = anApp(account);
  const run: Run = {
    ports: app.ports,
    settings: app.settings,
    policy: account.policy ?? aPolicy(),
    types: createTypeMemory(),
    quotas: createQuotaMemory(),
    deadline: NOON + 60_000,
    onDone: () => undefined,
  };
  return { app, run };
}
const sweepWith = async (run: Run, refusals: RefusedSources) =>
  sweep(run, refusals, await openRecord(aSweepState(), () => undefined));
const look = { instanceIds: ["i-1"], interfaceIds: [] };

describe("two runs that meet at one interface", () => {
  /** EC2 shows `after` once the first look is over. */
  const turning = (before: Partial<Observation>, after: Partial<Observation>) => {
    let looks = 0;
    return () => (looks++ === 0 ? before : after);
  };
  const sources = [aSource()];

  it("end with one session: the loser looks again and finds it done", async () => {
    const observation = turning({ sources }, { sources, sessions: [aSession()] });
    const { app, run } = aRun({
      observation,
      writer: aWriter(() => failed("conflict", "SessionNumberTaken")),
    });
    const report = await reconcile(run, look);
    expect(app.writer.calls).toEqual(["create eni-1"]);
    expect(app.looks[1]).toEqual({ instanceIds: [], interfaceIds: ["eni-1"] });
    expect(report).toMatchObject({ selected: 1, mirrored: 1, created: 0, remaining: 0 });
    expect(report.unsettled.size).toBe(0);
  });

  it("step around the number that somebody else has just taken", async () => {
    const observation = turning({ sources }, { sources, sessions: [aForeignSession({ number: 1 })] });
    const numbers: number[] = [];
    const writer = {
      ...aWriter(),
      create: async ({ number }: { number: number }) => {
        numbers.push(number);
        return number === 1 ? failed("conflict") : done;
      },
    };
    const { run, app } = aRun({ observation });
    const report = await reconcile({ ...run, ports: { ...app.ports, writer } }, look);
    expect(numbers).toEqual([1, 2]);
    expect(report).toMatchObject({ created: 1, mirrored: 1 });
  });

  it("report what the second look says when it leaves nothing to do", async () => {
    const full = [1, 2, 3].map((number) => aForeignSession({ id: `f-${String(number)}`, number }));
    const observation = turning({ sources }, { sources, sessions: full });
    const { run } = aRun({ observation, writer: aWriter(() => failed("conflict")) });
    expect(await reconcile(run, look)).toMatchObject({ mirrored: 0, uncovered: { "session-limit": 1 } });
  });

  it("make a session anew that was removed between the look and the change", async () => {
    const before = { sources, sessions: [aSession({ number: 9 })] };
    const writer = aWriter((call) => (call.startsWith("modify") ? failed("gone") : done));
    const { app, run } = aRun({ observation: turning(before, { sources }), writer });
    expect(await reconcile(run, look)).toMatchObject({ created: 1, modified: 0, mirrored: 1 });
    expect(app.writer.calls).toEqual(["modify tms-1", "create eni-1"]);
  });
});

describe("events and sweeps", () => {
  const nothingSelected = aPolicy({ sources: {} });
  const mirrored = { sources: [aSource()], sessions: [aSession()] };

  it("an event leaves to the sweep what a change of policy removes", async () => {
    const { app, run } = aRun({ policy: nothingSelected, observation: mirrored });
    expect(await reconcile(run, look)).toMatchObject({ deleted: 0, remaining: 0 });
    expect(app.writer.calls).toEqual([]);
  });

  it("a sweep removes it", async () => {
    const { app, run } = aRun({ policy: nothingSelected, observation: mirrored });
    expect(await sweepWith(run, refusedSources())).toMatchObject({ deleted: 1 });
    expect(app.writer.calls).toEqual(["delete tms-1"]);
  });

  it("an event asks again for an interface that a sweep spares", async () => {
    const { app, run } = aRun({
      observation: { sources: [aSource()] },
      writer: aWriter(() => failed("refused")),
    });
    const refusals = refusedSources();
    await sweepWith(run, refusals);
    await sweepWith(run, refusals);
    expect(app.writer.calls).toHaveLength(1);
    await reconcile(run, look);
    expect(app.writer.calls).toHaveLength(2);
  });

  it("a second sweep over what the first one made changes nothing", async () => {
    const { app, run } = aRun({ observation: mirrored });
    expect(await sweepWith(run, refusedSources())).toMatchObject({ mirrored: 1, remaining: 0 });
    expect(app.writer.calls).toEqual([]);
  });
});

describe("what is not mirrored", () => {
  it("is named with instance, rule and reason, and whether the policy asks for it", async () => {
    const refused = aSource({ id: "eni-t2", instance: { id: "i-t2", type: "t2.micro" } });
    const outside = aSource({ id: "eni-out", vpcId: "vpc-9" });
    const { run } = aRun({
      observation: { sources: [refused, outside, aSource()], sessions: [aSession()] },
      writer: aWriter(() => failed("refused")),
    });
    expect((await sweepWith(run, refusedSources())).notMirrored).toEqual([
      { interfaceId: "eni-t2", instanceId: "i-t2", ruleName: "all", selected: true, reason: "instance-type" },
      { interfaceId: "eni-out", instanceId: "i-1", selected: false, reason: "outside-vpcs" },
    ]);
  });

  it("is named the same way after AWS refused it and the sweep spares it", async () => {
    const { run } = aRun({ observation: { sources: [aSource()] }, writer: aWriter(() => failed("refused")) });
    const refusals = refusedSources();
    const first = await sweepWith(run, refusals);
    const second = await sweepWith(run, refusals);
    expect(second.notMirrored).toEqual(first.notMirrored);
    expect(second.notMirrored).toEqual([
      { interfaceId: "eni-1", instanceId: "i-1", ruleName: "all", selected: true, reason: "aws-refused" },
    ]);
  });
});

it("gives each interface its own sessions", () => {
  const observation = anObservation({
    sources: [aSource(), aSource({ id: "eni-2" })],
    sessions: [aSession({ interfaceId: "eni-2" }), aForeignSession({ interfaceId: "eni-2", number: 7 })],
  });
  const kinds = planAll(aContext(), observation).map(({ decisions }) => decisions[0]?.reason);
  expect(kinds).toEqual(["not-mirrored", "mirrored"]);
});
