/** Requests a sweep at once, where an event cannot say which interface it is about. */
import type { SweepReason } from "../core/events/envelope.js";
import { sweepRequested, type BusEvent } from "../core/sessions/bus-events.js";
import type { App } from "../runtime/app.js";

/** One sweep sees all that was done before it began; what is done after it waits for the schedule's at most. */
const BETWEEN_SWEEPS_MS = 30_000;

/**
 * The event that requests it, unless a sweep that was requested a moment ago does as well. `times`: when that
 * happened which it is to see, milliseconds since the epoch; none: nothing has.
 */
export type RequestSweep = (
  app: Pick<App, "settings" | "ports">,
  reason: "tampering" | SweepReason,
  times: readonly number[],
) => readonly BusEvent[];

/** What one process remembers: when it last requested one. */
export function createSweepRequests(): RequestSweep {
  let requestedAt = -Infinity;
  return ({ settings, ports }, reason, times) => {
    const now = ports.clock.now();
    const unseen = times.some((time) => time > requestedAt) && now - requestedAt >= BETWEEN_SWEEPS_MS;
    if (!unseen || settings.mode !== "enforce") return [];
    requestedAt = now;
    return [sweepRequested(settings.controller, reason)];
  };
}
