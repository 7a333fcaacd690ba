/**
 * Events: a batch of messages becomes one look, so that one describe serves them all, and each message gets
 * its own answer. What cannot be understood is dropped at once; what could not be done comes back (core/events/retry.ts).
 */
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { signalAt } from "../aws/signal.js";
import { isBehind } from "../core/events/behind.js";
import type { AccountRegion, SweepReason } from "../core/events/envelope.js";
import { mergeLooks, type Look, type Source } from "../core/model.js";
import { sessionsChanged, sourcesRefused } from "../core/sessions/bus-events.js";
import type { Policy } from "../core/sessions/policy.js";
import { reconcile, type Run } from "../core/sessions/reconcile.js";
import type { Report } from "../core/sessions/report.js";
import {
  countFollowUps,
  countReport,
  logNotMirrored,
  logPolicyProblems,
  noFollowUps,
  type FollowUpCounts,
} from "../runtime/telemetry.js";
import type { LoadedPolicy } from "../runtime/policy-loader.js";
import type { ReconcileContext } from "./context.js";
import { demandsOf } from "./demands.js";
import { completeHook } from "./lifecycle-hooks.js";
import { followUpsOf, sendBack, parseMessages, type Message, type PendingFollowUp } from "./messages.js";
import { reportFilters, reportTampering, type Reported, type ReportedFilters } from "./tampering.js";

/** Of what is left after the deadline, the bus may take so much. */
const PUBLISH_MS = 3_000;
/** Reading ends so long before the deadline, and writing demands down: what they take is not missing for sessions. */
const WINDOW_MS = 20_000;
/** Sessions are made until so long before the deadline where somebody waits for an answer. */
const ANSWER_MS = 8_000;

/** What is different about a queue that outsiders fill. */
export interface Lane {
  /** The messages that are let in; the others have got their answer and do not come back. */
  readonly admit: (context: ReconcileContext, messages: readonly Message[]) => Promise<readonly Message[]>;
  /** How long sessions are made after reading: what waits longer for its turn is left to a sweep, and holds up nobody. */
  readonly sessionsMs: number;
  /** Whether a look comes back for its own sake: one that a request asks for comes back with its request. */
  readonly looksComeBack: boolean;
}

export async function handleBatch(
  context: ReconcileContext,
  records: readonly SQSRecord[],
  accountRegion: AccountRegion,
  deadline: number,
  lane?: Lane,
): Promise<SQSBatchResponse> {
  const { logger, metrics } = context.telemetry;
  let messages = parseMessages(context, records, accountRegion);
  try {
    if (lane && messages.length > 0) messages = await lane.admit(context, messages);
    const left = messages.length === 0 ? nothing : await act(context, messages, deadline, lane);
    return await sendBack(context, left.looks, left.followUps);
  } catch (error) {
    // Nothing was decided: all that was understood comes back. What was dropped stays dropped.
    logger.error("batch failed, its messages will be tried again", error as Error);
    return await sendBack(context, messages, messages.filter(hasFollowUp));
  } finally {
    metrics.publishStoredMetrics();
  }
}

/** AWS's own events. */
const trusted = { sessionsMs: Infinity, looksComeBack: true };

/** Messages whose look, or whose follow-up, could not be done. */
interface Left {
  readonly looks: readonly Message[];
  readonly followUps: readonly Message[];
}
const nothing: Left = { looks: [], followUps: [] };

async function act(
  context: ReconcileContext,
  messages: readonly Message[],
  deadline: number,
  { sessionsMs, looksComeBack }: Pick<Lane, "sessionsMs" | "looksComeBack"> = trusted,
): Promise<Left> {
  const { settings, ports, telemetry } = context;
  const [loaded, hold] = await Promise.all([context.policies.load(), context.readHold()]);
  const { policy, problems } = loaded;
  logPolicyProblems(telemetry, problems);
  // Somebody is uninstalling: an event must not put back what the drain takes away, nor an instance wait for it.
  if (settings.mode === "drain")
    return { looks: [], followUps: await hooks(context, policy, messages, { ...nothingObserved, deadline }) };
  const sessionsUntil = deadline - (messages.some(hasFollowUp) ? ANSWER_MS : 0);
  const run: Run = {
    ports,
    settings,
    policy,
    types: context.types,
    quotas: context.quotas,
    awaited: new Set(followUpsOf(messages, "hook").map(({ followUp }) => followUp.instanceId)),
    ending: endingOf(messages),
    hold: settings.mode === "enforce" ? hold : undefined,
    deadline: Math.min(sessionsUntil, ports.clock.now() + sessionsMs),
    window: { milliseconds: sessionsMs, until: sessionsUntil },
    signal: signalAt(ports.clock, deadline - WINDOW_MS),
    onDone: telemetry.onDone,
  };
  const demands = demandsOf(context, policy, messages, {
    record: deadline - WINDOW_MS,
    settle: deadline,
  });
  const look = mergeLooks(messages.map(({ event }) => event.look));
  const report = await reconcile(run, look, (observation) => demands.record(observation));
  logNotMirrored(telemetry, report);
  countReport(telemetry, report, problems);
  countAges(context, messages, report);

  const unsettledDemands = await demands.settle(report);
  const openHooks = await hooks(context, policy, messages, { ...report, deadline });
  const unreportedTampering = await publishEvents(context, loaded, messages, report, deadline);
  return {
    looks: looksComeBack ? messages.filter((message) => isUnsettled(message, report)) : [],
    followUps: [...unsettledDemands, ...openHooks, ...unreportedTampering],
  };
}

/** What a run that looked at nothing found. */
const nothingObserved = { sources: [], unseen: [], verdicts: new Map() };

/** Answers the messages whose hooks are still to be completed. */
async function hooks(
  context: ReconcileContext,
  policy: Policy,
  messages: readonly Message[],
  { deadline, ...report }: Pick<Report, "sources" | "unseen" | "verdicts"> & { readonly deadline: number },
): Promise<readonly Message[]> {
  const later: Message[] = [];
  const counts: FollowUpCounts = { ...noFollowUps };
  for (const { message, followUp } of followUpsOf(messages, "hook")) {
    if (context.ports.clock.now() >= deadline) {
      later.push(message);
      continue;
    }
    const completed = await completeHook(context, policy, followUp, report);
    if (completed === "later") later.push(message);
    if (completed === "continued") counts.continued += 1;
    if (completed === "abandoned") counts.abandoned += 1;
    if (completed === "breaker") counts.breaker += 1;
  }
  countFollowUps(context.telemetry, counts);
  return later;
}

/** Puts what happened on the bus; answers the messages whose report of tampering could not be made. */
async function publishEvents(
  context: ReconcileContext,
  loaded: LoadedPolicy,
  messages: readonly Message[],
  report: Report,
  deadline: number,
): Promise<readonly Message[]> {
  const { controller } = context.settings;
  const { metrics, logger } = context.telemetry;
  const tampering = followUpsOf(messages, "tampering");
  let failed: readonly PendingFollowUp[] = [];
  const reported = await reportTampering(context, tampering).catch((error: unknown): Reported => {
    logger.warn("tampering could not be looked into, it will be tried again", error as Error);
    failed = tampering;
    return { events: [], times: [] };
  });
  const calls = followUpsOf(messages, "filter");
  const filters = await reportFilters(context, loaded, calls).catch((error: unknown): ReportedFilters => {
    logger.warn("changes of filters could not be looked into, they will be tried again", error as Error);
    return { events: [], later: calls };
  });
  const sweepFor = (reason: SweepReason) =>
    messages.filter(({ event }) => event.sweep === reason).map(({ time }) => time);
  const published = [
    ...reported.events,
    ...filters.events,
    ...context.requestSweep(context, "tampering", reported.times),
    ...context.requestSweep(context, "detached", sweepFor("detached")),
    ...context.requestSweep(context, "tagged", sweepFor("tagged")),
    ...sessionsChanged(controller, report.done),
    ...sourcesRefused(controller, report.notMirrored),
  ];
  const lost = await context.publish(published, deadline + PUBLISH_MS);
  metrics.addMetric("Tampering", "Count", reported.times.length + filters.events.length);
  metrics.addMetric("EventsNotSent", "Count", lost);
  return [...failed, ...filters.later].map(({ message }) => message);
}

/** Of instances that are told of as stopping and as starting, nobody knows which is the later. */
function endingOf(messages: readonly Message[]): ReadonlySet<string> {
  const told = (active: boolean) =>
    messages.flatMap(({ event: { look, expected } }) =>
      expected?.active === active ? look.instanceIds : [],
    );
  const starting = new Set(told(true));
  return new Set(told(false).filter((id) => !starting.has(id)));
}

function hasFollowUp({ event }: Message): boolean {
  return event.followUps.length > 0;
}

function isUnsettled({ event: { look, early, expected } }: Message, report: Report): boolean {
  const named = report.sources.filter((source) => names(look, source));
  if (named.some(({ id }) => report.unsettled.has(id))) return true;
  if (expected && named.some(({ instance }) => instance && isBehind(expected, instance))) return true;
  return early && [...look.instanceIds, ...look.interfaceIds].some((id) => report.unseen.includes(id));
}

function names({ instanceIds, interfaceIds }: Look, { id, instance }: Source): boolean {
  return interfaceIds.includes(id) || (instance !== undefined && instanceIds.includes(instance.id));
}

/** How long it took from the event to its mirror, by the event's own time (whole seconds). */
function countAges(
  { ports, telemetry }: ReconcileContext,
  messages: readonly Message[],
  report: Report,
): void {
  const now = ports.clock.now();
  for (const { time, event } of messages) {
    const created = report.sources.some(
      (source) => names(event.look, source) && report.createdOn.has(source.id),
    );
    if (created) telemetry.metrics.addMetric("EventAge", "Milliseconds", Math.max(0, now - time));
  }
}
