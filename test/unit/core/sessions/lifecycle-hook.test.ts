import { describe, expect, it } from "@jest/globals";
import type { HookFollowUp } from "../../../../functions/core/events/follow-ups.js";
import { breaks, decideHook, hookOf } from "../../../../functions/core/sessions/lifecycle-hook.js";
import type { InstanceState } from "../../../../functions/core/model.js";
import { uncoveredReasons, whoseReason, type UncoveredReason } from "../../../../functions/core/outcomes.js";
import type { Verdict } from "../../../../functions/core/sessions/verdict.js";
import { aPolicy, aSource } from "../../../support/builders.js";

const followUp: HookFollowUp = { kind: "hook", group: "web", hook: "hold", token: "t", instanceId: "i-1" };
const hook = { autoscaling_group_name: "web", hook_name: "hold" };
const policy = aPolicy({ hooks: [hook] });
const strict = aPolicy({ hooks: [{ ...hook, when_not_mirrored: "abandon", abandons_per_hour: 2 }] });

const mirrored: Verdict = { is: "mirrored", sessionId: "tms-1" };
const unselected: Verdict = { is: "unselected", reason: "no-rule" };
const uncovered = (reason: UncoveredReason): Verdict => ({ is: "uncovered", reason });
/** The instance's interfaces, with what the run found out about each. */
function found(verdicts: readonly Verdict[], state: InstanceState = "running") {
  const sources = verdicts.map((_, n) => aSource({ id: `eni-${String(n)}`, instance: { id: "i-1", state } }));
  const of = new Map(verdicts.map((verdict, n) => [`eni-${String(n)}`, verdict]));
  return { sources, unseen: [], verdicts: of };
}

describe("an instance that is held", () => {
  it.each([
    ["is mirrored", [mirrored]],
    ["is mirrored on all that is selected", [mirrored, unselected]],
    ["is not selected", [unselected]],
    ["has no interface in our VPCs", []],
    ["is left out by a choice of the user", [uncovered("rollout"), uncovered("ceiling")]],
    ["waits for its receiver alone", [uncovered("target-unavailable"), uncovered("target-not-seen")]],
  ])("goes on when it %s", (_, verdicts) => {
    expect(decideHook(followUp, strict, found(verdicts), true).is).toBe("continue");
  });

  it("waits until all of its interfaces are done", () => {
    for (const reason of ["pending", "not-seen"] as const)
      expect(decideHook(followUp, strict, found([mirrored, uncovered(reason)]), true).is).toBe("later");
    expect(decideHook(followUp, strict, { sources: [], unseen: ["i-1"], verdicts: new Map() }, true).is).toBe(
      "later",
    );
  });

  it("is not given up because AWS refused too early", () => {
    const refused = [uncovered("aws-refused")];
    expect(decideHook(followUp, strict, found(refused, "pending"), true).is).toBe("later");
    expect(decideHook(followUp, strict, found(refused, "running"), true).is).toBe("abandon");
  });

  it.each(uncoveredReasons.filter((each) => whoseReason(each, "running") === "outside"))(
    "goes on when what is in the way would be for every other too: %s",
    (reason) => {
      const went = { is: "continue", reason };
      expect(decideHook(followUp, strict, found([uncovered(reason)]), true)).toEqual(went);
      const both = found([uncovered(reason), uncovered("instance-type")]);
      expect(decideHook(followUp, strict, both, true)).toEqual({ is: "abandon", reason: "instance-type" });
    },
  );

  it.each(["instance-type", "aws-refused"] as const)(
    "goes on or is ended as the user chose when it cannot be mirrored: %s",
    (reason) => {
      expect(decideHook(followUp, policy, found([uncovered(reason)]), true)).toEqual({
        is: "continue",
        reason,
      });
      expect(decideHook(followUp, strict, found([uncovered(reason)]), true)).toEqual({
        is: "abandon",
        reason,
      });
    },
  );

  it("goes on at once in modes that mirror nothing", () => {
    expect(decideHook(followUp, strict, found([uncovered("no-target")]), false).is).toBe("continue");
  });

  it("by somebody else's hook, or another group's, is not our business", () => {
    expect(hookOf(policy, followUp)).toBeDefined();
    expect(decideHook({ ...followUp, hook: "theirs" }, policy, found([mirrored]), true).is).toBe("none");
    expect(decideHook({ ...followUp, group: "api" }, policy, found([mirrored]), false).is).toBe("none");
  });

  it("does not look at the interfaces of others in the batch", () => {
    const other = aSource({ id: "eni-other", instance: { id: "i-2" } });
    const { sources, verdicts } = found([mirrored]);
    const report = {
      sources: [...sources, other],
      unseen: [],
      verdicts: new Map([...verdicts, ["eni-other", uncovered("no-target")] as const]),
    };
    expect(decideHook(followUp, strict, report, true).is).toBe("continue");
  });
});

describe("the breaker", () => {
  it("opens when as many launches of the hour came to nothing as the user allows", () => {
    const [limit] = strict.lifecycle_hooks;
    expect([0, 1, 2, 3].map((failed) => breaks(limit!, failed))).toEqual([false, false, true, true]);
  });
});
