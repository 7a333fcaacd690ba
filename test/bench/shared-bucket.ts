/**
 * The two runs of `reconcile` and a sweep at the module's defaults, with the functions' own pace, and EC2's bucket for
 * creates, whole or with half of it gone to another tool, in simulated time: what `burst` measures, without the machine.
 */
import { createPace, spacingOf, type Pace } from "../../functions/aws/pace.js";
import { standingBack } from "../../functions/aws/stand-back.js";
import { defaultPaces } from "./defaults.js";
import { simulatedTime } from "./simulated-time.js";

export interface Bucket {
  readonly capacity: number;
  readonly refill: number;
}
export const WHOLE = { capacity: 50, refill: 5 };
export const HALF = { capacity: 25, refill: 2.5 };

const BATCH = 10;
/** Writes that a run for events, and a sweep, have under way at most. */
const UNDER_WAY = { events: 5, sweep: 8 } as const;
const READING_MS = 100;
/** From the first event to the first batch of a cold process. */
const COLD_MS = 700;
/** Each launch has so many events, and the first of them leads to its session. */
const EVENTS_OF_LAUNCH = 4;
/** Into the backfill, where there is one. */
const SETTLED_MS = 20_000;

export interface Burst {
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
export async function burstOf({ launches, bucket = WHOLE, call = 50, later = 17, backfill = false }: Burst) {
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
    await Promise.all([handleEvents(COLD_MS), handleEvents(COLD_MS + later)]);
    queue.over = true;
  };
  if (backfill) void sweep();
  await run(launch());
  return { throttled, seconds: (last - began) / 1000 };
}
