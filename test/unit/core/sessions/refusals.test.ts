import { describe, expect, it } from "@jest/globals";
import type { SourcePlan } from "../../../../functions/core/sessions/decisions.js";
import type { Outcome } from "../../../../functions/core/outcomes.js";
import { refusedSources } from "../../../../functions/core/sessions/refusals.js";
import { aCreate, aDelete, aPlanOf } from "../../../support/builders.js";
import { done, failed, NOON } from "../../../support/fakes.js";

const MINUTE = 60_000;
const create = { ...aCreate("eni-1"), instanceId: "i-1", ruleName: "web" };
const plan = aPlanOf(create);
const asks = (spared: SourcePlan) => spared.decisions.some(({ kind }) => kind === "create");

function remembering(outcome: Outcome, now = NOON) {
  const memory = refusedSources();
  memory.remember([plan], [{ action: create, outcome }], now);
  return memory;
}

describe("an interface that AWS refused", () => {
  it("is spared, and reported as refused", () => {
    const spared = remembering(failed("refused")).withoutRefused(plan, NOON);
    expect(spared.decisions).toEqual([
      {
        kind: "leave",
        covered: "uncovered",
        reason: "aws-refused",
        interfaceId: "eni-1",
        instanceId: "i-1",
        ruleName: "web",
      },
    ]);
  });

  /** The minutes of two days in which a sweep a minute asks. */
  const triesOf = (outcome: Outcome) => {
    const memory = remembering(outcome);
    const tries: number[] = [];
    for (let minute = 1; minute <= 2 * 24 * 60; minute++) {
      const now = NOON + minute * MINUTE;
      if (!asks(memory.withoutRefused(plan, now))) continue;
      tries.push(minute);
      memory.remember([plan], [{ action: create, outcome }], now);
    }
    return tries;
  };

  it("is tried again after pauses that grow to a day", () => {
    const tries = triesOf(failed("refused"));
    expect(tries.length).toBeLessThanOrEqual(7);
    expect(tries[0]).toBeGreaterThanOrEqual(45);
    expect(tries[0]).toBeLessThanOrEqual(60);
    const pauses = tries.map((minute, index) => minute - (tries[index - 1] ?? 0));
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
  });

  it("for a reason that nobody knows is tried by the next sweep, and then a few times a day", () => {
    const tries = triesOf(failed("unexplained"));
    expect(tries[0]).toBe(1);
    expect(tries.filter((minute) => minute <= 24 * 60).length).toBeLessThanOrEqual(6);
    expect(tries.length).toBeLessThanOrEqual(8);
  });

  it("has a pause of its own, so that they do not come back all at once", () => {
    const memory = refusedSources();
    const creates = Array.from({ length: 600 }, (_, n) => aCreate(`eni-${String(n)}`));
    memory.remember(
      creates.map((action) => aPlanOf(action)),
      creates.map((action) => ({ action, outcome: failed("refused") })),
      NOON,
    );
    let before = 0;
    for (let minute = 1; minute <= 60; minute++) {
      const back = creates.filter((each) =>
        asks(memory.withoutRefused(aPlanOf(each), NOON + minute * MINUTE)),
      ).length;
      expect(back - before).toBeLessThan(120);
      before = back;
    }
    expect(before).toBe(600);
  });

  it("is still relieved of what is in surplus", () => {
    const both = aPlanOf(create, aDelete("eni-1"));
    expect(
      remembering(failed("refused"))
        .withoutRefused(both, NOON)
        .decisions.map(({ kind }) => kind),
    ).toEqual(["leave", "delete"]);
  });

  it("is asked at once when its facts have changed: another type, started, attached elsewhere", () => {
    const memory = remembering(failed("refused"));
    expect(asks(memory.withoutRefused({ ...plan, facts: "interface 0 i-1 m7i.large running" }, NOON))).toBe(
      true,
    );
    expect(asks(memory.withoutRefused(plan, NOON))).toBe(false);
  });

  it("is forgotten once it is gone, or the memory would grow with every instance that ever was", () => {
    const memory = remembering(failed("unexplained"));
    memory.remember([plan], [], NOON);
    expect(memory.failedLately("eni-1")).toBe(true);
    memory.remember([plan], [{ action: create, outcome: failed("refused") }], NOON);
    memory.remember([aPlanOf(aCreate("eni-2"))], [], NOON);
    expect(memory.failedLately("eni-1")).toBe(false);
    expect(asks(memory.withoutRefused(plan, NOON))).toBe(true);
  });

  it("is forgotten once it is accepted", () => {
    const memory = remembering(failed("refused"));
    memory.remember([plan], [{ action: create, outcome: done }], NOON);
    expect(asks(memory.withoutRefused(plan, NOON))).toBe(true);
  });
});

describe("what is not a refusal", () => {
  it.each(["transient", "throttled", "quota", "conflict", "not-permitted"] as const)(
    "is tried again: %s",
    (kind) => {
      expect(asks(remembering(failed(kind)).withoutRefused(plan, NOON))).toBe(true);
    },
  );

  it("of a create does not count", () => {
    const memory = refusedSources();
    memory.remember([plan], [{ action: aDelete("eni-1"), outcome: failed("refused") }], NOON);
    expect(asks(memory.withoutRefused(plan, NOON))).toBe(true);
  });

  it("concerns another interface", () => {
    expect(asks(remembering(failed("refused")).withoutRefused(aPlanOf(aCreate("eni-2")), NOON))).toBe(true);
  });
});

describe("an interface on which the last sweep failed", () => {
  it("is remembered until it succeeds", () => {
    const memory = remembering(failed("transient"));
    expect(memory.failedLately("eni-1")).toBe(true);
    memory.remember([plan], [{ action: create, outcome: done }], NOON);
    expect(memory.failedLately("eni-1")).toBe(false);
  });

  it("is not one that EC2 merely throttled, which says nothing about it", () => {
    expect(remembering(failed("throttled")).failedLately("eni-1")).toBe(false);
  });
});
