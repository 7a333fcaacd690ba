/**
 * One sweep at a time removes by policy, and an apply must not pass over what it is to remove: it waits for a sweep that
 * began just before it.
 */
import type { Clock } from "../core/clock.js";
import type { SweepStateStore } from "../core/sessions/ports.js";
import { openRecord, type SweepRecord } from "../core/sessions/sweep-state.js";

/** How often it looks whether the other has ended. */
const POLL_MS = 5_000;

export async function openWhenFree(
  store: SweepStateStore,
  onError: (error: unknown) => void,
  clock: Clock,
  waitUntil: number,
): Promise<SweepRecord> {
  for (;;) {
    const record = await openRecord(store, onError);
    const now = clock.now();
    if (now >= (record.window?.underWayUntil ?? 0) || now >= waitUntil) return record;
    await clock.sleep(POLL_MS);
  }
}
