/**
 * How one process keeps to its share of EC2's token bucket for writes. EC2 has one bucket for an account and region, and
 * processes know nothing of each other ("Request throttling for the Amazon EC2 API", Amazon EC2 Developer Guide). So a
 * throttled call is all that a process hears of somebody who takes more than was left for him.
 */
import type { Clock } from "../core/clock.js";

export interface Pace {
  /** Waits for a turn; false, and no turn taken, as soon as it is known that it would come after `until`. */
  turn(until: number): Promise<boolean>;
  /** EC2 throttled a call: more than halve the pace, forget the burst, and let no call out for a moment. */
  slowDown(): void;
}

export interface PaceOptions {
  /** Calls a second, sustained. */
  readonly perSecond: number;
  /** Calls that may go out after a rest beyond what is sustained. */
  readonly burst: number;
  /** Calls a second while somebody waits for a turn; else, and by default, `perSecond`. */
  readonly perSecondWaiting?: number;
  /** Milliseconds from one call of a burst to the next; by default 0. */
  readonly spacing?: number;
}

const SLOWEST_SHARE = 1 / 16;
/** A little less than half, so that what others leave of the bucket is not used up where they take half of it. */
const AFTER_THROTTLE = 0.45;
/**
 * Each second without throttling gives back this share of the full pace: while nobody waits and EC2's bucket fills by
 * itself, up to all of it; else, where EC2 throttled before, up to just under the pace that was too fast. The first time
 * that pace was a burst's and says nothing of what is sustained, so nothing is given back while somebody waits.
 */
const RECOVERY_PER_SECOND = 0.05;
const UNDER_THE_LIMIT = 0.9;
/** Beyond that it is felt for slowly, so that a burst of a hundred does not find the limit a second time. */
const PROBE_PER_SECOND = 0.00125;
const THROTTLED_LATELY_MS = 60_000;
const PAUSE_AFTER_THROTTLE_MS = 500;
/** Between two waits lies a run's reading: the faster pace goes on for so long. */
const WAITING_GOES_ON_MS = 1_000;

/**
 * The spacing of a burst, so that the bucket's end is heard of before the next call is out: a call that is throttled is
 * answered within some tens of milliseconds (?). A pace faster than the defaults goes out at four times what it sustains.
 */
export const spacingOf = (perSecondWaiting: number): number => Math.min(100, 250 / perSecondWaiting);

export function createPace(options: PaceOptions, clock: Clock): Pace {
  const { perSecond, burst, perSecondWaiting = perSecond, spacing = 0 } = options;
  let tokens = burst;
  let share = 1;
  let limit = 1;
  let at = clock.now();
  let waitingUntil = -Infinity;
  let pausedUntil = 0;
  let throttledAt = -Infinity;
  let throttles = 0;
  let next = -Infinity;

  const recover = (waiting: number, resting: number) => {
    const quick = Math.max(0, Math.min(waiting, (limit - share) / RECOVERY_PER_SECOND));
    const gained = quick * RECOVERY_PER_SECOND + (waiting - quick) * PROBE_PER_SECOND;
    share = Math.min(1, share + gained + resting * RECOVERY_PER_SECOND);
  };
  const refill = () => {
    const now = clock.now();
    const seconds = Math.max(0, now - at) / 1000;
    const waiting = Math.min(seconds, Math.max(0, waitingUntil - at) / 1000);
    at = now;
    recover(waiting, seconds - waiting);
    const gained = (waiting * perSecondWaiting + (seconds - waiting) * perSecond) * share;
    tokens = Math.min(Math.max(1, burst * share), tokens + gained);
  };

  return {
    async turn(until) {
      for (;;) {
        refill();
        const now = clock.now();
        const forToken = tokens >= 1 ? 0 : ((1 - tokens) * 1000) / (perSecondWaiting * share);
        const wait = Math.max(Math.ceil(forToken), Math.ceil(pausedUntil - now), Math.floor(next - now), 0);
        if (now + wait > until) return false;
        tokens -= 1; // taken before the wait, so that those who wait queue up behind each other
        next = now + wait + spacing;
        if (wait === 0) return true;
        waitingUntil = Math.max(waitingUntil, now + wait + WAITING_GOES_ON_MS);
        const before = throttles;
        await clock.sleep(wait);
        if (throttles === before) return true;
        // EC2 throttled meanwhile: this turn was given at a pace that is too fast, and would be throttled as well.
      }
    },
    slowDown() {
      refill();
      const now = clock.now();
      // Calls that were under way together are throttled together: one step for all of them.
      if (now < pausedUntil) return;
      const again = now - throttledAt < THROTTLED_LATELY_MS;
      throttledAt = now;
      throttles += 1;
      limit = share * (again ? UNDER_THE_LIMIT : AFTER_THROTTLE);
      share = Math.max(SLOWEST_SHARE, share * AFTER_THROTTLE);
      tokens = 0; // whoever waits takes a new turn, and a new token
      pausedUntil = now + PAUSE_AFTER_THROTTLE_MS;
      next = pausedUntil;
    },
  };
}
