/** The one port that everything in the core may need. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** What timers take: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** A signal that ends calls at that time (milliseconds since the epoch). */
export function signalAt(clock: Clock, time: number): AbortSignal {
  return AbortSignal.timeout(Math.ceil(Math.max(0, Math.min(time - clock.now(), LONGEST_MS))));
}
