import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  addClaim,
  openClaims,
  endOf,
  isOpen,
  isOver,
  RETENTION_MS,
  MAX_CLAIMS,
  newDemand,
  settle,
  withdraw,
  type Demand,
} from "../../../../functions/core/demands/demand.js";
import { NOON } from "../../../support/fakes.js";

const MINUTE = 60_000;
const limits = { defaultMinutes: 60, maximumMinutes: 120, maxOpen: 500 };
const plain = newDemand("eni-1", NOON);
const asked = (time = NOON, minutes?: number, demand = plain, by = "traffic-mirror") =>
  addClaim(demand, { by, time, ...(minutes !== undefined && { minutes }) }, limits);
const minutesOf = (demand: Demand) => (endOf(demand) - NOON) / MINUTE;

describe("an ask", () => {
  it("opens a demand until its end, the default's or its own", () => {
    expect(minutesOf(asked())).toBe(60);
    expect(minutesOf(asked(NOON, 5))).toBe(5);
    expect(isOpen(asked(NOON, 5), NOON + 5 * MINUTE - 1)).toBe(true);
    expect(isOpen(asked(NOON, 5), NOON + 5 * MINUTE)).toBe(false);
  });

  it("never goes beyond the maximum, however long or often it is asked", () => {
    expect(minutesOf(asked(NOON, 1_000_000))).toBe(120);
    let demand = asked(NOON, 100);
    for (const after of [50, 90, 119]) demand = asked(NOON + after * MINUTE, 100, demand);
    expect(minutesOf(demand)).toBe(120);
  });

  it("begins anew once it has ended", () => {
    expect(minutesOf(asked(NOON + 61 * MINUTE, 100, asked()))).toBe(161);
  });

  it("that comes twice, or late, changes nothing", () => {
    const demand = asked(NOON, 60);
    expect(asked(NOON, 60, demand)).toBe(demand);
    expect(minutesOf(asked(NOON - 10 * MINUTE, 60, demand))).toBe(60);
  });

  it("of GuardDuty is extended by each finding, without an end to that", () => {
    let demand = asked(NOON, undefined, plain, "guardduty");
    for (const after of [50, 100, 150]) {
      demand = asked(NOON + after * MINUTE, undefined, demand, "guardduty");
    }
    expect(minutesOf(demand)).toBe(210);
    expect(demand.claims).toHaveLength(1);
  });

  it("of one more than a parameter can hold is refused, unless another has ended", () => {
    const full = Array.from({ length: MAX_CLAIMS }, (_, n) => `traffic-mirror/A${String(n)}`).reduce(
      (demand, by) => asked(NOON, 60, demand, by),
      plain,
    );
    expect(full.claims).toHaveLength(MAX_CLAIMS);
    expect(asked(NOON + MINUTE, 60, full)).toBe(full);
    const later = asked(NOON + 61 * MINUTE, 60, full);
    expect(later.claims).toHaveLength(MAX_CLAIMS);
    expect(later.claims.at(-1)?.by).toBe("traffic-mirror");
  });
});

describe("a withdrawal", () => {
  it("ends what the same requester asked for, and nothing else", () => {
    const both = asked(NOON, 60, asked(), "traffic-mirror/AROA:i-00000001");
    const left = withdraw(both, "traffic-mirror", NOON + MINUTE, NOON + MINUTE);
    expect(isOpen(left, NOON + MINUTE)).toBe(true);
    expect(
      isOpen(withdraw(left, "traffic-mirror/AROA:i-00000001", NOON + MINUTE, NOON + MINUTE), NOON + MINUTE),
    ).toBe(false);
  });

  it("is not undone by a copy of the ask that comes after it, but by a new ask", () => {
    const gone = withdraw(asked(), "traffic-mirror", NOON + MINUTE, NOON + MINUTE);
    expect(asked(NOON, 60, gone)).toBe(gone);
    expect(isOpen(asked(NOON + 2 * MINUTE, 60, gone), NOON + 3 * MINUTE)).toBe(true);
  });

  it("that was sent before the ask does not end it", () => {
    expect(isOpen(withdraw(asked(), "traffic-mirror", NOON - MINUTE, NOON + MINUTE), NOON)).toBe(true);
  });
});

describe("a withdrawal from a clock ahead of ours", () => {
  it("counts at once", () => {
    expect(isOpen(withdraw(asked(), "traffic-mirror", NOON + MINUTE, NOON + 1), NOON + 1)).toBe(false);
  });
});

describe("who asks", () => {
  it("is told apart, and nobody when all has ended", () => {
    const demand = asked(NOON, 5, asked(NOON, 60, plain, "guardduty"));
    expect(openClaims(demand, NOON)).toEqual({ byFinding: true, byRequest: true });
    expect(openClaims(demand, NOON + 30 * MINUTE)).toEqual({ byFinding: true, byRequest: false });
    expect(openClaims(demand, NOON + 61 * MINUTE)).toEqual({ byFinding: false, byRequest: false });
    expect(openClaims(undefined, NOON)).toEqual({ byFinding: false, byRequest: false });
  });
});

describe("the answer", () => {
  it("says mirrored with the session, refused with the reason, and when that has been so", () => {
    const mirrored = settle(asked(), { is: "mirrored", sessionId: "tms-1" }, NOON + 5);
    expect(mirrored).toMatchObject({ status: "mirrored", sessionId: "tms-1", at: NOON + 5 });
    const refused = settle(mirrored, { is: "refused", reason: "instance-type" }, NOON + 9);
    expect(refused).toMatchObject({ status: "refused", reason: "instance-type", at: NOON + 9 });
    expect(refused.sessionId).toBeUndefined();
  });

  it("is the same object when nothing is new, so that nothing is written", () => {
    const mirrored = settle(asked(), { is: "mirrored", sessionId: "tms-1" }, NOON);
    expect(settle(mirrored, { is: "mirrored", sessionId: "tms-1" }, NOON + 5)).toBe(mirrored);
  });

  it("is ended when the time is up, whatever was found", () => {
    const ended = settle(asked(NOON, 5), { is: "mirrored", sessionId: "tms-1" }, NOON + 5 * MINUTE);
    expect(ended).toMatchObject({ status: "ended", at: NOON + 5 * MINUTE });
    expect(ended.sessionId).toBeUndefined();
  });

  it("stays refused for one who never had a claim", () => {
    const refused: Demand = { ...plain, status: "refused", reason: "outside-vpcs" };
    expect(settle(refused, { is: "pending", reason: "not-found" }, NOON + 5)).toBe(refused);
  });

  it("can be read for an hour after the end", () => {
    const ended = settle(asked(NOON, 5), { is: "pending", reason: "pending" }, NOON + 6 * MINUTE);
    expect(isOver(ended, NOON + 6 * MINUTE + RETENTION_MS)).toBe(false);
    expect(isOver(ended, NOON + 6 * MINUTE + RETENTION_MS + 1)).toBe(true);
    expect(isOver(asked(NOON, 120), NOON + 90 * MINUTE)).toBe(false);
  });
});

describe("events in any number of copies", () => {
  const requesters = ["traffic-mirror", "traffic-mirror/AROA:i-00000001", "guardduty"];
  const event = fc.record({
    by: fc.constantFrom(...requesters),
    after: fc.integer({ min: 0, max: 300 }),
    minutes: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
    withdraws: fc.boolean(),
  });
  type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;
  const apply = (demand: Demand, { by, after, minutes, withdraws }: Event): Demand => {
    const time = NOON + after * MINUTE;
    if (withdraws) return withdraw(demand, by, time, time);
    return addClaim(demand, { by, time, ...(minutes !== undefined && { minutes }) }, limits);
  };

  it("say no more than once", () => {
    fc.assert(
      fc.property(
        // In one second a withdrawal counts, whatever came first.
        fc.uniqueArray(event, { maxLength: 12, selector: ({ after }) => after }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (events, copies) => {
          const inOrder = [...events].sort((a, b) => a.after - b.after);
          const once = inOrder.reduce(apply, plain);
          // Each copy comes after all of them, in whatever order: the latest that a queue can be.
          const again = copies
            .flatMap((pick) => inOrder[pick % Math.max(1, inOrder.length)] ?? [])
            .reduce(apply, once);
          const open = (demand: Demand) =>
            [0, 60, 120, 180, 240, 300, 360, 420, 600].map((at) => openClaims(demand, NOON + at * MINUTE));
          expect(open(again)).toEqual(open(once));
        },
      ),
      { seed: 4, numRuns: 2_000 },
    );
  });

  it("never hold a request open beyond the maximum after it was last begun", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const demand = [...events].sort((a, b) => a.after - b.after).reduce(apply, plain);
        for (const { by, since, until } of demand.claims) {
          if (by !== "guardduty") expect(until - since).toBeLessThanOrEqual(limits.maximumMinutes * MINUTE);
        }
      }),
      { seed: 4, numRuns: 1_000 },
    );
  });
});
