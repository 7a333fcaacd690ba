/**
 * The two runs of `reconcile` at the module's defaults and EC2's bucket for creates, whole or with half of it gone to
 * another tool, in simulated time: what `npm run bench -- burst` measures, without the machine.
 */
import { describe, expect, it } from "@jest/globals";
import { createPace, type Pace } from "../../../functions/aws/pace.js";
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
/** Writes that a run has under way at most. */
const UNDER_WAY = 5;
const READING_MS = 100;
const CALL_MS = 50;

/** Seconds until the last of so many sessions is made, and the creates that EC2 throttled. */
async function burstOf(launches: number, { capacity, refill }: Bucket) {
  const { clock, run } = simulatedTime();
  let [tokens, at, left, throttled, last] = [capacity, 0, launches, 0, 0];
  const grants = () => {
    tokens = Math.min(capacity, tokens + ((clock.now() - at) / 1000) * refill);
    at = clock.now();
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  const create = async (pace: Pace) => {
    for (;;) {
      await pace.turn(Infinity);
      await clock.sleep(CALL_MS / 2);
      const granted = grants();
      await clock.sleep(CALL_MS / 2);
      last = clock.now();
      if (granted) return;
      throttled += 1;
      pace.slowDown();
    }
  };
  const runs = async (delay: number) => {
    const { events } = defaultPaces();
    const pace = createPace(events, clock);
    while (left > 0) {
      let batch = Math.min(BATCH, left);
      left -= batch;
      await clock.sleep(READING_MS + delay);
      const worker = async () => {
        while (batch-- > 0) await create(pace);
      };
      await Promise.all(Array.from({ length: UNDER_WAY }, worker));
    }
  };
  await run(Promise.all([runs(0), runs(17)]));
  return { throttled, seconds: last / 1000 };
}

describe("launches at once, with the whole of EC2's bucket", () => {
  it.each([
    [100, 15],
    [700, 150],
  ])("%i are mirrored within %i seconds, and none is throttled", async (launches, within) => {
    const { throttled, seconds } = await burstOf(launches, WHOLE);
    expect(throttled).toBe(0);
    expect(seconds).toBeLessThanOrEqual(within);
  });
});

describe("launches at once, where another tool takes half of the bucket", () => {
  // Ten are under way when the bucket turns out to be empty, and each run finds out by itself what is left.
  it.each([
    [100, 15],
    [700, 35],
  ])("all of %i are mirrored, and %i are throttled at most", async (launches, most) => {
    const { throttled, seconds } = await burstOf(launches, HALF);
    expect(throttled).toBeLessThanOrEqual(most);
    expect(seconds).toBeLessThan((1.4 * (launches - HALF.capacity)) / HALF.refill);
  });
});
