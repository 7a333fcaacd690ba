/**
 * What to do about one interface. Pure: the same policy and the same observation of EC2 give the same decisions,
 * whichever event or sweep started the run. What concerns the account as a whole (quota, guardrails) is in account.ts.
 */
import { stableHash } from "../hash.js";
import type { Session, Source, Tags, Topology } from "../model.js";
import type { UncoveredReason, UnselectedReason } from "../outcomes.js";
import { hasOtherDefaults, missingTags, withDefaults } from "../tags.js";
import { about, type Decision, type SourcePlan } from "./decisions.js";
import { changesOf, desiredSession } from "./desired.js";
import { loopRefusal, typeRefusal } from "./eligibility.js";
import { typeSupport } from "./instance-types.js";
import { concerns, ownershipOf, ruleOf } from "./ownership.js";
import { rulesOf, type Policy } from "./policy.js";
import { isTemporary, select, type ClaimsByInterface, type Selection } from "./selection.js";
import { chooseTarget, isToGo, mayStayOn, servesAsTarget, type TargetContext } from "./target.js";

export const MAX_SESSIONS_PER_INTERFACE = 3;

export interface PlanContext {
  readonly policy: Policy;
  readonly topology: Topology;
  /** Value of the ownership tag. */
  readonly controller: string;
  /** The user's own tags for sessions. */
  readonly ownTags: Tags;
  /** The provider's `default_tags`. */
  readonly defaultTags: Tags;
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
  /** Also those that are ours by half: they are neither changed nor removed. */
  readonly foreign: readonly Session[];
}

type Selected = Selection & { readonly selected: true };

/** `sessions`: every session on this interface, ours and others'. */
export function planSource(context: PlanContext, source: Source, sessions: readonly Session[]): SourcePlan {
  const ours = sessions.filter((session) => isHeldAsOurs(context, session)).sort(byNumber);
  const foreign = sessions.filter((session) => !ours.includes(session));
  const disputed = foreign.filter((session) => concerns(session, context.controller));
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
    ...(disputed.length > 0 && { disputed: disputed.map(({ id }) => id) }),
  };
}

/**
 * A session of the version before is taken over when it uses a filter and a target of the policy's: whoever may only
 * tag can give our tags to any session, and cannot make one that leads where ours do.
 */
function isHeldAsOurs({ policy, topology, controller }: PlanContext, session: Session): boolean {
  const ownership = ownershipOf(session, controller);
  if (ownership !== "unproven") return ownership === "ours";
  const filters = [...policy.vpcs, ...rulesOf(policy)].map(({ filter_id }) => filter_id);
  return filters.includes(session.filterId) && servesAsTarget(session.targetId, policy, topology);
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
    const ended = claims !== undefined && isTemporary(context.policy, kept && ruleOf(kept));
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
  // EC2 deletes no target that a session uses, so an answer without it says nothing: the session is not moved either.
  const outOfSight =
    kept !== undefined &&
    !isToGo(kept.targetId, targets) &&
    !context.topology.targets.some(({ id }) => id === kept.targetId);
  const choice = outOfSight
    ? ({ found: false, reason: "target-not-seen" } as const)
    : chooseTarget(source, targets);
  if (!choice.found) {
    // Only a change of policy takes the target away, so an event leaves the session to the sweep and its guardrail.
    const { reason } = choice;
    if (kept && context.mayRemoveByPolicy && !mayStayOn(kept.targetId, targets, reason)) {
      return uncovered(situation, selection, reason);
    }
    const waits = kept !== undefined && isToGo(kept.targetId, targets);
    return { ...plan({ ...subject, kind: "leave", covered: "uncovered", reason }), waits };
  }
  if (!kept && foreign.some((session) => stillMirrors(situation, selection, targets, session))) {
    return plan({ ...subject, kind: "leave", covered: "uncovered", reason: "ownership-lost" });
  }
  if (!kept && foreign.length >= MAX_SESSIONS_PER_INTERFACE) {
    return plan({ ...subject, kind: "leave", covered: "uncovered", reason: "session-limit" });
  }
  // Surplus sessions of ours hold their numbers until they are gone; the sweep after that renumbers.
  const desired = desiredSession(context, source, selection, choice.targetId, [...foreign, ...surplus]);
  if (!kept) {
    const tags = withDefaults(context.defaultTags, desired.tags);
    return plan({ ...subject, kind: "create", reason: "not-mirrored", desired: { ...desired, tags }, order });
  }

  const changes = changesOf(kept, desired);
  const tags = missingTags(desired.tags, kept.tags);
  const decisions: Decision[] = [];
  if (Object.keys(changes).length > 0) {
    const onlyDescription = Object.keys(changes).every((field) => field === "description");
    const reason = onlyDescription ? "description-differs" : "session-differs";
    decisions.push({ ...subject, kind: "modify", reason, sessionId: kept.id, changes });
  }
  if (Object.keys(tags).length > 0) {
    decisions.push({ ...subject, kind: "retag", reason: "tags-differ", sessionId: kept.id, tags });
  } else if (context.mayRemoveByPolicy && hasOtherDefaults(context.defaultTags, kept.tags)) {
    // Nothing depends on them, so they wait for a sweep, which takes so many at a time: account.ts.
    const tags = missingTags(withDefaults(context.defaultTags, desired.tags), kept.tags);
    decisions.push({
      ...subject,
      kind: "retag",
      reason: "tags-differ",
      sessionId: kept.id,
      tags,
      defaults: true,
    });
  }
  if (decisions.length === 0) {
    decisions.push({ ...subject, kind: "leave", covered: "mirrored", reason: "mirrored" });
  }
  return { order, kept, decisions: [...decisions, ...removals] };
}

/**
 * A session that is ours by its description and has lost our tag: IAM lets us neither change nor remove it, and a second
 * one would get nothing of what it takes.
 */
function stillMirrors(
  { context, source, foreign }: Situation,
  selection: Selected,
  targets: TargetContext,
  session: Session,
): boolean {
  if (ownershipOf(session, context.controller) !== "lost") return false;
  const others = foreign.filter((each) => each !== session);
  const { filterId, number } = desiredSession(context, source, selection, session.targetId, others);
  const numberFits = selection.rule.session_number === null || session.number === number;
  return session.filterId === filterId && numberFits && mayStayOn(session.targetId, targets);
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

/** Which of several sessions of ours stays: by number, then id, so that two runs choose the same. */
function byNumber(a: Session, b: Session): number {
  return a.number - b.number || (a.id < b.id ? -1 : 1);
}
