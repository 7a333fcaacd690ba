/**
 * Reports sessions that somebody else deleted or changed, and asks for a sweep that heals them. The report does not
 * depend on what EC2 shows by now: a sweep may have been faster.
 */
import type { TamperingDuty } from "../core/duties.js";
import { sweepRequested, tampered, type Message } from "../core/messages.js";
import { isOurs } from "../core/tags.js";
import type { App } from "../runtime/app.js";

/** One sweep heals all that was done before it began; what is done after it waits for the minute's sweep at most. */
const BETWEEN_SWEEPS_MS = 30_000;

export interface Reported {
  readonly messages: readonly Message[];
  readonly number: number;
}

export type TamperingReporter = (
  app: App,
  duties: readonly { readonly duty: TamperingDuty; readonly time: number }[],
) => Promise<Reported>;

/** What one process remembers: when it last asked for a sweep. Throws when EC2 could not be read. */
export function createTamperingReporter(): TamperingReporter {
  let asked = -Infinity;
  return async (app, duties) => {
    if (duties.length === 0) return { messages: [], number: 0 };
    const { settings, ports, telemetry } = app;
    const sessions = await ports.observer.sessionsById(duties.map(({ duty }) => duty.sessionId));
    // A session that is still there says whose it is. One that is gone cannot: it is taken for ours.
    const foreign = new Set(
      sessions.filter(({ tags }) => !isOurs(tags, settings.controller)).map(({ id }) => id),
    );
    const ours = duties.filter(({ duty }) => !foreign.has(duty.sessionId));
    for (const { duty } of ours) {
      const { sessionId: session, call, who, from, record } = duty;
      telemetry.logger.error("session tampered with", { session, call, who, from, record });
    }
    const now = ports.clock.now();
    const unhealed = ours.some(({ time }) => time > asked) && now - asked >= BETWEEN_SWEEPS_MS;
    if (unhealed && settings.mode === "enforce") asked = now;
    return {
      number: ours.length,
      messages: [
        ...ours.map(({ duty }) => tampered(settings.controller, duty)),
        ...(unhealed && settings.mode === "enforce"
          ? [sweepRequested(settings.controller, "tampering")]
          : []),
      ],
    };
  };
}
