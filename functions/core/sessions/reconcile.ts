/**
 * observe → plan → execute: the one path that every event, sweep and apply takes. Level-triggered: whatever
 * was said before, what EC2 shows now decides.
 */
import type { Deadlines } from "../deadlines.js";
import type { Look, Observation, Session, Source } from "../model.js";
import { holdRemovals, isRemovalByPolicy, planAccount } from "./account.js";
import { isAction, withoutCreates, type SourcePlan, type Done } from "./decisions.js";
import { execute, inFairOrder, type Executed } from "./execute.js";
import { filterDrift } from "./filter-drift.js";
import { silentFilters as createSilentFilters, standing, type SilentFilters } from "./filters.js";
import type { HoldReason } from "./first-apply.js";
import { planSource } from "./plan.js";
import type { Policy } from "./policy.js";
import type { Ports } from "./ports.js";
import type { QuotaMemory } from "./quota-memory.js";
import type { RefusedSources } from "./refusals.js";
import type { TypeMemory } from "./refused-types.js";
import { report, type Report } from "./report.js";
import { rivalOf } from "./rivals.js";
import type { ClaimsByInterface } from "./selection.js";
import type { Settings } from "./settings.js";
import type { PlanContext } from "./situation.js";
import type { SweepRecord } from "./sweep-state.js";

export interface Run extends Deadlines {
  readonly ports: Ports;
  readonly settings: Settings;
  readonly policy: Policy;
  /** When it was written; undefined where that is not known, or an earlier one than the newest is in force. */
  readonly policyWrittenAt?: number | undefined;
  /** Which instance types EC2 refuses, as far as this process knows. */
  readonly types: TypeMemory;
  /** Which quotas EC2 said are used up, likewise. */
  readonly quotas: QuotaMemory;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Whatever reading took, the run may act for so long after it, though not after `until`. */
  readonly window?: { readonly milliseconds: number; readonly until: number };
  readonly onDone: (done: Done) => void;
  /** The first apply waits for its sweep, or for a person: nothing is created, for this reason. */
  readonly hold?: HoldReason | undefined;
  /** Instances that wait for EC2's own answer: what others of their type were told does not decide about them. */
  readonly awaited?: ReadonlySet<string>;
  /** Instances that an event says are stopping: where EC2 still shows one as running, it is not taken for started. */
  readonly ending?: ReadonlySet<string>;
  /** Whether an interface is claimed now, for a sweep, whose claims may be a minute old when it removes. */
  readonly isClaimedAgain?: (interfaceId: string) => Promise<boolean>;
}

const MINUTE_MS = 60_000;
/** Few, since what is under way when EC2 throttles is throttled too. */
const EVENT_CONCURRENCY = 5;
const SWEEP_CONCURRENCY = 8;

const noClaims: ClaimsByInterface = new Map();

/**
 * Reconciles what an event named. `claimsOn` is called when it is known which interfaces those are, before anything
 * is done about them. Throws when EC2 could not be read, or what `claimsOn` throws.
 */
export async function reconcile(
  run: Run,
  look: Look,
  claimsOn: (observation: Observation) => Promise<ClaimsByInterface> = () => Promise.resolve(noClaims),
): Promise<Report> {
  const observation = await run.ports.observer.look(look, run.policy, run.signal);
  const claims = await claimsOn(observation);
  const context = contextOf(run, observation, claims, false);
  // An event sees one interface, a ceiling counts them all: the next sweep decides, within a minute.
  const hold = run.hold ?? (run.settings.guardrails.maxSessions === null ? undefined : "pending");
  const planned = planAll(context, observation);
  const isEnding = ({ instance }: Source) => instance !== undefined && run.ending?.has(instance.id) === true;
  const ending = new Set(observation.sources.filter(isEnding).map(({ id }) => id));
  const plans = planned.map((plan) => {
    const reason = hold ?? (ending.has(plan.source.id) ? "pending" : undefined);
    return reason === undefined ? plan : withoutCreates(plan, reason);
  });
  const executed = await carryOut(run, plans, claims, EVENT_CONCURRENCY);
  const account = {
    heldRemovals: 0,
    heldCreations: 0,
    foreign: 0,
    otherControllers: 0,
    sessionsOfOurs: 0,
    sessionsNotSeen: 0,
  };
  return report({ run, observation, plans, ...executed, ...account });
}

/**
 * Reconciles the whole account. `claims` is null where the demands could not be read: then nothing is removed that
 * only a demand may be keeping. Throws when EC2 could not be read whole: then nothing is planned.
 */
export async function sweep(
  run: Run,
  refusals: RefusedSources,
  record: SweepRecord,
  claims: ClaimsByInterface | null = noClaims,
  silent: SilentFilters = createSilentFilters(),
): Promise<Report> {
  const open = claims ?? noClaims;
  const { ports, settings } = run;
  const observation = await ports.observer.everything(run.policy, claimedInterfaces(open), run.signal);
  const now = ports.clock.now();
  const context = contextOf(run, observation, open, claims !== null);
  const wanted = planAll(context, observation);
  run.types.begin(record.refusedTypes, wanted, now);
  run.quotas.seen(observation.sessions);
  // Before the quota is shared out: what EC2 refuses must not hold the place of what it takes.
  const planned = wanted.map((plan) => run.types.withoutRefused(refusals.withoutRefused(plan, now), now));
  // Observing makes nothing, and says what it would make.
  const firstApply = settings.mode === "enforce" ? record.firstApply : "over";
  const allowed = planAccount(planned, observation.sessions, { ...settings, ...record, firstApply, now });
  const held = await record.reserve(allowed, settings, now, afterReading(run, run.deadline));
  const account = held === undefined ? allowed : holdRemovals(allowed, held);
  const { plans } = account;
  // Types that no list knows come last, so that what EC2 may refuse does not keep the others waiting.
  const ordered = inFairOrder(
    plans,
    Math.floor(now / MINUTE_MS),
    ({ source, isTypeListed }) => isTypeListed === false || refusals.failedLately(source.id),
  );
  const executed = await carryOut(run, ordered, open, SWEEP_CONCURRENCY);
  refusals.remember(plans, executed.done, ports.clock.now());
  const drift = filterDrift({
    policy: run.policy,
    found: observation.filters,
    before: record.differingFilters,
    writtenAt: run.policyWrittenAt,
    now,
  });
  const learnt = { refusedTypes: run.types.refused(), differingFilters: drift.differing };
  await record.settle(removedByPolicy(executed.done), learnt, now);
  const used = new Set(plans.map((plan) => standing(plan)?.filterId));
  const isUsed = (id: string) => used.has(id);
  const filters = new Map((observation.filters ?? []).map((filter) => [filter.id, filter]));
  const changedFilters = drift.changed.filter(({ id }) => isUsed(id));
  const judgement = {
    silentFilters: new Set([...silent.seen(observation.filters ?? [], run.policy)].filter(isUsed)),
    changedFilters: new Set(changedFilters.map(({ id }) => id)),
    unhealthyTargets: observation.unhealthyTargets ?? new Set<string>(),
    rivalOf: (plan: SourcePlan) =>
      run.policy.options.accept_sharing || observation.filters === undefined
        ? undefined
        : rivalOf(plan, filters, settings.controller),
  };
  return report({ ...account, run, observation, plans, ...executed, judgement, changedFilters });
}

/** A call that failed may have had its effect: counted, unless AWS said no. */
function removedByPolicy(done: readonly Done[]): number {
  const isRefusal = ({ kind }: Done["outcome"]) => kind === "not-permitted" || kind === "throttled";
  return done.filter(({ action, outcome }) => isRemovalByPolicy(action) && !isRefusal(outcome)).length;
}

/** An interface with an open claim may be on no instance, where a sweep would not see it. */
function claimedInterfaces(claims: ClaimsByInterface): readonly string[] {
  return [...claims].filter(([, { byFinding, byRequest }]) => byFinding || byRequest).map(([id]) => id);
}

export function planAll(context: PlanContext, observation: Observation): readonly SourcePlan[] {
  const sessions = new Map<string, Session[]>();
  for (const session of observation.sessions) {
    const known = sessions.get(session.interfaceId);
    if (known) known.push(session);
    else sessions.set(session.interfaceId, [session]);
  }
  return observation.sources.map((source) => planSource(context, source, sessions.get(source.id) ?? []));
}

function contextOf(
  run: Run,
  observation: Observation,
  claims: ClaimsByInterface,
  mayRemoveByPolicy: boolean,
): PlanContext {
  return {
    claims,
    policy: run.policy,
    topology: observation.topology,
    controller: run.settings.controller,
    ownTags: run.settings.ownTags,
    defaultTags: run.settings.defaultTags,
    rolloutPercent: run.settings.guardrails.rolloutPercent,
    mayRemoveByPolicy,
  };
}

async function carryOut(
  run: Run,
  plans: readonly SourcePlan[],
  claims: ClaimsByInterface,
  concurrency: number,
): Promise<Executed> {
  if (run.settings.mode !== "enforce") return { done: [], replanned: new Map() };
  const { clock, observer, writer } = run.ports;
  const replan = async (plan: SourcePlan): Promise<SourcePlan | undefined> => {
    const observation = await observer.look({ instanceIds: [], interfaceIds: [plan.source.id] }, run.policy);
    return planAll(contextOf(run, observation, claims, false), observation).find(
      (next) => next.source.id === plan.source.id,
    );
  };
  const withWork = plans.filter((plan) => plan.decisions.some(isAction));
  const isAwaited = ({ decisions }: SourcePlan) =>
    decisions.some((each) => each.kind === "create" && run.awaited?.has(each.instanceId ?? "") === true);
  const revise = (plan: SourcePlan) =>
    isAwaited(plan) ? plan : run.quotas.withoutFull(run.types.withoutRefused(plan, clock.now()), clock.now());
  const learn = (plan: SourcePlan, done: Done) => {
    run.types.learn(plan, done, clock.now());
    run.quotas.learn(done, clock.now());
  };
  const deadline = afterReading(run, run.deadline);
  const createsUntil = afterReading(run, run.createsUntil ?? run.deadline);
  return execute(withWork, {
    ...run,
    deadline,
    createsUntil,
    writer,
    clock,
    concurrency,
    replan,
    revise,
    learn,
  });
}

/** Slow reading leaves a run less time, and never none: a fleet that takes a minute to read would never be mirrored. */
function afterReading({ window, ports }: Run, time: number): number {
  if (window === undefined) return time;
  return Math.max(time, Math.min(ports.clock.now() + window.milliseconds, window.until));
}
