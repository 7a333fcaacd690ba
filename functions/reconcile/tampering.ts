/**
 * Reports sessions that somebody else deleted or changed. The report does not depend on what EC2 shows by now: a sweep
 * may have been faster.
 */
import type { TamperingFollowUp } from "../core/events/follow-ups.js";
import { tampered, type BusEvent } from "../core/sessions/bus-events.js";
import { concerns } from "../core/sessions/ownership.js";
import type { App } from "../runtime/app.js";

export interface Reported {
  readonly events: readonly BusEvent[];
  /** When each of it happened, milliseconds since the epoch. */
  readonly times: readonly number[];
}

/** Throws when EC2 could not be read. */
export async function reportTampering(
  { settings, ports, telemetry }: App,
  followUps: readonly { readonly followUp: TamperingFollowUp; readonly time: number }[],
): Promise<Reported> {
  if (followUps.length === 0) return { events: [], times: [] };
  const sessions = await ports.observer.sessionsById(followUps.map(({ followUp }) => followUp.sessionId));
  // A session that is still there says whose it is. One that is gone cannot: it is taken for ours.
  const foreign = new Set(
    sessions.filter((session) => !concerns(session, settings.controller)).map(({ id }) => id),
  );
  const ours = followUps.filter(({ followUp }) => !foreign.has(followUp.sessionId));
  for (const { followUp } of ours) {
    const { sessionId: session, call, who, from, record } = followUp;
    telemetry.logger.error("session tampered with", { session, call, who, from, record });
  }
  return {
    events: ours.map(({ followUp }) => tampered(settings.controller, followUp)),
    times: ours.map(({ time }) => time),
  };
}
