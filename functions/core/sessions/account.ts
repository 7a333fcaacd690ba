/**
 * What can only be decided when the whole account is seen: who gets a session when there are not enough,
 * and whether so much is to be removed that a person should look first.
 */
import type { Session } from "../model.js";
import { isCreate, leftAlone, subjectOf, type Decision, type SourcePlan } from "./decisions.js";
import { holdFirstApply, type FirstApply } from "./first-apply.js";
import { isOfAnotherController, ownershipOf } from "./ownership.js";
import { whyHeld, type Held, type HoldCause, type RemovalWindow } from "./removal-window.js";
import type { Guardrails } from "./settings.js";

export interface AccountPlan {
  readonly plans: readonly SourcePlan[];
  /** Removals by policy that are to be made; 0 when the guardrail held them. */
  readonly removals: number;
  /** Removals that wait, most often for a person; 0 when nothing held them. */
  readonly heldRemovals: number;
  /** Why they wait. */
  readonly heldBecause?: Held;
  /** Removals that are left to a sweep which is making them. */
  readonly leftRemovals: number;
  /** Sessions that a first apply would make, and that wait for a person; 0 when nothing is held. */
  readonly heldCreations: number;
  /** How far this controller comes with this plan. */
  readonly firstApply: FirstApply;
  readonly foreign: number;
  /** Of the foreign ones, those of other controllers of this product: they have a quota of their own. */
  readonly otherControllers: number;
  readonly sessionsOfOurs: number;
  /** Interfaces that have sessions of ours and no plan, since no answer showed them. */
  readonly sessionsNotSeen: number;
}

export interface AccountContext {
  /** Value of the ownership tag. */
  readonly controller: string;
  /** Sessions that this controller may have, together with those of strangers. */
  readonly quota: number;
  readonly guardrails: Guardrails;
  /** What was removed lately; null where it is not known, so that no more is. */
  readonly window: RemovalWindow | null;
  /** How far this controller had come before. */
  readonly firstApply: FirstApply;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Of an account and region, all controllers and strangers together; not adjustable (Amazon VPC User Guide, "Amazon VPC
 * quotas"). A larger `session_quota` says that AWS gave this account more.
 */
const ACCOUNT_SESSIONS = 10_000;
const accountQuota = (quota: number) => Math.max(ACCOUNT_SESSIONS, quota);

interface Sessions {
  readonly ours: number;
  readonly foreign: number;
  /** Of the foreign ones, those of other controllers of this product. */
  readonly otherControllers: number;
}

/**
 * How much of its quota is used: of this controller's own, to which strangers' sessions count, or of the account's, to
 * which all count.
 */
export function quotaUsedPercent({ ours, foreign, otherControllers }: Sessions, quota: number): number {
  const own = (ours + foreign - otherControllers) / quota;
  const whole = (ours + foreign) / accountQuota(quota);
  return 100 * Math.max(own, whole);
}

/** What strangers take is missing for new sessions, and never takes away one that is there. */
function roomFor({ foreign, otherControllers }: Omit<Sessions, "ours">, kept: number, quota: number): number {
  const left = Math.min(quota - (foreign - otherControllers), accountQuota(quota) - foreign);
  return Math.min(quota, Math.max(left, kept));
}

export function planAccount(
  plans: readonly SourcePlan[],
  sessions: readonly Session[],
  { controller, quota, guardrails, window, firstApply, now }: AccountContext,
): AccountPlan {
  // Those of the version before are among ours until their interface is planned: they must not take our own room.
  const ours = sessions.filter((session) => ["ours", "unproven"].includes(ownershipOf(session, controller)));
  const sessionsOfOurs = ours.length;
  const seen = new Set(plans.map(({ source }) => source.id));
  const sessionsNotSeen = new Set(
    ours.flatMap(({ interfaceId }) => (seen.has(interfaceId) ? [] : interfaceId)),
  ).size;
  const foreign = sessions.length - sessionsOfOurs;
  const otherControllers = sessions.filter((session) => isOfAnotherController(session, controller)).length;
  const kept = plans.filter((plan) => plan.kept !== undefined).length;
  const room = roomFor({ foreign, otherControllers }, kept, quota);
  const ceiling = guardrails.maxSessions ?? room;
  const fitted = fit(plans, Math.min(room, ceiling), ceiling < room ? "ceiling" : "quota");
  const paced = paceDefaults(fitted);
  const removals = paced.flatMap((plan) => plan.decisions).filter(isRemovalByPolicy).length;
  const seenNow = { foreign, otherControllers, sessionsOfOurs, sessionsNotSeen };
  const counts = { removals, heldRemovals: 0, leftRemovals: 0, heldCreations: 0, ...seenNow };
  const account = holdFirstApply({ plans: paced, firstApply, ...counts }, firstApply, guardrails);
  const cause = whyHeld(window, removals, sessionsOfOurs, guardrails, now);
  return cause === undefined ? account : holdRemovals(account, cause);
}

/** Every removal by policy waits, and nothing else does. */
export function holdRemovals(account: AccountPlan, cause: HoldCause): AccountPlan {
  const reason = cause === "under-way" ? "left-to-sweep" : "removal-held";
  const hold = (decision: Decision): Decision =>
    isRemovalByPolicy(decision) ? leftAlone(decision, { covered: "unselected", reason }) : decision;
  const { removals } = account;
  return {
    ...account,
    plans: account.plans.map((plan) => ({ ...plan, decisions: plan.decisions.map(hold) })),
    removals: 0,
    ...(cause === "under-way" ? { leftRemovals: removals } : { heldRemovals: removals, heldBecause: cause }),
  };
}

/**
 * Gives the `capacity` sessions to the interfaces that come first: by the policy's order, then those that
 * have one already (nobody is moved without need), then those of types that EC2 is known to take, then by id. The rest is reported; a session that must make
 * room for a more important interface is removed.
 */
function fit(
  plans: readonly SourcePlan[],
  capacity: number,
  reason: "quota" | "ceiling",
): readonly SourcePlan[] {
  const wanting = plans.filter((plan) => plan.kept !== undefined || plan.decisions.some(isCreate));
  if (wanting.length <= capacity) return plans;
  const late = new Set([...wanting].sort(byImportance).slice(capacity));
  return plans.map((plan) => (late.has(plan) ? withoutSession(plan, reason) : plan));
}

function byImportance(a: SourcePlan, b: SourcePlan): number {
  const byOrder = (a.order ?? 0) - (b.order ?? 0);
  const byPresence = Number(b.kept !== undefined) - Number(a.kept !== undefined);
  const byType = Number(a.isTypeListed === false) - Number(b.isTypeListed === false);
  return byOrder || byPresence || byType || (a.source.id < b.source.id ? -1 : 1);
}

function withoutSession(plan: SourcePlan, reason: "quota" | "ceiling"): SourcePlan {
  const [first] = plan.decisions;
  if (first === undefined) return plan;
  const stay = leftAlone(first, { covered: "uncovered", reason });
  const removals = plan.decisions.filter((decision) => decision.kind === "delete");
  const yielding: Decision[] = plan.kept
    ? [{ ...subjectOf(first), kind: "delete", reason, sessionId: plan.kept.id, byPolicy: true }]
    : [];
  return { ...plan, decisions: [stay, ...yielding, ...removals] };
}

/**
 * Where a pipeline writes its commit into the provider's `default_tags`, every apply changes them for every session: so
 * many of them are brought over in one sweep, that CreateTags keeps to a trickle (EC2 refills 10 calls a second).
 */
const DEFAULTS_PER_SWEEP = 100;

function paceDefaults(plans: readonly SourcePlan[]): readonly SourcePlan[] {
  let left = DEFAULTS_PER_SWEEP;
  return plans.map((plan) => {
    if (!plan.decisions.some(isOfDefaults) || left-- > 0) return plan;
    const decisions = plan.decisions.filter((decision) => !isOfDefaults(decision));
    const [first] = plan.decisions;
    // Of a session that is kept as it is nothing else would be said.
    const stays = first !== undefined && isOfDefaults(first);
    const mirrored = stays ? [leftAlone(first, { covered: "mirrored", reason: "mirrored" })] : [];
    return { ...plan, decisions: [...mirrored, ...decisions] };
  });
}

const isOfDefaults = (decision: Decision) => decision.kind === "retag" && decision.defaults === true;
export const isRemovalByPolicy = (decision: Decision) => decision.kind === "delete" && decision.byPolicy;
