import type { Clock } from "../core/clock.js";

export interface Pace {
  /** Waits for a turn; false at once, and no turn taken, when it would come after `until`. */
  turn(until: number): Promise<boolean>;
  /** EC2 throttled a call: halve the pace, forget the burst, and let no call out for a moment. */
  slowDown(): void;
}

export interface PaceOptions {
  /** Calls a second, sustained. */
  readonly perSecond: number;
  /** Calls that may go out at once after a rest. */
  readonly burst: number;
}

const SLOWEST_SHARE = 1 / 16;
/** Each second without throttling gives back this share of the full pace. */
const RECOVERY_PER_SECOND = 0.05;
const PAUSE_AFTER_THROTTLE_MS = 500;

export function createPace({ perSecond, burst }: PaceOptions, clock: Clock): Pace {
  let tokens = burst;
  let share = 1;
  let at = clock.now();
  let pausedUntil = 0;

  const refill = () => {
    const seconds = Math.max(0, clock.now() - at) / 1000;
    at = clock.now();
    share = Math.min(1, share + seconds * RECOVERY_PER_SECOND);
    tokens = Math.min(Math.max(1, burst * share), tokens + seconds * perSecond * share);
  };

  return {
    async turn(until) {
      refill();
      const forToken = tokens >= 1 ? 0 : ((1 - tokens) * 1000) / (perSecond * share);
      const wait = Math.ceil(Math.max(forToken, pausedUntil - clock.now()));
      if (clock.now() + wait > until) return false;
      tokens -= 1; // taken before the wait, so that those who wait queue up behind each other
      if (wait > 0) await clock.sleep(wait);
      return true;
    },
    slowDown() {
      refill();
      // Calls that were under way together are throttled together: one halving for all of them.
      if (clock.now() < pausedUntil) return;
      share = Math.max(SLOWEST_SHARE, share / 2);
      tokens = Math.min(tokens, 0);
      pausedUntil = clock.now() + PAUSE_AFTER_THROTTLE_MS;
    },
  };
}
