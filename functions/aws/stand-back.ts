/**
 * How a sweep shares EC2's rate with the runs for events. Processes know nothing of each other, and EC2 has one bucket
 * for them all; but what waits in the events queue, both can see. While more waits there than the runs take at once, a
 * sweep stands back, and the runs for events take its rate (`perSecondWaiting` of their pace): new instances come before a
 * backfill.
 */
import type { Clock } from "../core/clock.js";
import type { Pace } from "./pace.js";

/** Two runs for events, the fewest that Lambda takes, have so many messages in hand. */
const IN_HAND = 20;
const LOOK_MS = 1_000;
/** As long as the runs may take for the messages in hand when the last other one is gone. */
const AFTER_MS = 10_000;
/** A queue that is never empty does not stop a sweep altogether: one call goes out in so many milliseconds. */
const BETWEEN_MS = 10_000;

/** `backlog`: messages that wait for a run. Where it cannot be told, the sweep keeps its pace. */
export function standingBack(pace: Pace, backlog: () => Promise<number>, clock: Clock): Pace {
  let lookedAt = -Infinity;
  let standsBackUntil = -Infinity;
  let next = -Infinity;
  let first: Promise<void> | undefined;

  const look = async () => {
    lookedAt = clock.now();
    const waiting = await backlog().catch(() => 0);
    if (waiting > IN_HAND) standsBackUntil = clock.now() + AFTER_MS;
  };
  /** Only the first answer is waited for: a queue that answers slowly must not slow a sweep down. */
  const lookNowAndThen = async () => {
    if (first === undefined) await (first = look());
    else if (clock.now() - lookedAt >= LOOK_MS) void look();
    else await first;
  };

  return {
    async turn(until) {
      for (;;) {
        await lookNowAndThen();
        while (clock.now() < standsBackUntil) {
          if (clock.now() >= next) {
            next = clock.now() + BETWEEN_MS;
            return pace.turn(until);
          }
          if (clock.now() + LOOK_MS > until) return false;
          await clock.sleep(LOOK_MS);
          await lookNowAndThen();
        }
        if (!(await pace.turn(until))) return false;
        if (clock.now() >= standsBackUntil) return true;
        // Events came while this turn was waited for: they come first, and the turn is let go.
      }
    },
    slowDown: () => {
      pace.slowDown();
    },
  };
}

/** A share of the sweep's pace that neither the schedule's sweeps nor the runs for events use. */
export const BESIDE = { share: 0.05, burst: 2 } as const;
