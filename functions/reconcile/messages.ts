/** The messages of a batch: what they say, how old they are, and when those come back that could not be done. */
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import type { Duty } from "../core/events/follow-ups.js";
import type { DropReason, Home, Sighting } from "../core/events/envelope.js";
import { parseEvent } from "../core/events/registry.js";
import { excerpt } from "../core/events/text.js";
import { delayOf } from "../core/events/retry.js";
import { countDropped } from "../runtime/telemetry.js";
import type { Lane } from "./context.js";

export interface Message {
  readonly id: string;
  readonly receiptHandle: string;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  readonly sighting: Sighting;
  /** When AWS says that it happened, milliseconds since the epoch. */
  readonly time: number;
}

/** One duty of a message, with the time at which it came about. */
export interface Owed<D extends Duty = Duty> {
  readonly message: Message;
  readonly duty: D;
  readonly time: number;
}

/** Those that could be understood. What could not is dropped here, with the reason, and never comes back. */
export function understand(lane: Lane, records: readonly SQSRecord[], home: Home): readonly Message[] {
  const { logger, metrics } = lane.telemetry;
  const dropped: DropReason[] = [];
  const messages = records.flatMap((record): Message[] => {
    const parsed = parseEvent(record.body, home);
    if (parsed.ok) {
      const { sighting, time } = parsed;
      const deliveries = Number(record.attributes.ApproximateReceiveCount);
      return [{ id: record.messageId, receiptHandle: record.receiptHandle, deliveries, sighting, time }];
    }
    dropped.push(parsed.reason);
    logger.warn("event dropped", { reason: parsed.reason, body: excerpt(record.body) });
    return [];
  });
  countDropped(lane.telemetry, dropped);
  const left = messages.reduce((sum, { sighting }) => sum + sighting.left, 0);
  metrics.addMetric("IdsLeftToSweep", "Count", left);
  const now = lane.ports.clock.now();
  for (const { deliveries, sighting, time } of messages) {
    // A record of a trail is late by nature, and a message that came back was sent back by us.
    if (deliveries === 1 && !sighting.late) {
      metrics.addMetric("EventDelay", "Milliseconds", Math.max(0, now - time));
    }
  }
  return messages;
}

/** The duties of one kind. */
export function owed<K extends Duty["kind"]>(
  messages: readonly Message[],
  kind: K,
): readonly Owed<Extract<Duty, { kind: K }>>[] {
  return messages.flatMap((message) =>
    message.sighting.duties
      .filter((duty): duty is Extract<Duty, { kind: K }> => duty.kind === kind)
      .map((duty) => ({ message, duty, time: message.time })),
  );
}

/** Answers the batch: `looks` and `duties` are the messages whose look or duty could not be done. */
export async function sendBack(
  { queue, telemetry, random }: Lane,
  looks: readonly Message[],
  duties: readonly Message[],
): Promise<SQSBatchResponse> {
  const owing = new Set(duties);
  const returns = [...new Set([...duties, ...looks])].flatMap((message) => {
    const duty = owing.has(message);
    const seconds = delayOf(duty ? "duty" : "look", message.deliveries, random());
    // The last delivery of a duty: the queue takes it for dead as soon as it is seen again.
    return seconds === undefined && !duty ? [] : [{ message, duty, seconds: seconds ?? 0 }];
  });
  const { metrics, logger } = telemetry;
  const retriedDuties = returns.filter(({ duty }) => duty).length;
  const retriedLooks = returns.length - retriedDuties;
  metrics.addMetric("DutiesRetried", "Count", retriedDuties);
  metrics.addMetric("LooksRetried", "Count", retriedLooks);
  metrics.addMetric(
    "LooksLeftToSweep",
    "Count",
    looks.filter((message) => !owing.has(message)).length - retriedLooks,
  );
  if (returns.length > 0) {
    const failed = await queue.delay(
      returns.map(({ message, seconds }) => ({ receiptHandle: message.receiptHandle, seconds })),
    );
    if (failed > 0) logger.warn("messages come back after the queue's own time-out", { failed });
  }
  return { batchItemFailures: returns.map(({ message }) => ({ itemIdentifier: message.id })) };
}
