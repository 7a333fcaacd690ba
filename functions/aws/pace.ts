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
  /** Calls a second while somebody waits for a turn; else, and by default, `perSecond`. */
  readonly perSecondWaiting?: number;
}

const SLOWEST_SHARE = 1 / 16;
/** Each second without throttling gives back this share of the full pace, up to just under where EC2 throttled. */
const RECOVERY_PER_SECOND = 0.05;
const UNDER_THE_LIMIT = 0.9;
/** Beyond that it is felt for slowly, and half as fast each time that EC2 throttles again. */
const PROBE_PER_SECOND = { most: 0.01, least: 0.00125 } as const;
const PROBED_LATELY_MS = 60_000;
const PAUSE_AFTER_THROTTLE_MS = 500;
/** Between two waits lies a run's reading: the faster pace goes on for so long. */
const WAITING_GOES_ON_MS = 1_000;

export function createPace(options: PaceOptions, clock: Clock): Pace {
  const { perSecond, burst, perSecondWaiting = perSecond } = options;
  let tokens = burst;
  let share = 1;
  let limit = 1;
  let probe: number = PROBE_PER_SECOND.most;
  let at = clock.now();
  let waitingUntil = -Infinity;
  let pausedUntil = 0;
  let throttledAt = -Infinity;

  const recover = (seconds: number) => {
    const quick = Math.max(0, Math.min(seconds, (limit - share) / RECOVERY_PER_SECOND));
    share = Math.min(1, share + quick * RECOVERY_PER_SECOND + (seconds - quick) * probe);
  };
  const refill = () => {
    const now = clock.now();
    const seconds = Math.max(0, now - at) / 1000;
    const waiting = Math.min(seconds, Math.max(0, waitingUntil - at) / 1000);
    at = now;
    recover(seconds);
    const gained = (waiting * perSecondWaiting + (seconds - waiting) * perSecond) * share;
    tokens = Math.min(Math.max(1, burst * share), tokens + gained);
  };

  return {
    async turn(until) {
      refill();
      const forToken = tokens >= 1 ? 0 : ((1 - tokens) * 1000) / (perSecondWaiting * share);
      const wait = Math.ceil(Math.max(forToken, pausedUntil - clock.now()));
      if (clock.now() + wait > until) return false;
      tokens -= 1; // taken before the wait, so that those who wait queue up behind each other
      if (wait === 0) return true;
      waitingUntil = Math.max(waitingUntil, clock.now() + wait + WAITING_GOES_ON_MS);
      await clock.sleep(wait);
      return true;
    },
    slowDown() {
      refill();
      const now = clock.now();
      // Calls that were under way together are throttled together: one halving for all of them.
      if (now < pausedUntil) return;
      const again = now - throttledAt < PROBED_LATELY_MS;
      probe = again ? Math.max(PROBE_PER_SECOND.least, probe / 2) : PROBE_PER_SECOND.most;
      throttledAt = now;
      limit = share * UNDER_THE_LIMIT;
      share = Math.max(SLOWEST_SHARE, share / 2);
      tokens = Math.min(tokens, 0);
      pausedUntil = now + PAUSE_AFTER_THROTTLE_MS;
    },
  };
}
