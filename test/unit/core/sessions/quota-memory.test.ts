import { describe, expect, it } from "@jest/globals";
import type { Session } from "../../../../functions/core/model.js";
import {
  createQuotaMemory,
  LONGEST_OF_EVENTS_MS,
  type QuotaMemory,
} from "../../../../functions/core/sessions/quota-memory.js";
import { reconcile, sweep, type Run } from "../../../../functions/core/sessions/reconcile.js";
import { refusedSources } from "../../../../functions/core/sessions/refusals.js";
import { createTypeMemory } from "../../../../functions/core/sessions/refused-types.js";
import { openRecord } from "../../../../functions/core/sessions/sweep-state.js";
import { anApp } from "../../../support/app.js";
import { aCreate, aDelete, aForeignSession, aPlanOf, aPolicy, aSource } from "../../../support/builders.js";
import { aClock, aSweepState, aWriter, done, failed, NOON } from "../../../support/fakes.js";

const MINUTE = 60_000;
const accountIsFull = failed("quota", "TrafficMirrorSessionLimitExceeded");
const targetIsFull = failed("quota", "TrafficMirrorSessionsPerTargetLimitExceeded");

const SESSIONS = 20;
const strangers = (count: number): Session[] =>
  Array.from({ length: count }, (_, n) =>
    aForeignSession({ id: `tms-f${String(n)}`, interfaceId: `eni-f${String(n)}` }),
  );

/** Sweeps, or events, of one process in an account that takes `SESSIONS` sessions. */
function anAccount(sources: number, room = 0) {
  const account = { others: SESSIONS - room, made: 0 };
  const writer = aWriter(() => {
    if (account.others + account.made >= SESSIONS) return accountIsFull;
    account.made += 1;
    return done;
  });
  const clock = aClock();
  const interfaces = Array.from({ length: sources }, (_, n) =>
    aSource({ id: `eni-${String(n)}`, instance: { id: `i-${String(n)}` } }),
  );
  const app = anApp({
    clock,
    writer,
    observation: () => ({ sources: interfaces, sessions: strangers(account.others) }),
  });
  const memory = { refusals: refusedSources(), types: createTypeMemory(), quotas: createQuotaMemory() };
  const run = (): Run => ({
    ports: app.ports,
    settings: app.settings,
    policy: aPolicy(),
    types: memory.types,
    quotas: memory.quotas,
    deadline: clock.now() + 55_000,
    onDone: () => undefined,
  });
  const sweepOnce = async () =>
    sweep(run(), memory.refusals, await openRecord(aSweepState(), () => undefined));
  return { account, writer, clock, run, sweepOnce };
}

describe("an account that is full, in a way that its own sessions do not show", () => {
  it("costs a handful of calls in the first sweep and a few more in a day, and every source says why", async () => {
    const { writer, clock, sweepOnce } = anAccount(500);
    for (let minute = 0; minute < 24 * 60; minute++) {
      const report = await sweepOnce();
      expect(report).toMatchObject({ created: 0, remaining: 0, uncovered: { quota: 500 } });
      if (minute === 0) expect(writer.calls.length).toBeLessThanOrEqual(8);
      clock.advance(MINUTE);
    }
    expect(writer.calls.length).toBeLessThanOrEqual(16);
  });

  it("costs as little where events name its interfaces", async () => {
    const { writer, clock, run } = anAccount(10);
    for (let batch = 0; batch < 30; batch++) {
      const report = await reconcile(run(), { instanceIds: ["i-1"], interfaceIds: [] });
      expect(report).toMatchObject({ uncovered: { quota: 10 } });
      expect(report.unsettled.size).toBe(0);
      clock.advance(1_000);
    }
    expect(writer.calls.length).toBeLessThanOrEqual(5);
  });

  it("is tried all the same for an instance that somebody waits for", async () => {
    const { writer, run } = anAccount(10);
    await reconcile(run(), { instanceIds: ["i-1"], interfaceIds: [] });
    writer.calls.splice(0);
    await reconcile({ ...run(), awaited: new Set(["i-7"]) }, { instanceIds: ["i-7"], interfaceIds: [] });
    expect(writer.calls).toEqual(["create eni-7"]);
  });

  it("is used to its end within two sweeps once others' sessions went", async () => {
    const { account, clock, sweepOnce } = anAccount(3);
    for (let minute = 0; minute < 30; minute++) {
      await sweepOnce();
      clock.advance(MINUTE);
    }
    account.others -= 3;
    await sweepOnce();
    clock.advance(MINUTE);
    await sweepOnce();
    expect(account.made).toBe(3);
  });
});

describe("an account in which sessions go right after a create was refused", () => {
  it("is tried by the next sweep, and not after the pause", async () => {
    const { account, clock, sweepOnce } = anAccount(3);
    await sweepOnce(); // sees 20, and is refused
    account.others -= 2;
    clock.advance(MINUTE);
    await sweepOnce();
    clock.advance(MINUTE);
    await sweepOnce();
    expect(account.made).toBe(2);
  });

  it("is so too where the sweep itself had filled it", async () => {
    const { account, clock, sweepOnce } = anAccount(9, 5);
    await sweepOnce(); // sees 15, makes 5, and is refused
    expect(account.made).toBe(5);
    // Now 18 are there, more than that sweep had seen.
    account.others += account.made - 2;
    account.made = 0;
    clock.advance(MINUTE);
    await sweepOnce();
    clock.advance(MINUTE);
    await sweepOnce();
    expect(account.made).toBe(2);
  });
});

describe("a quota that EC2 said is used up", () => {
  const onTarget = (id: string, targetId: string) => {
    const create = aCreate(id);
    return { ...create, desired: { ...create.desired, targetId } };
  };
  const [one, other] = [onTarget("eni-1", "tmt-1"), onTarget("eni-2", "tmt-2")];
  const asks = (memory: QuotaMemory, action: typeof one, now = NOON) =>
    memory.withoutFull(aPlanOf(action), now).decisions.some(({ kind }) => kind === "create");
  const having = (outcome: typeof accountIsFull) => {
    const memory = createQuotaMemory();
    memory.learn({ action: one, outcome }, NOON);
    return memory;
  };

  it("of a target is that target's", () => {
    expect(asks(having(targetIsFull), one)).toBe(false);
    expect(asks(having(targetIsFull), other)).toBe(true);
    expect(asks(having(accountIsFull), other)).toBe(false);
  });

  it("is tried by one for all", () => {
    const memory = having(accountIsFull);
    const later = NOON + 5 * MINUTE;
    expect(asks(memory, one, later)).toBe(true);
    expect(asks(memory, other, later)).toBe(false);
    memory.learn({ action: one, outcome: done }, later);
    expect(asks(memory, other, later)).toBe(true);
  });

  it("is tried by another where the one that was to try never did", () => {
    const memory = having(accountIsFull);
    expect(asks(memory, one, NOON + 5 * MINUTE)).toBe(true);
    expect(asks(memory, other, NOON + 6 * MINUTE)).toBe(true);
  });

  it("is tried every five minutes by runs for events, which see nobody else's sessions go", () => {
    const memory = createQuotaMemory(LONGEST_OF_EVENTS_MS);
    let tries = 0;
    for (let now = NOON; now < NOON + 12 * 60 * MINUTE; now += MINUTE) {
      if (!asks(memory, one, now)) continue;
      tries += 1;
      memory.learn({ action: one, outcome: accountIsFull }, now);
    }
    expect(tries).toBe(12 * 12);
    expect(asks(memory, one, NOON + 12 * 60 * MINUTE)).toBe(true);
  });

  it("has room when a session of ours is removed", () => {
    const memory = having(targetIsFull);
    memory.learn({ action: aDelete("eni-3"), outcome: done }, NOON);
    expect(asks(memory, one)).toBe(true);
  });
});
