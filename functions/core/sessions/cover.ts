/** What becomes of the session of an interface that is to be mirrored. */
import type { Session } from "../model.js";
import { hasOtherDefaults, missingTags, withDefaults } from "../tags.js";
import { about, type Decision } from "./decisions.js";
import { changesOf, desiredSession } from "./desired.js";
import { ownershipOf } from "./ownership.js";
import { uncovered, type Decided, type Selected, type Situation } from "./situation.js";
import { chooseTarget, isToGo, mayStayOn, type TargetContext } from "./target.js";

export const MAX_SESSIONS_PER_INTERFACE = 3;

/** The interface is to have exactly one session of ours, with these properties. */
export function cover(situation: Situation, selection: Selected): Decided {
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
  const desired = desiredSession(context, source, selection, choice.targetId, [...foreign, ...surplus], kept);
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
