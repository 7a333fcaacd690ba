/**
 * Events: a batch of messages becomes one look. A message comes back only where EC2 could not be read: what a
 * run could not do is found again by the next, with or without a message.
 */
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { mergeEndpointLooks, parseEndpointEvent, type EndpointLook } from "../core/endpoints/events.js";
import { LOOK_AGAIN_MS, reconcileEndpoints } from "../core/endpoints/reconcile.js";
import type { AccountRegion } from "../core/events/envelope.js";
import { excerpt } from "../core/events/text.js";
import type { EndpointApp } from "./app.js";
import { summarize } from "./run.js";
import { countEndpointReport } from "./telemetry.js";

interface Message {
  readonly id: string;
  readonly look: EndpointLook;
}

export async function handleEndpointEvents(
  app: EndpointApp,
  records: readonly SQSRecord[],
  accountRegion: AccountRegion,
  deadline: number,
): Promise<SQSBatchResponse> {
  const { logger, metrics } = app.telemetry;
  const messages = parseMessages(app, records, accountRegion);
  try {
    await act(app, mergeEndpointLooks(messages.map(({ look }) => look)), deadline);
    return { batchItemFailures: [] };
  } catch (error) {
    logger.error("batch failed, its messages will be tried again", error as Error);
    return { batchItemFailures: messages.map(({ id }) => ({ itemIdentifier: id })) };
  } finally {
    metrics.publishStoredMetrics();
  }
}

function parseMessages(
  app: EndpointApp,
  records: readonly SQSRecord[],
  accountRegion: AccountRegion,
): readonly Message[] {
  let dropped = 0;
  let odd = 0;
  const messages = records.flatMap((record): Message[] => {
    const parsed = parseEndpointEvent(record.body, accountRegion);
    if (parsed.ok) {
      odd += parsed.odd;
      if (parsed.odd > 0) {
        app.telemetry.logger.warn("items of an event dropped", {
          items: parsed.odd,
          body: excerpt(record.body),
        });
      }
      return [{ id: record.messageId, look: parsed.look }];
    }
    dropped += 1;
    app.telemetry.logger.warn("event dropped", { reason: parsed.reason, body: excerpt(record.body) });
    return [];
  });
  app.telemetry.metrics.addMetric("EndpointEventsDropped", "Count", dropped);
  app.telemetry.metrics.addMetric("EndpointEventItemsDropped", "Count", odd);
  return messages;
}

async function act(app: EndpointApp, look: EndpointLook, deadline: number): Promise<void> {
  if (!(await concernsUs(app, look))) return;
  const { settings, events: ports, telemetry, proven } = app;
  const { onDone } = telemetry;
  const report = await reconcileEndpoints({ ports, settings, proven, deadline, onDone, isEarly: true });
  countEndpointReport(telemetry, report);
  telemetry.logger.info("endpoints", { by: "events", ...summarize(report, settings) });
}

/** An instance somewhere else costs one describe a batch, no more; one that EC2 does not show yet is asked for again. */
async function concernsUs({ events, settings }: EndpointApp, look: EndpointLook): Promise<boolean> {
  if (look.everything) return true;
  let ids = look.instanceIds;
  for (let looks = 0; looks < 2 && ids.length > 0; looks++) {
    if (looks > 0) await events.clock.sleep(LOOK_AGAIN_MS);
    const { vpcIds, unseen } = await events.observer.vpcsOf(ids);
    if (settings.vpcIds.some((vpcId) => vpcIds.has(vpcId))) return true;
    ids = unseen;
  }
  return false;
}
