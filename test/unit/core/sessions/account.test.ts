import { describe, expect, it } from "@jest/globals";
import { planAccount, quotaUsedPercent } from "../../../../functions/core/sessions/account.js";
import type { SourcePlan } from "../../../../functions/core/sessions/decisions.js";
import { describeSession } from "../../../../functions/core/sessions/ownership.js";
import { emptyWindow } from "../../../../functions/core/sessions/removal-window.js";
import {
  aCreate,
  aDelete,
  aForeignSession,
  aPlanOf,
  aSession,
  CONTROLLER,
  theGuardrails,
} from "../../../support/builders.js";
import { NOON } from "../../../support/fakes.js";

const wanting = (id: string, order = 0): SourcePlan => ({ ...aPlanOf(aCreate(id, order)), order });
const having = (id: string, order = 0): SourcePlan => ({
  ...aPlanOf({ kind: "leave", covered: "mirrored", reason: "mirrored", interfaceId: id }),
  kept: aSession({ id: `tms-${id}`, interfaceId: id }),
  order,
});
const ours = (count: number) => Array.from({ length: count }, (_, n) => aSession({ id: `tms-${String(n)}` }));
const foreign = (count: number) => Array.from({ length: count }, () => aForeignSession());

function account(
  plans: readonly SourcePlan[],
  { sessions = ours(0), quota = 10_000, guardrails = {}, now = NOON, window = emptyWindow } = {},
) {
  return planAccount(plans, sessions, {
    controller: CONTROLLER,
    quota,
    guardrails: theGuardrails(guardrails),
    window,
    firstApply: "over",
    now,
  });
}

/** `eni-1 create`, `eni-2 quota` … */
const told = (plans: readonly SourcePlan[]) =>
  plans.flatMap((plan) =>
    plan.decisions.map((decision) =>
      [plan.source.id, decision.kind === "leave" ? decision.reason : decision.kind].join(" "),
    ),
  );

describe("when the provider's default_tags have changed", () => {
  const late = (id: string): SourcePlan =>
    aPlanOf({
      kind: "retag",
      reason: "tags-differ",
      interfaceId: id,
      sessionId: `tms-${id}`,
      tags: { Commit: "c0ffee" },
      defaults: true,
    });

  it("a hundred sessions get them, and the others stay as they are until the next sweep", () => {
    const plans = Array.from({ length: 101 }, (_, n) => late(`eni-${String(n)}`));
    const { plans: paced } = account(plans, { sessions: ours(101) });
    expect(told(paced).filter((each) => each.endsWith(" retag"))).toHaveLength(100);
    expect(told(paced).at(-1)).toBe("eni-100 mirrored");
  });
});

describe("when the account's quota cannot hold the plan", () => {
  it("the order of the entries decides, and the rest is reported", () => {
    const plans = [wanting("eni-1", 2), wanting("eni-2", 0), wanting("eni-3", 1)];
    expect(told(account(plans, { quota: 2 }).plans)).toEqual(["eni-1 quota", "eni-2 create", "eni-3 create"]);
  });

  it("within one entry nobody loses a session for a newcomer", () => {
    const plans = [wanting("eni-1"), having("eni-2"), wanting("eni-0")];
    expect(told(account(plans, { quota: 2 }).plans)).toEqual([
      "eni-1 quota",
      "eni-2 mirrored",
      "eni-0 create",
    ]);
  });

  it("a session makes room for a more important interface, as a removal that the guardrail counts", () => {
    const { plans } = account([having("eni-1", 5), wanting("eni-2", 0)], { quota: 1, sessions: ours(1) });
    expect(told(plans)).toEqual(["eni-1 quota", "eni-1 delete", "eni-2 create"]);
    expect(plans[0]?.decisions[1]).toMatchObject({ sessionId: "tms-eni-1", byPolicy: true, reason: "quota" });
  });

  it("others' sessions count against it, and are not ours to remove", () => {
    const result = account([wanting("eni-1"), wanting("eni-2")], { quota: 3, sessions: foreign(2) });
    expect(told(result.plans)).toEqual(["eni-1 create", "eni-2 quota"]);
    expect(result).toMatchObject({ foreign: 2, sessionsOfOurs: 0 });
  });

  it("those of another controller have a quota of their own: five and five of ten are five each", () => {
    const anothers = Array.from({ length: 5 }, (_, n) =>
      aForeignSession({ description: describeSession("another", "eni-1", "all"), id: `tms-a${String(n)}` }),
    );
    const plans = Array.from({ length: 6 }, (_, n) => wanting(`eni-${String(n)}`));
    const result = account(plans, { quota: 5, sessions: anothers });
    expect(told(result.plans).filter((each) => each.endsWith(" create"))).toHaveLength(5);
    expect(result).toMatchObject({ foreign: 5, otherControllers: 5 });
  });

  it("two that each think the account's 10,000 are theirs share what is left, and each sees how full it is", () => {
    const anothers = Array.from({ length: 9_998 }, (_, n) =>
      aForeignSession({ description: describeSession("another", "eni-1", "all"), id: `tms-a${String(n)}` }),
    );
    const plans = ["eni-1", "eni-2", "eni-3"].map((id) => wanting(id));
    expect(told(account(plans, { sessions: anothers }).plans)).toEqual([
      "eni-1 create",
      "eni-2 create",
      "eni-3 quota",
    ]);
    const seen = { ours: 0, foreign: 9_998, otherControllers: 9_998 };
    expect(quotaUsedPercent(seen, 10_000)).toBeCloseTo(99.98);
    expect(quotaUsedPercent({ ours: 1_000, foreign: 0, otherControllers: 0 }, 5_000)).toBe(20);
    // A larger part says that AWS gave the account more.
    expect(told(account(plans, { sessions: anothers, quota: 20_000 }).plans)).toHaveLength(3);
    expect(quotaUsedPercent(seen, 20_000)).toBeCloseTo(49.99);
  });

  it("a stranger's new session takes none of ours away", () => {
    const plans = [having("eni-1"), having("eni-2"), wanting("eni-3")];
    const result = account(plans, { quota: 3, sessions: [...ours(2), ...foreign(3)] });
    expect(told(result.plans)).toEqual(["eni-1 mirrored", "eni-2 mirrored", "eni-3 quota"]);
    // What the policy puts first still takes a place of ours.
    const first = account([having("eni-1", 5), wanting("eni-2", 0)], {
      quota: 2,
      sessions: [...ours(1), ...foreign(2)],
    });
    expect(told(first.plans)).toEqual(["eni-1 quota", "eni-1 delete", "eni-2 create"]);
  });

  it("there is room for none when others have it all", () => {
    expect(told(account([wanting("eni-1")], { quota: 2, sessions: foreign(5) }).plans)).toEqual([
      "eni-1 quota",
    ]);
  });

  it("what removes a surplus still does", () => {
    const surplus = aDelete("eni-1", { reason: "surplus", byPolicy: false });
    const plan = { ...having("eni-1"), decisions: [...having("eni-1").decisions, surplus] };
    expect(told(account([plan], { quota: 0, sessions: ours(2) }).plans)).toEqual([
      "eni-1 quota",
      "eni-1 delete",
      "eni-1 delete",
    ]);
  });

  it("nothing changes while it holds", () => {
    const plans = [wanting("eni-1"), having("eni-2")];
    expect(account(plans, { quota: 2 }).plans).toEqual(plans);
  });
});

describe("a ceiling on sessions", () => {
  it("lets the first ones through and names itself as the reason", () => {
    const plans = [wanting("eni-1"), wanting("eni-2")];
    expect(told(account(plans, { guardrails: { maxSessions: 1 } }).plans)).toEqual([
      "eni-1 create",
      "eni-2 ceiling",
    ]);
  });

  it("of none creates none", () => {
    expect(told(account([wanting("eni-1")], { guardrails: { maxSessions: 0 } }).plans)).toEqual([
      "eni-1 ceiling",
    ]);
  });

  it("above the room that is there leaves the quota to decide", () => {
    const plans = [wanting("eni-1"), wanting("eni-2")];
    expect(told(account(plans, { quota: 1, guardrails: { maxSessions: 5 } }).plans)).toContain("eni-2 quota");
  });

  it("does not count others' sessions", () => {
    const plans = [wanting("eni-1")];
    expect(told(account(plans, { sessions: foreign(3), guardrails: { maxSessions: 1 } }).plans)).toEqual([
      "eni-1 create",
    ]);
  });
});

describe("the guardrail on removals", () => {
  const removals = (count: number, byPolicy = true) =>
    Array.from({ length: count }, (_, n) => aPlanOf(aDelete(`eni-${String(n)}`, { byPolicy })));
  const held = (count: number, sessions: number, more: object = {}) =>
    account(removals(count), { sessions: ours(sessions), ...more }).heldRemovals;

  it("lets the share through, and not one more", () => {
    expect(held(20, 100)).toBe(0);
    expect(held(21, 100)).toBe(21);
  });

  it("lets a handful through whatever its share", () => {
    expect(held(10, 40)).toBe(0);
    expect(held(11, 40)).toBe(11);
  });

  it("lets no more than half of a small fleet through, and the only one of one", () => {
    expect(held(5, 10)).toBe(0);
    expect(held(6, 10)).toBe(6);
    expect(held(2, 3)).toBe(0);
    expect(held(3, 3)).toBe(3);
    expect(held(1, 1)).toBe(0);
  });

  it("can be set so that every removal waits", () => {
    expect(held(1, 1000, { guardrails: { removalPercent: 0, removalMinimum: 0 } })).toBe(1);
  });

  it("rounds the share down", () => {
    expect(held(12, 64, { guardrails: { removalMinimum: 0 } })).toBe(0);
    expect(held(13, 64, { guardrails: { removalMinimum: 0 } })).toBe(13);
  });

  it("is released until the time that a person gave, and not a moment longer", () => {
    expect(held(90, 100, { guardrails: { acknowledgedUntil: NOON + 1 } })).toBe(0);
    expect(held(90, 100, { guardrails: { acknowledgedUntil: NOON } })).toBe(90);
  });

  it("does not count what has gone by itself: stopped, detached, surplus", () => {
    expect(account(removals(90, false), { sessions: ours(100) }).heldRemovals).toBe(0);
  });

  it("holds every removal by policy, and nothing else", () => {
    const plans = [...removals(11), wanting("eni-new"), aPlanOf(aDelete("eni-stopped", { byPolicy: false }))];
    const result = account(plans, { sessions: ours(12) });
    expect(told(result.plans).filter((line) => line.endsWith("removal-held"))).toHaveLength(11);
    expect(told(result.plans)).toEqual(expect.arrayContaining(["eni-new create", "eni-stopped delete"]));
  });

  it("counts the sessions that yield to a quota", () => {
    const plans = Array.from({ length: 30 }, (_, n) => having(`eni-${String(n)}`));
    expect(account(plans, { quota: 15, sessions: ours(30) }).heldRemovals).toBe(15);
  });

  it("measures its share by our sessions alone", () => {
    const sessions = [...ours(20), ...foreign(500)];
    expect(account(removals(11), { sessions }).heldRemovals).toBe(11);
  });
});
