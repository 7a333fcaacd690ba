/**
 * The events lane: a batch of messages becomes one look, so that one describe serves them all, and each message gets
 * its own answer. What cannot be understood is dropped at once; what could not be done comes back (core/events/retry.ts).
 */
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import type { Home } from "../core/events/envelope.js";
import { sessionsChanged, sourcesRefused } from "../core/sessions/bus-events.js";
import { mergeLooks, type Look, type Source } from "../core/model.js";
import type { Policy } from "../core/sessions/policy.js";
import { reconcile, type Run } from "../core/sessions/reconcile.js";
import type { Report } from "../core/sessions/report.js";
import {
  countDuties,
  countReport,
  logNotMirrored,
  logPolicyProblems,
  noDuties,
  type DutyCounts,
} from "../runtime/telemetry.js";
import { demandsOf } from "./demands.js";
import { completeHook } from "./lifecycle-hooks.js";
import type { Lane } from "./context.js";
import { owed, sendBack, understand, type Message, type Owed } from "./messages.js";
import { reportTampering, type Reported } from "./tampering.js";

/** Of what is left after the deadline, the bus may take so much. */
const TELL_MS = 3_000;

export async function handleBatch(
  lane: Lane,
  records: readonly SQSRecord[],
  home: Home,
  deadline: number,
): Promise<SQSBatchResponse> {
  const { logger, metrics } = lane.telemetry;
  const messages = understand(lane, records, home);
  try {
    const left = messages.length === 0 ? nothing : await act(lane, messages, deadline);
    return await sendBack(lane, left.looks, left.duties);
  } catch (error) {
    // Nothing was decided: all that was understood comes back. What was dropped stays dropped.
    logger.error("batch failed, its messages will be tried again", error as Error);
    return await sendBack(lane, messages, messages.filter(hasDuty));
  } finally {
    metrics.publishStoredMetrics();
  }
}

/** Messages whose look, or whose duty, could not be done. */
interface Left {
  readonly looks: readonly Message[];
  readonly duties: readonly Message[];
}
const nothing: Left = { looks: [], duties: [] };

async function act(lane: Lane, messages: readonly Message[], deadline: number): Promise<Left> {
  const { settings, ports, telemetry } = lane;
  const { policy, problems } = await lane.policies.load();
  logPolicyProblems(telemetry, problems);
  // Somebody is uninstalling: an event must not put back what the drain takes away, nor an instance wait for it.
  if (settings.mode === "drain") return { looks: [], duties: await hooks(lane, policy, messages, unlooked) };
  const run: Run = {
    ports,
    settings,
    policy,
    deadline,
    createsUntil: deadline,
    permissionsSpreadUntil: 0,
    onDone: telemetry.onDone,
  };
  const demands = demandsOf(lane, policy, messages);
  const look = mergeLooks(messages.map(({ sighting }) => sighting.look));
  const report = await reconcile(run, look, (observation) => demands.note(observation));
  logNotMirrored(telemetry, report);
  countReport(telemetry, report, problems);
  countAges(lane, messages, report);

  const unanswered = await demands.answer(report);
  const unheld = await hooks(lane, policy, messages, report);
  const unreported = await tell(lane, messages, report, deadline);
  return {
    looks: messages.filter((message) => isUnsettled(message, report)),
    duties: [...unanswered, ...unheld, ...unreported],
  };
}

/** What a run that looked at nothing found. */
const unlooked = { sources: [], unseen: [], verdicts: new Map() };

/** Answers the messages whose hooks are still to be completed. */
async function hooks(
  lane: Lane,
  policy: Policy,
  messages: readonly Message[],
  report: Pick<Report, "sources" | "unseen" | "verdicts">,
): Promise<readonly Message[]> {
  const later: Message[] = [];
  const counts: DutyCounts = { ...noDuties };
  for (const { message, duty } of owed(messages, "hook")) {
    const completed = await completeHook(lane, lane.hooks, policy, duty, report);
    if (completed === "later") later.push(message);
    if (completed === "continued") counts.continued += 1;
    if (completed === "abandoned") counts.abandoned += 1;
    if (completed === "breaker") counts.breaker += 1;
  }
  countDuties(lane.telemetry, counts);
  return later;
}

/** Puts what happened on the bus; answers the messages whose report of tampering could not be made. */
async function tell(
  lane: Lane,
  messages: readonly Message[],
  report: Report,
  deadline: number,
): Promise<readonly Message[]> {
  const { controller } = lane.settings;
  const { metrics, logger } = lane.telemetry;
  const tampering = owed(messages, "tampering");
  let failed: readonly Owed[] = [];
  const reported = await reportTampering(lane, tampering).catch((error: unknown): Reported => {
    logger.warn("tampering could not be looked into, it will be tried again", error as Error);
    failed = tampering;
    return { events: [], times: [] };
  });
  const detached = messages.filter(({ sighting }) => sighting.sweep === "detached").map(({ time }) => time);
  const told = [
    ...reported.events,
    ...lane.askForSweep(lane, "tampering", reported.times),
    ...lane.askForSweep(lane, "detached", detached),
    ...sessionsChanged(controller, report.done),
    ...sourcesRefused(controller, report.notMirrored),
  ];
  const lost = await lane.publish(told, deadline + TELL_MS);
  metrics.addMetric("Tampering", "Count", reported.times.length);
  metrics.addMetric("EventsNotSent", "Count", lost);
  return failed.map(({ message }) => message);
}

function hasDuty({ sighting }: Message): boolean {
  return sighting.duties.length > 0;
}

function isUnsettled({ sighting: { look, early } }: Message, report: Report): boolean {
  if (report.sources.some((source) => names(look, source) && report.unsettled.has(source.id))) return true;
  return early && [...look.instanceIds, ...look.interfaceIds].some((id) => report.unseen.includes(id));
}

function names({ instanceIds, interfaceIds }: Look, { id, instance }: Source): boolean {
  return interfaceIds.includes(id) || (instance !== undefined && instanceIds.includes(instance.id));
}

/** How long it took from the event to its mirror, as the event's own time tells (whole seconds). */
function countAges({ ports, telemetry }: Lane, messages: readonly Message[], report: Report): void {
  const now = ports.clock.now();
  for (const { time, sighting } of messages) {
    const created = report.sources.some(
      (source) => names(sighting.look, source) && report.createdOn.has(source.id),
    );
    if (created) telemetry.metrics.addMetric("EventAge", "Milliseconds", Math.max(0, now - time));
  }
}
