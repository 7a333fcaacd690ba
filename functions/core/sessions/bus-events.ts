/**
 * What the controller publishes, on its own bus and from there to the hub's: sessions that changed, sources that
 * are refused, tampering, what a sweep came to. Their source is theirs alone: requesters may not use it.
 */
import type { FilterFollowUp, TamperingFollowUp } from "../events/follow-ups.js";
import { isBookkeeping, type Done } from "./decisions.js";
import type { NotMirrored } from "./report.js";

/** Source of everything that our functions send. */
export const CONTROLLER_SOURCE = "traffic-mirror.controller";

export interface BusEvent {
  readonly detailType:
    | "Mirror Session Changed"
    | "Mirror Source Refused"
    | "Mirror Session Tampered"
    | "Mirror Filter Tampered"
    | "Mirror Sweep Completed"
    | "Sweep Requested";
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Puts events on the controller's bus; answers how many could not be sent, those among them for which there was no
 * time until `until` (milliseconds since the epoch). Never throws.
 */
export type Publish = (events: readonly BusEvent[], until: number) => Promise<number>;

const changes = { create: "created", modify: "modified", delete: "deleted", retag: undefined } as const;

/** Of each session that was made, changed or removed. New tags or a new description alone are no news. */
export function sessionsChanged(controller: string, done: readonly Done[]): readonly BusEvent[] {
  return done.flatMap(({ action, outcome }): BusEvent[] => {
    const change = changes[action.kind];
    if (change === undefined || isBookkeeping(action) || outcome.kind !== "done") return [];
    const session = action.kind === "create" ? outcome.value : action.sessionId;
    return [
      {
        detailType: "Mirror Session Changed",
        detail: {
          controller,
          change,
          network_interface_id: action.interfaceId,
          instance_id: action.instanceId ?? null,
          session_id: session ?? null,
          rule: action.ruleName ?? null,
          reason: action.reason,
        },
      },
    ];
  });
}

/** Of each source that is selected and cannot be mirrored. What is only not done yet is no refusal. */
export function sourcesRefused(controller: string, notMirrored: readonly NotMirrored[]): readonly BusEvent[] {
  return notMirrored
    .filter(({ selected, reason }) => selected && reason !== "pending" && reason !== "not-seen")
    .map(({ interfaceId, instanceId, ruleName: rule, reason }) => ({
      detailType: "Mirror Source Refused",
      detail: {
        controller,
        network_interface_id: interfaceId,
        instance_id: instanceId ?? null,
        rule: rule ?? null,
        reason,
      },
    }));
}

export function tampered(
  controller: string,
  { sessionId, call, who, from, record }: TamperingFollowUp,
): BusEvent {
  return {
    detailType: "Mirror Session Tampered",
    detail: { controller, session_id: sessionId, call, who, source_ip: from, event_id: record },
  };
}

/** `meant`: the filter, or those of which it is one: the record of a rule that is gone does not say whose it was. */
export function filterTampered(
  controller: string,
  { call, who, from, record }: FilterFollowUp,
  meant: readonly string[],
): BusEvent {
  return {
    detailType: "Mirror Filter Tampered",
    detail: {
      controller,
      filter_ids: meant,
      one_of: meant.length > 1,
      call,
      who,
      source_ip: from,
      event_id: record,
    },
  };
}

export function sweepRequested(controller: string, reason: string): BusEvent {
  return { detailType: "Sweep Requested", detail: { controller, reason } };
}

export function sweepCompleted(controller: string, summary: object): BusEvent {
  return { detailType: "Mirror Sweep Completed", detail: { controller, ...summary } };
}
