/**
 * The events lane: a batch of messages becomes one look, so that one describe serves them all, and each
 * message gets its own answer. What cannot be understood is dropped at once; what could not be done comes
 * back by itself, and after the last try lies in the dead-letter queue.
 */
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { parseEvent, type DropReason, type Home } from "../core/events/registry.js";
import type { Sighting } from "../core/events/envelope.js";
import { mergeLooks, type Look, type Source } from "../core/model.js";
import { reconcile } from "../core/reconcile.js";
import type { Report } from "../core/report.js";
import type { App } from "../runtime/app.js";
import { countDropped, countReport, excerpt, logNotMirrored } from "../runtime/telemetry.js";

interface Message {
  readonly id: string;
  readonly sighting: Sighting;
  /** When AWS says that it happened, milliseconds since the epoch. */
  readonly time: number;
}

/** EC2 shows a new instance within seconds; an event about one that it never shows is not tried for ever. */
const EARLY_MS = 60_000;

export async function handleBatch(
  app: App,
  records: readonly SQSRecord[],
  home: Home,
  deadline: number,
): Promise<SQSBatchResponse> {
  const { logger, metrics } = app.telemetry;
  const messages = understand(app, records, home);
  try {
    const failed = messages.length === 0 ? [] : await act(app, messages, deadline);
    return { batchItemFailures: failed.map((message) => ({ itemIdentifier: message.id })) };
  } catch (error) {
    // Nothing was decided: all that was understood comes back. What was dropped stays dropped.
    logger.error("batch failed, its messages will be tried again", error as Error);
    return { batchItemFailures: messages.map((message) => ({ itemIdentifier: message.id })) };
  } finally {
    metrics.publishStoredMetrics();
  }
}

function understand(app: App, records: readonly SQSRecord[], home: Home): readonly Message[] {
  const dropped: DropReason[] = [];
  const messages = records.flatMap((record): Message[] => {
    const parsed = parseEvent(record.body, home);
    if (parsed.ok) return [{ id: record.messageId, sighting: parsed.sighting, time: parsed.time }];
    dropped.push(parsed.reason);
    app.telemetry.logger.warn("event dropped", { reason: parsed.reason, body: excerpt(record.body) });
    return [];
  });
  countDropped(app.telemetry, dropped);
  const left = messages.reduce((sum, { sighting }) => sum + sighting.left, 0);
  app.telemetry.metrics.addMetric("IdsLeftToSweep", "Count", left);
  return messages;
}

/** Returns the messages that must come back. */
async function act(app: App, messages: readonly Message[], deadline: number): Promise<readonly Message[]> {
  const { settings, ports, telemetry } = app;
  // Somebody is uninstalling: an event must not put back what the drain takes away.
  if (settings.mode === "drain") return [];
  const { policy, problems } = await app.policies.load();
  if (problems.length > 0)
    telemetry.logger.error("policy refused, an earlier version stays in force", { problems });
  const { onDone } = telemetry;
  const run = {
    ports,
    settings,
    policy,
    deadline,
    createsUntil: deadline,
    permissionsSpreadUntil: 0,
    onDone,
  };
  const report = await reconcile(run, mergeLooks(messages.map(({ sighting }) => sighting.look)));
  logNotMirrored(telemetry, report);
  countReport(telemetry, report, problems);
  countAges(app, messages, report);
  return messages.filter((message) => comesBack(message, report, ports.clock.now()));
}

function comesBack({ sighting, time }: Message, report: Report, now: number): boolean {
  const { look } = sighting;
  if (report.sources.some((source) => names(look, source) && report.unsettled.has(source.id))) return true;
  const unseen = [...look.instanceIds, ...look.interfaceIds].some((id) => report.unseen.includes(id));
  return unseen && sighting.early && now - time < EARLY_MS;
}

function names({ instanceIds, interfaceIds }: Look, { id, instance }: Source): boolean {
  return interfaceIds.includes(id) || (instance !== undefined && instanceIds.includes(instance.id));
}

/** How long it took from the event to its mirror, as the event's own time tells (whole seconds). */
function countAges(app: App, messages: readonly Message[], report: Report): void {
  const now = app.ports.clock.now();
  for (const { time, sighting } of messages) {
    const created = report.sources.some(
      (source) => names(sighting.look, source) && report.createdOn.has(source.id),
    );
    if (created) app.telemetry.metrics.addMetric("EventAge", "Milliseconds", Math.max(0, now - time));
  }
}
