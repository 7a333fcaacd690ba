import { describe, expect, it } from "@jest/globals";
import { DELIVERIES, delayOf } from "../../../../functions/core/events/retry.js";

const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe("a look that is too early", () => {
  it("comes back after 1, 2, 4 and 8 s and is then let go", () => {
    expect(all.map((deliveries) => delayOf("look", deliveries, 0.5))).toEqual([
      1,
      2,
      4,
      8,
      ...Array<undefined>(6).fill(undefined),
    ]);
  });
});

describe("a follow-up", () => {
  it("goes on after half a minute, two, ten and thirty", () => {
    expect(all.map((deliveries) => delayOf("follow-up", deliveries, 0.5))).toEqual([
      1,
      2,
      4,
      8,
      30,
      120,
      600,
      1800,
      undefined,
      undefined,
    ]);
  });

  it("does not come back together with what failed at the same time", () => {
    expect([0, 0.5, 0.999].map((random) => delayOf("follow-up", 7, random))).toEqual([480, 600, 720]);
  });

  it("is dead after as many deliveries as the queue allows", () => {
    expect(delayOf("follow-up", DELIVERIES - 1, 0)).toBeDefined();
    expect(delayOf("follow-up", DELIVERIES, 0)).toBeUndefined();
  });
});
