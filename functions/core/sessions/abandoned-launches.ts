/**
 * Launches that this process has abandoned within the hour. Auto Scaling shows them when their instances have ended, and
 * a batch decides about ten: without them a wave of launches would end before the breaker saw the first.
 */
export interface AbandonedLaunches {
  /** How many launches of the group came to nothing within the hour, of which Auto Scaling shows `shown`. */
  failed(group: string, shown: number, now: number): number;
  add(group: string, now: number): void;
}

interface Abandoned {
  readonly at: number;
  /** How many Auto Scaling showed before. */
  readonly shown: number;
}

const HOUR_MS = 3_600_000;

export function createAbandonedLaunches(): AbandonedLaunches {
  const abandoned = new Map<string, readonly Abandoned[]>();
  const lastShown = new Map<string, number>();
  const ofLastHour = (group: string, now: number) =>
    (abandoned.get(group) ?? []).filter(({ at }) => at > now - HOUR_MS);
  return {
    failed(group, shown, now) {
      lastShown.set(group, shown);
      const own = ofLastHour(group, now);
      // What was shown before one of ours, and it and ours since: what is shown by now may hold some of them.
      return Math.max(shown, ...own.map((each, n) => each.shown + own.length - n));
    },
    add(group, now) {
      abandoned.set(group, [...ofLastHour(group, now), { at: now, shown: lastShown.get(group) ?? 0 }]);
    },
  };
}
