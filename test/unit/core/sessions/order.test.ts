import { describe, expect, it } from "@jest/globals";
import type { SourcePlan } from "../../../../functions/core/sessions/decisions.js";
import { inFairOrder } from "../../../../functions/core/sessions/execute.js";
import { aCreate, aDelete, aModify, aPlanOf, aRetag } from "../../../support/builders.js";

const leave: SourcePlan["decisions"][number] = {
  kind: "leave",
  covered: "mirrored",
  reason: "mirrored",
  interfaceId: "eni-1",
};

describe("the order of a sweep", () => {
  const many = (
    of: (id: string) => ReturnType<typeof aCreate> | ReturnType<typeof aDelete>,
    count: number,
    prefix: string,
  ) => Array.from({ length: count }, (_, n) => aPlanOf(of(`${prefix}${String(n)}`)));
  const ids = (plans: readonly SourcePlan[]) => plans.map((plan) => plan.source.id);

  it("lets removals, changes and creations take turns", () => {
    const plans = [...many(aCreate, 50, "c"), ...many(aDelete, 2, "d"), aPlanOf(aModify("m0"))];
    const kinds = inFairOrder(plans, 0).map((plan) => plan.source.id[0]);
    expect(kinds.slice(0, 6).join("")).toBe("dmcdcc");
  });

  it("puts mere tags last", () => {
    const plans = [aPlanOf(aRetag("t0")), ...many(aCreate, 3, "c")];
    expect(ids(inFairOrder(plans, 0)).at(-1)).toBe("t0");
  });

  it("holds every plan with work once, and none without", () => {
    const plans = [...many(aCreate, 7, "c"), ...many(aDelete, 3, "d"), aPlanOf(leave), aPlanOf(aRetag("t"))];
    const ordered = ids(inFairOrder(plans, 12));
    expect([...ordered].sort()).toEqual(
      ids(plans)
        .filter((id) => id !== "eni-1")
        .sort(),
    );
  });

  it("puts interfaces on which the last sweep failed behind all others, tags included", () => {
    const plans = [...many(aCreate, 3, "c"), aPlanOf(aRetag("t0"))];
    const ordered = ids(inFairOrder(plans, 3, ({ source }) => source.id === "c1"));
    expect(ordered.at(-1)).toBe("c1");
    expect([...ordered].sort()).toEqual(["c0", "c1", "c2", "t0"]);
  });

  it("begins elsewhere from turn to turn, so that everyone is at the front some day", () => {
    const plans = many(aCreate, 10, "c");
    const fronts = Array.from({ length: 200 }, (_, turn) => inFairOrder(plans, turn)[0]?.source.id);
    expect(new Set(fronts).size).toBe(10);
    expect(ids(inFairOrder(plans, 5))).toEqual(ids(inFairOrder(plans, 5)));
  });
});
