import type { Clock } from "../core/clock.js";

/** What timers take: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** A signal that ends calls at that time (milliseconds since the epoch). */
export function signalAt(clock: Clock, time: number): AbortSignal {
  return AbortSignal.timeout(Math.ceil(Math.max(0, Math.min(time - clock.now(), LONGEST_MS))));
}
