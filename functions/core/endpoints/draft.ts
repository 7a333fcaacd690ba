/** A plan in the making: what is ours, and the steps of which every zone's plan consists. */
import { stableHash } from "../hash.js";
import type { Tags } from "../model.js";
import { hasOtherDefaults, missingTags, withDefaults } from "../tags.js";
import { disputedOf, isOurTarget, prove, type Proven } from "./ownership.js";
import { TAG_ENDPOINTS, TAG_IDLE_SINCE, TAG_TARGET_LEAVING } from "../tags.js";
import { TAG_TARGET_VPC, TAG_TARGET_ZONE, TAG_ZONE_ID } from "../tags.js";
import type { EndpointAction, EndpointPlan, EndpointReason } from "./decisions.js";
import type { Endpoint, EndpointSettings, EndpointTarget, EndpointObservation, Zone } from "./model.js";

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export interface Draft extends Writable<EndpointPlan> {
  readonly settings: EndpointSettings;
  readonly observation: EndpointObservation;
  readonly proven: Proven;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function createDraft(
  settings: EndpointSettings,
  observation: EndpointObservation,
  now: number,
  proven: Proven,
): Draft {
  prove(proven, observation, settings);
  const disputed = [...disputedOf(observation, settings, proven)];
  const plan = { zones: [], unserved: [], actions: [], held: [], leaving: [], disputed };
  return { settings, observation, now, proven, ...plan };
}

/**
 * How long a token stands for the same request. Within it, runs at the same time and a run after a crash get one
 * endpoint and not two. It must end: EC2 may answer a known token with what was made then, also when that has been
 * deleted since ("Ensuring idempotency", Amazon EC2 Developer Guide).
 */
const TOKEN_MS = 10 * 60_000;

export function tokenFor(draft: Draft, request: string, ...circumstances: readonly string[]): string {
  const period = Math.floor(draft.now / TOKEN_MS).toString(36);
  const { name, service } = draft.settings;
  const hash = stableHash(JSON.stringify([name, service, ...circumstances]));
  return `${request}/${period}/${hash.toString(16).padStart(8, "0")}`;
}

export const isLeaving = ({ tags }: EndpointTarget): boolean => tags[TAG_TARGET_LEAVING] === "true";

/** Still there, or on its way: everything but what is going or has come to nothing. */
export const isLive = ({ state }: Endpoint): boolean => !isDying({ state }) && !hasFailed({ state });
export const isDying = ({ state }: Pick<Endpoint, "state">): boolean =>
  state === "deleting" || state === "deleted";
export const hasFailed = ({ state }: Pick<Endpoint, "state">): boolean =>
  state === "failed" || state === "expired";

/** Our targets of an endpoint, by id, so that every run takes the same one for the first. */
export function targetsOf(draft: Draft, endpointId: string): readonly EndpointTarget[] {
  return draft.observation.targets
    .filter((target) => target.endpointId === endpointId && isOurTarget(target, draft.settings))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function activeTargetsOf(draft: Draft, endpointId: string): readonly EndpointTarget[] {
  return targetsOf(draft, endpointId).filter((target) => !isLeaving(target));
}

export function endpointTags({ settings }: Draft, vpcId: string, zone: Zone): Tags {
  return {
    ...settings.ownTags,
    Name: `${settings.name}/${vpcId}/${zone.name}`,
    [TAG_ENDPOINTS]: settings.name,
    [TAG_ZONE_ID]: zone.id,
  };
}

/** By VPC and zone the controller finds the target: functions/core/sessions/target.ts. */
export function targetTags({ settings }: Draft, vpcId: string, zone: Zone): Tags {
  return {
    ...settings.ownTags,
    Name: `${settings.name}/${vpcId}/${zone.name}`,
    [TAG_ENDPOINTS]: settings.name,
    [TAG_TARGET_VPC]: vpcId,
    [TAG_TARGET_ZONE]: zone.name,
  };
}

export function retag(
  draft: Draft,
  { id, tags }: { readonly id: string; readonly tags: Tags },
  desired: Tags,
): void {
  const { defaultTags } = draft.settings;
  const all = hasOtherDefaults(defaultTags, tags) ? withDefaults(defaultTags, desired) : desired;
  const missing = missingTags(all, tags);
  if (Object.keys(missing).length > 0)
    draft.actions.push({ kind: "tag", id, tags: missing, reason: "tags-differ" });
}

export function noLongerIdle(draft: Draft, { id, tags }: Endpoint): void {
  if (tags[TAG_IDLE_SINCE] === undefined) return;
  draft.actions.push({ kind: "untag", id, keys: [TAG_IDLE_SINCE], reason: "needed-again" });
}

export function markLeaving(id: string, reason: EndpointReason): EndpointAction & { readonly kind: "tag" } {
  return { kind: "tag", id, tags: { [TAG_TARGET_LEAVING]: "true" }, reason };
}

/**
 * One step of a target's way out: first it is marked, which makes the controller move its sessions; when none is
 * left, which EC2 checks again, it is deleted. A target of which the sessions were not read waits.
 */
export function retireTarget(draft: Draft, target: EndpointTarget, reason: EndpointReason): void {
  if (!isLeaving(target)) {
    draft.actions.push(markLeaving(target.id, reason));
    return;
  }
  const sessions = draft.observation.sessionsOn.get(target.id);
  if (sessions === 0) draft.actions.push({ kind: "delete-target", id: target.id, reason });
  else draft.leaving.push({ targetId: target.id, sessions: sessions ?? 0 });
}

/** The same for an endpoint: it goes after its targets. Somebody else's target on it holds it. */
export function retire(draft: Draft, endpoint: Endpoint, reason: EndpointReason): void {
  if (isDying(endpoint)) return;
  const targets = draft.observation.targets.filter((target) => target.endpointId === endpoint.id);
  for (const target of targets) {
    if (isOurTarget(target, draft.settings)) retireTarget(draft, target, reason);
    else draft.held.push({ endpointId: endpoint.id, targetId: target.id });
  }
  if (targets.length === 0) draft.actions.push({ kind: "delete-endpoint", id: endpoint.id, reason });
}
