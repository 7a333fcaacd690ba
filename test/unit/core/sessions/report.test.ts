import { describe, expect, it } from "@jest/globals";
import type { Coverage, Done, SourcePlan } from "../../../../functions/core/sessions/decisions.js";
import { uncoveredReasons, type Outcome } from "../../../../functions/core/outcomes.js";
import { report } from "../../../../functions/core/sessions/report.js";
import type { Mode } from "../../../../functions/core/sessions/settings.js";
import {
  aSession,
  aCreate,
  aDelete,
  aModify,
  anObservation,
  aPlanOf,
  aRetag,
  theSettings,
} from "../../../support/builders.js";
import { done, failed } from "../../../support/fakes.js";

interface Case {
  readonly outcomes?: readonly [SourcePlan, ...Outcome[]][];
  readonly replanned?: SourcePlan;
  readonly mode?: Mode;
  readonly heldRemovals?: number;
}

/** The report over these plans, of which those in `outcomes` ended, decision by decision, as given. */
function of(
  plans: readonly SourcePlan[],
  { outcomes = [], replanned, mode = "enforce", heldRemovals = 0 }: Case = {},
) {
  const results = outcomes.flatMap(([plan, ...ended]) =>
    ended.map((outcome, index) => ({ action: plan.decisions[index], outcome }) as Done),
  );
  return report({
    run: { settings: theSettings({ mode }) },
    observation: anObservation({ unseen: ["i-unseen"] }),
    plans,
    done: results,
    replanned: new Map(replanned && [[replanned.source.id, replanned]]),
    heldRemovals,
    heldCreations: 0,
    foreign: 2,
    otherControllers: 0,
    sessionsOfOurs: 3,
    sessionsNotSeen: 0,
  });
}

const leave = (coverage: Coverage) =>
  aPlanOf({ kind: "leave", ...coverage, interfaceId: `eni-${coverage.reason}` });

describe("the coverage", () => {
  it("cannot carry a reason of another kind, which would count as NaN", () => {
    // @ts-expect-error no-rule is no reason why a selected interface is not mirrored
    expect(leave({ covered: "uncovered", reason: "no-rule" }).decisions).toHaveLength(1);
  });

  it("counts selected, mirrored and uncovered interfaces, and not those that nobody asked for", () => {
    const told = of([
      leave({ covered: "mirrored", reason: "mirrored" }),
      leave({ covered: "uncovered", reason: "no-target" }),
      leave({ covered: "unselected", reason: "no-rule" }),
    ]);
    expect(told).toMatchObject({ selected: 2, mirrored: 1, uncovered: { "no-target": 1 } });
  });

  it("names every reason, zeros too, so that an alarm can tell none from silence", () => {
    expect(Object.keys(of([]).uncovered).sort()).toEqual([...uncoveredReasons].sort());
    expect(Object.values(of([]).uncovered).every((number) => number === 0)).toBe(true);
  });

  it("counts an interface whose session is to be changed as mirrored, however that ends", () => {
    const plan = aPlanOf(aModify("eni-1"));
    expect(of([plan], { outcomes: [[plan, failed("refused")]] })).toMatchObject({ selected: 1, mirrored: 1 });
    expect(of([aPlanOf(aRetag("eni-1"))])).toMatchObject({ selected: 1, mirrored: 1 });
  });

  it("does not count an interface whose session goes", () => {
    expect(of([aPlanOf(aDelete("eni-1"))])).toMatchObject({ selected: 0, mirrored: 0 });
  });

  it.each<[Outcome, object]>([
    [done, { selected: 1, mirrored: 1, created: 1 }],
    [failed("refused"), { selected: 1, mirrored: 0, uncovered: { "aws-refused": 1 } }],
    [failed("quota"), { uncovered: { quota: 1 } }],
    [failed("not-permitted"), { uncovered: { "not-permitted": 1 } }],
    [failed("throttled"), { uncovered: { pending: 1 } }],
    [failed("transient"), { uncovered: { pending: 1 } }],
    [failed("conflict"), { uncovered: { pending: 1 } }],
    // A new interface is listed before it can be used everywhere: not yet, and never mirrored.
    [failed("gone"), { selected: 1, mirrored: 0, uncovered: { pending: 1 } }],
  ])("of an interface follows the end of its create: %j", (outcome, expected) => {
    const plan = aPlanOf(aCreate("eni-1"));
    expect(of([plan], { outcomes: [[plan, outcome]] })).toMatchObject(expected);
  });

  it("says pending of a create that was not started", () => {
    expect(of([aPlanOf(aCreate("eni-1"))])).toMatchObject({
      mirrored: 0,
      uncovered: { pending: 1 },
      remaining: 1,
    });
  });

  it("follows what was decided after a conflict", () => {
    const again = aPlanOf({ kind: "leave", covered: "mirrored", reason: "mirrored", interfaceId: "eni-1" });
    expect(of([aPlanOf(aCreate("eni-1"))], { replanned: again })).toMatchObject({
      mirrored: 1,
      remaining: 0,
    });
  });
});

describe("what was done", () => {
  it("is counted by kind of action, successes alone", () => {
    const plans = [
      aPlanOf(aCreate("eni-1")),
      aPlanOf(aCreate("eni-2")),
      aPlanOf(aModify("eni-3"), aRetag("eni-3"), aDelete("eni-3")),
    ] as const;
    const told = of(plans, {
      outcomes: [
        [plans[0], done],
        [plans[1], failed("refused")],
        [plans[2], done, done, done],
      ],
    });
    expect(told).toMatchObject({ created: 1, modified: 1, retagged: 1, deleted: 1 });
    expect(told.outcomes).toMatchObject({ done: 4, refused: 1, gone: 0, throttled: 0 });
    expect([...told.createdOn]).toEqual(["eni-1"]);
  });

  it("names what AWS refused by its codes", () => {
    const plans = ["eni-1", "eni-2", "eni-3"].map((id) => aPlanOf(aCreate(id)));
    const codes = ["A", "A", "B"];
    const outcomes = plans.map((plan, n): [SourcePlan, Outcome] => [plan, failed("refused", codes[n])]);
    expect(of(plans, { outcomes }).refused).toEqual({ A: 2, B: 1 });
  });
});

describe("what is left", () => {
  const both = aPlanOf(aCreate("eni-1"), aDelete("eni-1"));

  it("is every action that was not started or may succeed another time", () => {
    expect(of([both])).toMatchObject({ remaining: 2, remainingChanges: 1 });
    expect(of([both], { outcomes: [[both, done]] })).toMatchObject({ remaining: 1, remainingChanges: 1 });
    expect(of([both], { outcomes: [[both, failed("transient"), done]] })).toMatchObject({
      remaining: 1,
      remainingChanges: 0,
    });
  });

  it.each(["refused", "quota"] as const)("is not what has a final answer: %s", (kind) => {
    const plan = aPlanOf(aCreate("eni-1"));
    const told = of([plan], { outcomes: [[plan, failed(kind)]] });
    expect(told.remaining).toBe(0);
    expect(told.unsettled.size).toBe(0);
  });

  it.each(["throttled", "transient", "conflict", "not-permitted", "gone"] as const)(
    "may be tried again: %s",
    (kind) => {
      const plan = aPlanOf(aCreate("eni-1"));
      const told = of([plan], { outcomes: [[plan, failed(kind)]] });
      expect([...told.unsettled]).toEqual(["eni-1"]);
    },
  );

  it("is not the removal of what is gone", () => {
    const plan = aPlanOf(aDelete("eni-1"));
    expect(of([plan], { outcomes: [[plan, failed("gone")]] })).toMatchObject({ remaining: 0 });
  });

  it("holds the removals that wait for a person", () => {
    expect(of([], { heldRemovals: 7 })).toMatchObject({ remaining: 7, remainingChanges: 7, heldRemovals: 7 });
  });

  it("is counted when only observing, but no message need come back for it", () => {
    const told = of([both], { mode: "observe" });
    expect(told).toMatchObject({ mode: "observe", remaining: 2 });
    expect(told.unsettled.size).toBe(0);
  });
});

describe("what was not seen", () => {
  const unseen = { kind: "leave", covered: "uncovered", reason: "not-seen", interfaceId: "eni-1" } as const;

  it("is counted where a session of ours stands on it, and looked at again", () => {
    const told = of([{ ...aPlanOf(unseen), kept: aSession() }, aPlanOf({ ...unseen, interfaceId: "eni-2" })]);
    expect(told).toMatchObject({ mirrored: 0, uncovered: { "not-seen": 2 }, notSeen: 1 });
    expect([...told.unsettled]).toEqual(["eni-1", "eni-2"]);
  });
});

it("passes on what the account looks like", () => {
  expect(of([])).toMatchObject({ foreign: 2, sessionsOfOurs: 3, unseen: ["i-unseen"] });
});
