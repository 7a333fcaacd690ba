/**
 * observe → plan → execute: the one path that every event, sweep and apply takes. Level-triggered: whatever
 * was said before, what EC2 shows now decides.
 */
import { planAccount, type Brakes } from "./account.js";
import { isAction, leftAlone, type SourcePlan } from "./decisions.js";
import { execute, inFairOrder, type Done, type Executed } from "./execute.js";
import type { Look, Observation, Session, Tags } from "./model.js";
import { planSource, type PlanContext } from "./plan.js";
import type { Policy } from "./policy-schema.js";
import type { Ports } from "./ports.js";
import type { RefusalMemory } from "./refusals.js";
import { report, type Report } from "./report.js";

export type Mode = "enforce" | "observe" | "drain";

export interface Settings {
  readonly controller: string;
  readonly mode: Mode;
  /** The user's own tags for sessions. */
  readonly ownTags: Tags;
  /** Sessions that the account may have. */
  readonly quota: number;
  readonly brakes: Brakes;
}

export interface Run {
  readonly ports: Ports;
  readonly settings: Settings;
  readonly policy: Policy;
  /** Nothing is started after this time (milliseconds since the epoch). */
  readonly deadline: number;
  /** No session is created after this time; changes and removals go on until the deadline. */
  readonly createsUntil: number;
  /** Until then a missing permission may be one that has not spread yet. */
  readonly permissionsSpreadUntil: number;
  readonly onDone: (done: Done) => void;
}

const MINUTE_MS = 60_000;
const EVENT_CONCURRENCY = 16;
const SWEEP_CONCURRENCY = 8;

/** Reconciles what an event named. Throws when EC2 could not be read. */
export async function reconcile(run: Run, look: Look): Promise<Report> {
  const observation = await run.ports.observer.look(look, run.policy);
  const context = contextOf(run, observation, false);
  const ceiling = run.settings.brakes.maxSessions !== null;
  const plans = planAll(context, observation).map((plan) => (ceiling ? leaveCreatesToSweep(plan) : plan));
  const executed = await carryOut(run, plans, EVENT_CONCURRENCY);
  return report({ run, observation, plans, ...executed, heldRemovals: 0, foreign: 0, sessionsOfOurs: 0 });
}

/** Reconciles the whole account. Throws when EC2 could not be read whole: then nothing is planned. */
export async function sweep(run: Run, refusals: RefusalMemory): Promise<Report> {
  const { ports, settings } = run;
  const observation = await ports.observer.everything(run.policy);
  const now = ports.clock.now();
  const planned = planAll(contextOf(run, observation, true), observation);
  const { brakes, controller, quota } = settings;
  const account = planAccount(planned, observation.sessions, controller, quota, brakes, now);
  const plans = account.plans.map((plan) => refusals.spare(plan, now));
  const ordered = inFairOrder(plans, Math.floor(now / MINUTE_MS), (id) => refusals.failedLately(id));
  const executed = await carryOut(run, ordered, SWEEP_CONCURRENCY);
  refusals.learn(plans, executed.done, ports.clock.now());
  return report({ ...account, run, observation, plans, ...executed });
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

function contextOf(run: Run, observation: Observation, mayRemoveByPolicy: boolean): PlanContext {
  return {
    policy: run.policy,
    topology: observation.topology,
    controller: run.settings.controller,
    ownTags: run.settings.ownTags,
    rolloutPercent: run.settings.brakes.rolloutPercent,
    mayRemoveByPolicy,
  };
}

async function carryOut(run: Run, plans: readonly SourcePlan[], concurrency: number): Promise<Executed> {
  if (run.settings.mode !== "enforce") return { done: [], replanned: new Map() };
  const { clock, observer, writer } = run.ports;
  const replan = async (plan: SourcePlan): Promise<SourcePlan | undefined> => {
    const observation = await observer.look({ instanceIds: [], interfaceIds: [plan.source.id] }, run.policy);
    return planAll(contextOf(run, observation, false), observation).find(
      (next) => next.source.id === plan.source.id,
    );
  };
  const withWork = plans.filter((plan) => plan.decisions.some(isAction));
  return execute(withWork, { ...run, writer, clock, concurrency, replan });
}

/** An event sees one interface, a ceiling counts them all: the next sweep decides, within a minute. */
function leaveCreatesToSweep(plan: SourcePlan): SourcePlan {
  return {
    ...plan,
    decisions: plan.decisions.map((decision) =>
      decision.kind === "create" ? leftAlone(decision, "uncovered", "ceiling") : decision,
    ),
  };
}
