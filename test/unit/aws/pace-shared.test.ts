/**
 * The two runs of `reconcile` and a sweep at the module's defaults, and EC2's bucket for creates, whole or with half of it
 * gone to another tool, in simulated time: what `npm run bench -- burst` measures, without the machine.
 */
import { describe, expect, it } from "@jest/globals";
import { createPace, spacingOf, type Pace } from "../../../functions/aws/pace.js";
import { standingBack } from "../../../functions/aws/stand-back.js";
import { defaultPaces } from "../../bench/fleet.js";

/** Time that goes on to the next sleeper when nobody has anything left to do. */
function simulatedTime() {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const sleep = (milliseconds: number) =>
    new Promise<void>((wake) => {
      const at = now + milliseconds;
      const later = sleepers.findIndex((other) => other.at > at);
      sleepers.splice(later < 0 ? sleepers.length : later, 0, { at, wake });
    });
  const run = async (work: Promise<unknown>) => {
    const state = { over: false };
    void work.finally(() => (state.over = true));
    for (;;) {
      await new Promise((settled) => setImmediate(settled));
      if (state.over) return;
      const next = sleepers.shift();
      if (next === undefined) throw new Error("nobody sleeps, and the work is not done");
      now = next.at;
      next.wake();
    }
  };
  return { clock: { now: () => now, sleep }, run };
}

interface Bucket {
  readonly capacity: number;
  readonly refill: number;
}
const WHOLE = { capacity: 50, refill: 5 };
const HALF = { capacity: 25, refill: 2.5 };

const BATCH = 10;
/** Writes that a run for events, and a sweep, have under way at most. */
const UNDER_WAY = { events: 5, sweep: 8 } as const;
const READING_MS = 100;
/** Each launch has so many events, and the first of them leads to its session. */
const EVENTS_OF_LAUNCH = 4;
/** Into the backfill, where there is one. */
const SETTLED_MS = 20_000;

interface Case {
  readonly launches: number;
  readonly bucket?: Bucket;
  /** Milliseconds that a call takes. */
  readonly call?: number;
  /** Milliseconds by which the second cold process starts later. */
  readonly later?: number;
  /** Whether a sweep has work all the time. */
  readonly backfill?: boolean;
}

/** Seconds until the last of so many sessions is made, and the creates that EC2 throttled from the launches on. */
async function burstOf({ launches, bucket = WHOLE, call = 50, later = 17, backfill = false }: Case) {
  const { clock, run } = simulatedTime();
  const began = backfill ? SETTLED_MS : 0;
  let [tokens, at, throttled, last] = [bucket.capacity, 0, 0, 0];
  const queue = { messages: [] as boolean[], over: false };
  const grants = () => {
    tokens = Math.min(bucket.capacity, tokens + ((clock.now() - at) / 1000) * bucket.refill);
    at = clock.now();
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  const create = async (pace: Pace) => {
    for (;;) {
      await pace.turn(Infinity);
      await clock.sleep(call / 2);
      const granted = grants();
      if (!granted && clock.now() >= began) throttled += 1;
      await clock.sleep(call / 2);
      if (granted) return;
      pace.slowDown();
    }
  };
  const together = (count: number, work: () => Promise<void>) =>
    Promise.all(Array.from({ length: count }, work));
  const paces = defaultPaces();
  const spaced = (pace: typeof paces.events) =>
    createPace({ ...pace, spacing: spacingOf(pace.perSecondWaiting ?? pace.perSecond) }, clock);

  const handleEvents = async (delay: number) => {
    await clock.sleep(delay);
    const pace = spaced(paces.events);
    while (queue.messages.length > 0) {
      let sessions = queue.messages.splice(0, BATCH).filter(Boolean).length;
      await clock.sleep(READING_MS);
      await together(UNDER_WAY.events, async () => {
        while (sessions-- > 0) {
          await create(pace);
          last = Math.max(last, clock.now());
        }
      });
    }
  };
  const sweep = async () => {
    const pace = standingBack(spaced(paces.sweep), () => Promise.resolve(queue.messages.length), clock);
    await together(UNDER_WAY.sweep, async () => {
      while (!queue.over) await create(pace);
    });
  };
  const launch = async () => {
    await clock.sleep(began);
    const messages = Array.from({ length: EVENTS_OF_LAUNCH * launches }, (_, index) => index < launches);
    queue.messages.push(...messages);
    await Promise.all([handleEvents(0), handleEvents(later)]);
    queue.over = true;
  };
  if (backfill) void sweep();
  await run(launch());
  return { throttled, seconds: (last - began) / 1000 };
}

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

describe("launches at once, where another tool takes half of the bucket", () => {
  it.each([100, 700])(
    "of %i, two of a hundred are throttled at most, and the half is used",
    async (launches) => {
      for (const later of LATER) {
        const { throttled, seconds } = await burstOf({ launches, bucket: HALF, later });
        expect(throttled).toBeLessThanOrEqual((2 * launches) / 100);
        expect(seconds).toBeLessThan((1.15 * (launches - HALF.capacity)) / HALF.refill + later / 1_000);
      }
    },
  );

  // Both runs for events and the sweep find out each by itself, from a bucket that is empty when the launches come.
  it("throttles each process once, and one of them again, also in a backfill", async () => {
    const { throttled, seconds } = await burstOf({ launches: 100, bucket: HALF, backfill: true });
    expect(throttled).toBeLessThanOrEqual(4);
    expect(seconds).toBeLessThan((1.2 * 100) / HALF.refill);
  });
});

describe("the spacing of a burst", () => {
  it("is ten a second at the defaults, and holds no faster pace back", () => {
    const { events } = defaultPaces();
    expect(spacingOf(events.perSecondWaiting ?? events.perSecond)).toBe(100);
    expect(spacingOf(1_000)).toBeLessThan(1);
  });
});
