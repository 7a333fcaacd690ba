import { describe, expect, it } from "@jest/globals";
import { createPace } from "../../../functions/aws/pace.js";
import { aClock, NOON } from "../../support/fakes.js";

/** Milliseconds after which each of `count` calls goes out, one after the other. */
async function oneByOne(
  pace: ReturnType<typeof createPace>,
  clock: ReturnType<typeof aClock>,
  count: number,
) {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    await pace.turn(Infinity);
    times.push(clock.now() - NOON);
  }
  return times;
}

describe("a pace", () => {
  it("lets a burst out at once, then keeps the sustained rate", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 2, burst: 3 }, clock);
    expect(await oneByOne(pace, clock, 6)).toEqual([0, 0, 0, 500, 1000, 1500]);
  });

  it("makes many who wait at once queue up behind each other", async () => {
    // A clock that stands still, so that all ask in the same moment.
    const waits: number[] = [];
    const clock = {
      now: () => NOON,
      sleep: async (milliseconds: number) => {
        waits.push(milliseconds);
      },
    };
    const pace = createPace({ perSecond: 5, burst: 2 }, clock);
    await Promise.all(Array.from({ length: 7 }, () => pace.turn(Infinity)));
    expect(waits).toEqual([200, 400, 600, 800, 1000]);
  });

  it("gets its burst back after a rest, and no more than that", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 10, burst: 3 }, clock);
    await oneByOne(pace, clock, 10);
    clock.advance(3_600_000);
    const start = clock.now() - NOON;
    const times = await oneByOne(pace, clock, 5);
    expect(times.map((time) => time - start)).toEqual([0, 0, 0, 100, 200]);
  });

  it("never exceeds burst plus rate in any stretch of time", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 4, burst: 10 }, clock);
    const times = await oneByOne(pace, clock, 200);
    for (const from of times) {
      expect(times.filter((time) => time >= from && time < from + 5_000).length).toBeLessThanOrEqual(
        10 + 4 * 5 + 1,
      );
    }
  });

  it("may be less than one call a second, with a burst of less than one", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 0.25, burst: 0.5 }, clock);
    expect(await oneByOne(pace, clock, 3)).toEqual([2_000, 6_000, 10_000]);
  });
});

describe("a turn that would come too late", () => {
  it("is not waited for and not taken", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 1, burst: 1 }, clock);
    expect(await pace.turn(NOON)).toBe(true);
    expect(await pace.turn(NOON + 999)).toBe(false);
    expect(clock.now()).toBe(NOON);
    expect(await pace.turn(NOON + 1_000)).toBe(true);
    expect(clock.now()).toBe(NOON + 1_000);
  });
});

describe("a throttled call", () => {
  const started = async (perSecond = 8, burst = 8) => {
    const clock = aClock();
    const pace = createPace({ perSecond, burst }, clock);
    await oneByOne(pace, clock, burst);
    return { clock, pace };
  };

  it("stops every call for half a second, then halves the pace and a little more", async () => {
    const { clock, pace } = await started();
    pace.slowDown();
    const [first = 0, second = 0] = await oneByOne(pace, clock, 2);
    expect(first).toBeGreaterThanOrEqual(500);
    expect(second - first).toBeLessThanOrEqual(280);
  });

  it("forgets the burst", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 8, burst: 100 }, clock);
    pace.slowDown();
    const times = await oneByOne(pace, clock, 10);
    expect(times[0]).toBeGreaterThanOrEqual(500);
    expect(times.at(-1)).toBeGreaterThan(2_000);
  });

  it("counts once for calls that were under way together", async () => {
    const rate = async (throttles: number) => {
      const { clock, pace } = await started();
      for (let n = 0; n < throttles; n++) pace.slowDown();
      return (await oneByOne(pace, clock, 20)).at(-1);
    };
    expect(await rate(5)).toBe(await rate(1));
  });

  it("again and again slows down to a sixteenth and not to a stop", async () => {
    const { clock, pace } = await started(16, 1);
    for (let n = 0; n < 20; n++) {
      pace.slowDown();
      clock.advance(500);
    }
    const before = clock.now();
    await oneByOne(pace, clock, 5);
    expect(clock.now() - before).toBeLessThan(6_000);
    expect(clock.now() - before).toBeGreaterThan(1_500);
  });

  it("is forgiven: after twenty seconds without another the pace is the full one", async () => {
    const { clock, pace } = await started(10, 1);
    pace.slowDown();
    clock.advance(20_000);
    const times = await oneByOne(pace, clock, 11);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(1_000);
  });
});

describe("a throttled call and those that wait", () => {
  it("sends none of them out at the pace that was too fast", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 10, burst: 1, spacing: 100 }, clock);
    await pace.turn(Infinity);
    const waits = pace.turn(Infinity);
    pace.slowDown();
    await waits;
    expect(clock.now() - NOON).toBeGreaterThanOrEqual(500);
  });

  it("go out one after the other when the spacing says so", async () => {
    const clock = aClock();
    const pace = createPace({ perSecond: 1, burst: 5, spacing: 100 }, clock);
    expect(await oneByOne(pace, clock, 5)).toEqual([0, 100, 200, 300, 400]);
  });

  it("come back to the full pace while nobody waits, and slowly while somebody does", async () => {
    const after = async (busy: boolean) => {
      const clock = aClock();
      const pace = createPace({ perSecond: 10, burst: 1 }, clock);
      await oneByOne(pace, clock, 2);
      pace.slowDown();
      if (busy) while (clock.now() < NOON + 20_000) await pace.turn(Infinity);
      else clock.advance(20_000);
      const start = clock.now();
      await oneByOne(pace, clock, 10);
      return clock.now() - start;
    };
    expect(await after(false)).toBeLessThanOrEqual(1_000);
    expect(await after(true)).toBeGreaterThan(1_800);
  });
});

describe("a pace for those who wait", () => {
  const options = { perSecond: 0.25, burst: 2, perSecondWaiting: 2 };

  it("is the faster one while somebody waits, from one wait to the next", async () => {
    const clock = aClock();
    const pace = createPace(options, clock);
    expect(await oneByOne(pace, clock, 6)).toEqual([0, 0, 500, 1000, 1500, 2000]);
    clock.advance(300); // a run's reading
    expect((await oneByOne(pace, clock, 1))[0]).toBe(2500);
  });

  it("saves up at the slower one when nobody waits any more", async () => {
    const clock = aClock();
    const pace = createPace(options, clock);
    await oneByOne(pace, clock, 4);
    // A second that still counts as waiting, at 2, and a second at 0.25.
    clock.advance(2_000);
    const start = clock.now() - NOON;
    const times = await oneByOne(pace, clock, 4);
    expect(times.map((time) => time - start)).toEqual([0, 0, 500, 1000]);
    clock.advance(1_000 + 3_000);
    const again = clock.now() - NOON;
    expect((await oneByOne(pace, clock, 3)).map((time) => time - again)).toEqual([0, 0, 500]);
  });
});

describe("where another tool takes half of EC2's bucket", () => {
  /** EC2's bucket as it is left, and one process that wants to make sessions all the time. */
  const throttledOf = async (creates: number) => {
    const clock = aClock();
    const pace = createPace({ perSecond: 0.25, burst: 44, perSecondWaiting: 4.75 }, clock);
    let [tokens, at, made, throttled] = [25, clock.now(), 0, 0];
    while (made < creates) {
      await pace.turn(Infinity);
      clock.advance(20);
      tokens = Math.min(25, tokens + ((clock.now() - at) / 1000) * 2.5);
      at = clock.now();
      if (tokens >= 1) {
        tokens -= 1;
        made += 1;
      } else {
        throttled += 1;
        pace.slowDown();
      }
    }
    return { throttled, seconds: (clock.now() - NOON) / 1000 };
  };

  it("finds the rate that is left, and is seldom throttled", async () => {
    const { throttled, seconds } = await throttledOf(700);
    expect(throttled).toBeLessThanOrEqual(14);
    // (700 - 25) / 2.5
    expect(seconds).toBeLessThan(1.4 * 270);
  });
});
