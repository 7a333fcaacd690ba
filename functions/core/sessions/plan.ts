/**
 * What to do about one interface. Pure: the same policy and the same observation of EC2 give the same decisions,
 * whichever event or sweep started the run. What concerns the account as a whole (quota, guardrails) is in account.ts.
 */
import { stableHash } from "../hash.js";
import type { Session, Source, Tags, Topology } from "../model.js";
import type { UncoveredReason, UnselectedReason } from "../outcomes.js";
import { isOurs, missingTags, sessionTags, TAG_RULE } from "../tags.js";
import {
  about,
  type DesiredSession,
  type Decision,
  type SessionChanges,
  type SourcePlan,
} from "./decisions.js";
import { loopRefusal, typeRefusal } from "./eligibility.js";
import { typeSupport } from "./instance-types.js";
import type { Policy } from "./policy.js";
import { isTemporary, select, type ClaimsByInterface, type Selection } from "./selection.js";
import { chooseTarget, isToGo, mayStayOn } from "./target.js";

export const MAX_SESSIONS_PER_INTERFACE = 3;
const LARGEST_PACKET = 8500;

export interface PlanContext {
  readonly policy: Policy;
  readonly topology: Topology;
  /** Value of the ownership tag. */
  readonly controller: string;
  /** The user's own tags for sessions. */
  readonly ownTags: Tags;
  /** Share of the selected interfaces to mirror in a first rollout, 0–100. */
  readonly rolloutPercent: number;
  /**
   * Only a sweep sees how much a change of policy would remove, so only a sweep removes for that reason.
   * An event leaves such sessions to the next sweep.
   */
  readonly mayRemoveByPolicy: boolean;
  /** Whose claims are open on which interface at this time. */
  readonly claims: ClaimsByInterface;
}

/** One interface, with every session on it. */
interface Situation {
  readonly context: PlanContext;
  readonly source: Source;
  /** The first of them stays, if one does. */
  readonly ours: readonly Session[];
  readonly foreign: readonly Session[];
}

type Selected = Selection & { readonly selected: true };

/** `sessions`: every session on this interface, ours and others'. */
export function planSource(context: PlanContext, source: Source, sessions: readonly Session[]): SourcePlan {
  const ours = sessions.filter((session) => isOurs(session.tags, context.controller)).sort(byNumber);
  const foreign = sessions.filter((session) => !isOurs(session.tags, context.controller));
  const { instance } = source;
  return {
    ...decide({ context, source, ours, foreign }),
    source,
    facts: factsOf(source),
    ...(instance && {
      instanceType: instance.type,
      instanceState: instance.state,
      isTypeListed: typeSupport(instance.type, context.policy.options.instance_types) === "yes",
    }),
  };
}

type Decided = Omit<SourcePlan, "source" | "facts" | "instanceType" | "instanceState" | "isTypeListed">;

function factsOf({ type, deviceIndex, instance }: Source): string {
  return [type, deviceIndex, instance?.id, instance?.type, instance?.state].join(" ");
}

function decide(situation: Situation): Decided {
  const { context, source, ours } = situation;
  const kept = ours[0];

  if (source.otherAccount) return leftUnselected(source, "other-account");
  // Nobody's choice keeps a loop, but many at once may be somebody's mistake or malice: a sweep and its guardrail see
  // how many, so an event leaves them alone.
  const loop = loopRefusal(source, context.topology);
  // Tags, state and type are the instance's: without it nothing can be said, so nothing is made and nothing goes.
  if (source.attachment === "not-seen" && loop === undefined) return notSeen(situation);
  const claims = context.claims.get(source.id);
  const selection = select(context.policy, source, claims);
  if (!selection.selected) {
    // That a demand ends is nobody's mistake: no guardrail, and no waiting for a sweep.
    const ended = claims !== undefined && isTemporary(context.policy, kept?.tags[TAG_RULE]);
    if (ended) return unselected(situation, "demand-ended", false);
    return unselected(situation, selection.reason, true);
  }
  if (loop) return uncovered(situation, selection, loop);

  const state = stateOf(source, context.policy, kept);
  if (state) return unselected(situation, state, false);
  if (source.instance?.state === "shutting-down") return leftUnselected(source, "instance-terminated");
  if (source.instance?.state === "stopping" && !kept) return leftUnselected(source, "instance-stopped");

  if (!isInRollout(source, context.rolloutPercent)) return beyondRollout(situation, selection);
  const refusal = kept ? undefined : typeRefusal(source, context.topology, context.policy.options);
  if (refusal) return uncovered(situation, selection, refusal);

  return cover(situation, selection);
}

/** The interface is to have exactly one session of ours, with these properties. */
function cover(situation: Situation, selection: Selected): Decided {
  const { context, source, ours, foreign } = situation;
  const { rule, vpc, order } = selection;
  const [kept, ...surplus] = ours;
  const subject = about(source, rule.name);
  const removals = surplus.map((session): Decision => ({
    ...subject,
    kind: "delete",
    reason: "surplus",
    sessionId: session.id,
    byPolicy: false,
  }));
  const plan = (decision: Decision): Decided => ({
    order,
    ...(kept && { kept }),
    decisions: [decision, ...removals],
  });

  const targets = { vpc, rule, topology: context.topology, options: context.policy.options };
  const choice = chooseTarget(source, targets);
  if (!choice.found) {
    // Only a change of policy takes the target away, so an event leaves the session to the sweep and its guardrail.
    const { reason } = choice;
    if (kept && context.mayRemoveByPolicy && !mayStayOn(kept.targetId, targets, reason)) {
      return uncovered(situation, selection, reason);
    }
    const waits = kept !== undefined && isToGo(kept.targetId, targets);
    return { ...plan({ ...subject, kind: "leave", covered: "uncovered", reason }), waits };
  }
  if (!kept && foreign.length >= MAX_SESSIONS_PER_INTERFACE) {
    return plan({ ...subject, kind: "leave", covered: "uncovered", reason: "session-limit" });
  }
  // Surplus sessions of ours hold their numbers until they are gone; the sweep after that renumbers.
  const taken = new Set([...foreign, ...surplus].map((session) => session.number));
  const desired: DesiredSession = {
    interfaceId: source.id,
    targetId: choice.targetId,
    filterId: rule.filter_id ?? vpc.filter_id,
    number: firstFree(rule.session_number ?? 1, taken),
    ...optional("vni", rule.virtual_network_id ?? vpc.vni),
    ...optional("packetLength", wholeAsNull(rule.packet_length)),
    tags: sessionTags(context.controller, rule.name, context.ownTags),
  };
  if (!kept) return plan({ ...subject, kind: "create", reason: "not-mirrored", desired, order });

  const changes = changesOf(kept, desired);
  const tags = missingTags(desired.tags, kept.tags);
  const decisions: Decision[] = [];
  if (Object.keys(changes).length > 0) {
    decisions.push({ ...subject, kind: "modify", reason: "session-differs", sessionId: kept.id, changes });
  }
  if (Object.keys(tags).length > 0) {
    decisions.push({ ...subject, kind: "retag", reason: "tags-differ", sessionId: kept.id, tags });
  }
  if (decisions.length === 0) {
    decisions.push({ ...subject, kind: "leave", covered: "mirrored", reason: "mirrored" });
  }
  return { order, kept, decisions: [...decisions, ...removals] };
}

/** Why the state of the instance or of the attachment means that there is nothing to mirror. */
function stateOf(source: Source, policy: Policy, kept: Session | undefined): UnselectedReason | undefined {
  const state = source.instance?.state;
  if (state === "terminated") return "instance-terminated";
  if (state === "stopped") {
    // A session of a stopped instance is billed; the user chooses (Traffic Mirroring guide, pricing).
    return policy.options.stopped_instances === "keep" && kept ? undefined : "instance-stopped";
  }
  return source.attachment === "detached" && source.requester === undefined ? "detached" : undefined;
}

/** `byPolicy`: a person's change of policy is why, so only a sweep removes sessions for it. */
function unselected(
  { context, source, ours }: Situation,
  reason: UnselectedReason,
  byPolicy: boolean,
): Decided {
  if (ours.length === 0) return leftUnselected(source, reason);
  if (byPolicy && !context.mayRemoveByPolicy) return leftUnselected(source, "left-to-sweep");
  return { decisions: ours.map((session) => removal(source, session, reason, byPolicy)) };
}

function notSeen({ source, ours: [kept] }: Situation): Decided {
  const stay: Decision = { ...about(source), kind: "leave", covered: "uncovered", reason: "not-seen" };
  return { ...(kept && { kept }), decisions: [stay] };
}

function beyondRollout({ context, source, ours }: Situation, { rule, order }: Selected): Decided {
  const stay: Decision = {
    ...about(source, rule.name),
    kind: "leave",
    covered: "uncovered",
    reason: "rollout",
  };
  const go = context.mayRemoveByPolicy
    ? ours.map((session) => removal(source, session, "rollout", true))
    : [];
  return { order, decisions: [stay, ...go] };
}

function uncovered(
  { context, source, ours }: Situation,
  { rule }: Selected,
  reason: UncoveredReason,
): Decided {
  const stay: Decision = { ...about(source, rule.name), kind: "leave", covered: "uncovered", reason };
  const go = context.mayRemoveByPolicy ? ours.map((session) => removal(source, session, reason, true)) : [];
  return { decisions: [stay, ...go] };
}

function removal(
  source: Source,
  session: Session,
  reason: UnselectedReason | UncoveredReason,
  byPolicy: boolean,
) {
  return { ...about(source), kind: "delete", reason, sessionId: session.id, byPolicy } as const;
}

function leftUnselected(source: Source, reason: UnselectedReason | "left-to-sweep"): Decided {
  return { decisions: [{ ...about(source), kind: "leave", covered: "unselected", reason }] };
}

/** Interfaces of a first rollout are chosen by a hash of their id, so that a larger share keeps the smaller. */
export function isInRollout(source: Source, percent: number): boolean {
  return stableHash(source.id) % 100 < percent;
}

/** The lowest number at or above `preferred` that no other session of the interface holds. */
export function firstFree(preferred: number, taken: ReadonlySet<number>): number {
  let number = preferred;
  while (taken.has(number)) number = number === 32_766 ? 1 : number + 1;
  return number;
}

/** 8500 is what AWS calls a whole packet where it fills the field itself (API reference, PacketLength). */
function wholeAsNull(length: number | null | undefined): number | null {
  return length === null || length === undefined || length >= LARGEST_PACKET ? null : length;
}

function changesOf(kept: Session, desired: DesiredSession): SessionChanges {
  const length = wholeAsNull(desired.packetLength);
  return {
    ...(kept.targetId !== desired.targetId && { targetId: desired.targetId }),
    ...(kept.filterId !== desired.filterId && { filterId: desired.filterId }),
    ...(kept.number !== desired.number && { number: desired.number }),
    ...(desired.vni !== undefined && kept.vni !== desired.vni && { vni: desired.vni }),
    ...(wholeAsNull(kept.packetLength) !== length && { packetLength: length }),
  };
}

function optional<K extends string>(key: K, value: number | null): Partial<Record<K, number>> {
  return value === null ? {} : ({ [key]: value } as Record<K, number>);
}

/** Which of several sessions of ours stays: by number, then id, so that two runs choose the same. */
function byNumber(a: Session, b: Session): number {
  return a.number - b.number || (a.id < b.id ? -1 : 1);
}
