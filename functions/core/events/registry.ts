/**
 * Every kind of event that the functions understand. What is malformed, unknown or foreign is dropped at
 * once with the reason: it can neither block its batch nor fill the dead-letter queue.
 */
import { apiCall } from "./api-call.js";
import { autoscalingLaunch, autoscalingTerminate } from "./autoscaling.js";
import { ec2StateChange } from "./ec2-state-change.js";
import { ecsTask } from "./ecs-task.js";
import {
  readEnvelope,
  type DropReason,
  type EventKind,
  type AccountRegion,
  type ParsedEvent,
} from "./envelope.js";
import { guarddutyFinding } from "./guardduty-finding.js";
import { lifecycleHook } from "./lifecycle-hook.js";
import { mirrorRequested, mirrorWithdrawn } from "./mirror-request.js";
import { tagChange } from "./tag-change.js";

/** Of AWS's services, on the default bus: nobody else can send under their names. */
export const awsKinds: readonly EventKind[] = [
  ec2StateChange,
  autoscalingLaunch,
  autoscalingTerminate,
  ecsTask,
  apiCall,
  tagChange,
  lifecycleHook,
  guarddutyFinding,
];
/** Of requesters, on the controller's bus. */
export const requestKinds: readonly EventKind[] = [mirrorRequested, mirrorWithdrawn];

export type ParseResult =
  | { readonly ok: true; readonly event: ParsedEvent; readonly id: string; readonly time: number }
  | { readonly ok: false; readonly reason: DropReason };

/**
 * `accountRegion`: where this function runs; an event of another account or region is foreign. `kinds`: what may come
 * this way; a request on the way of AWS's events, or the opposite, is of no known kind.
 */
export function parseEvent(
  body: string,
  accountRegion: AccountRegion,
  kinds: readonly EventKind[] = awsKinds,
): ParseResult {
  const event = readEnvelope(body, accountRegion);
  if (typeof event === "string") return { ok: false, reason: event };
  const kind = kindOf(kinds, event.source, event["detail-type"]);
  if (kind === undefined) return { ok: false, reason: "unknown-kind" };
  const parsed = kind.parse(event);
  if (typeof parsed === "string") return { ok: false, reason: parsed };
  return { ok: true, event: parsed, id: event.id, time: Date.parse(event.time) };
}

function kindOf(kinds: readonly EventKind[], source: string, detailType: string): EventKind | undefined {
  return kinds.find(
    (kind) =>
      kind.detailType === detailType &&
      (typeof kind.source === "string" ? kind.source === source : kind.source(source)),
  );
}
