/**
 * What to do about one interface. Pure: the same policy and the same observation of EC2 give the same decisions,
 * whichever event or sweep started the run. What concerns the account as a whole (quota, guardrails) is in account.ts.
 */
import { stableHash } from "../hash.js";
import type { Session, Source } from "../model.js";
import type { UnselectedReason } from "../outcomes.js";
import { cover } from "./cover.js";
import type { SourcePlan } from "./decisions.js";
import { loopRefusal, typeRefusal } from "./eligibility.js";
import { typeSupport } from "./instance-types.js";
import { concerns, ownershipOf, ruleOf } from "./ownership.js";
import { rulesOf, type Policy } from "./policy.js";
import { isTemporary, select } from "./selection.js";
import {
  beyondRollout,
  leftUnselected,
  notSeen,
  uncovered,
  unselected,
  type Decided,
  type PlanContext,
  type Situation,
} from "./situation.js";
import { servesAsTarget } from "./target.js";

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
    ...(foreign.length > 0 && { foreign }),
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
    // It asks for nothing, and takes nothing away that it may be keeping.
    if (claims?.unread === true && kept !== undefined) return leftUnselected(source, "left-to-sweep");
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

/** Interfaces of a first rollout are chosen by a hash of their id, so that a larger share keeps the smaller. */
export function isInRollout(source: Source, percent: number): boolean {
  return stableHash(source.id) % 100 < percent;
}

/** Which of several sessions of ours stays: by number, then id, so that two runs choose the same. */
function byNumber(a: Session, b: Session): number {
  return a.number - b.number || (a.id < b.id ? -1 : 1);
}
