/** What the processes make of EC2's bucket together, in the simulated time of the bench's section `pace`. */
import { describe, expect, it } from "@jest/globals";
import { spacingOf } from "../../../functions/aws/pace.js";
import { defaultPaces } from "../../bench/defaults.js";
import { burstOf, HALF } from "../../bench/shared-bucket.js";

/** Cold processes do not start in the same moment. */
const LATER = [17, 1_000];

describe.each([false, true])(
  "launches at once, with the whole of EC2's bucket; in a backfill: %s",
  (backfill) => {
    it.each([
      [100, 15],
      [700, 150],
    ])("%i are mirrored within %i seconds, and none is throttled", async (launches, within) => {
      for (const later of LATER) {
        for (const call of [20, 200]) {
          const { throttled, seconds } = await burstOf({ launches, backfill, later, call });
          expect({ later, call, throttled }).toEqual({ later, call, throttled: 0 });
          expect(seconds).toBeLessThanOrEqual(within);
        }
      }
    });
  },
);

describe.each([false, true])(
  "launches at once, where another tool takes half of the bucket; in a backfill: %s",
  (backfill) => {
    it.each([100, 700])(
      "of %i, two of a hundred are throttled at most, and the half is used",
      async (launches) => {
        for (const later of LATER) {
          const { throttled, seconds } = await burstOf({ launches, backfill, bucket: HALF, later });
          expect(throttled).toBeLessThanOrEqual((2 * launches) / 100);
          // A backfill has emptied it before the launches come.
          const atOnce = backfill ? 0 : HALF.capacity;
          expect(seconds).toBeLessThan((1.3 * (launches - atOnce)) / HALF.refill);
        }
      },
    );
  },
);

describe("the spacing of a burst", () => {
  it("is ten a second at the defaults, and holds no faster pace back", () => {
    const { events } = defaultPaces();
    expect(spacingOf(events.perSecondWaiting ?? events.perSecond)).toBe(100);
    expect(spacingOf(1_000)).toBeLessThan(1);
  });
});
