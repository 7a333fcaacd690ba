/** Until when a run may do what, in milliseconds since the epoch. Both reconcilers and both drains go by it. */
import type { Clock } from "./clock.js";

export interface Deadlines {
  /** Nothing is started after this time. */
  readonly deadline: number;
  /** Nothing is created after this time; changes and removals go on. undefined: as long as everything else. */
  readonly createsUntil?: number;
  /**
   * Until then a missing permission may be one that has not spread yet, so it is tried again. undefined: what is not
   * permitted stays so.
   */
  readonly permissionsSpreadUntil?: number;
}

export function mayStart(clock: Clock, { deadline }: Deadlines): boolean {
  return clock.now() < deadline;
}

export function mayCreate(clock: Clock, { deadline, createsUntil = deadline }: Deadlines): boolean {
  return clock.now() < createsUntil;
}
