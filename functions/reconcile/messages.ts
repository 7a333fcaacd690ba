/** The messages of a batch: what they say, how old they are, and when those come back that could not be done. */
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import type { DropReason, AccountRegion, ParsedEvent } from "../core/events/envelope.js";
import type { FollowUp } from "../core/events/follow-ups.js";
import { parseEvent } from "../core/events/registry.js";
import { delayOf } from "../core/events/retry.js";
import { excerpt } from "../core/events/text.js";
import { countDropped } from "../runtime/telemetry.js";
import type { ReconcileContext } from "./context.js";

export interface Message {
  readonly id: string;
  readonly receiptHandle: string;
  /** How often it was delivered, this time included. */
  readonly deliveries: number;
  readonly event: ParsedEvent;
  /** EventBridge's id of the event. */
  readonly eventId: string;
  /** When it happened, milliseconds since the epoch: what AWS says; of a request, when the queue took it in. */
  readonly time: number;
  /** When it was received first; of a request, no later than its sender says. */
  readonly receivedAt: number;
  /** When the queue took it in. */
  readonly queuedAt: number;
}

/** One follow-up of a message, with the time at which it came about. */
export interface PendingFollowUp<D extends FollowUp = FollowUp> {
  readonly message: Message;
  readonly followUp: D;
  readonly time: number;
  /** Whether the message was delivered before. */
  readonly again: boolean;
}

/** Those that could be understood. What could not is dropped here, with the reason, and never comes back. */
export function parseMessages(
  context: ReconcileContext,
  records: readonly SQSRecord[],
  accountRegion: AccountRegion,
): readonly Message[] {
  const { logger, metrics } = context.telemetry;
  const dropped: DropReason[] = [];
  const messages = records.flatMap((record): Message[] => {
    const result = parseEvent(record.body, accountRegion, context.kinds);
    if (result.ok) {
      const { event, id: eventId, time } = result;
      const deliveries = Number(record.attributes.ApproximateReceiveCount);
      const queuedAt = Number(record.attributes.SentTimestamp);
      if (event.odd > 0) {
        logger.warn("items of an event dropped", { items: event.odd, body: excerpt(record.body) });
      }
      return [
        {
          id: record.messageId,
          receiptHandle: record.receiptHandle,
          deliveries,
          event,
          eventId,
          time,
          receivedAt: time,
          queuedAt,
        },
      ];
    }
    dropped.push(result.reason);
    logger.warn("event dropped", { reason: result.reason, body: excerpt(record.body) });
    return [];
  });
  countDropped(context.telemetry, dropped);
  const left = messages.reduce((sum, { event }) => sum + event.left, 0);
  metrics.addMetric("IdsLeftToSweep", "Count", left);
  const odd = messages.reduce((sum, { event }) => sum + event.odd, 0);
  metrics.addMetric("EventItemsDropped", "Count", odd);
  const now = context.ports.clock.now();
  for (const { deliveries, event, time } of messages) {
    // A record of a trail is late by nature, and a message that came back was sent back by us.
    if (deliveries === 1 && !event.late) {
      metrics.addMetric("EventDelay", "Milliseconds", Math.max(0, now - time));
    }
  }
  return messages;
}

/** The follow-ups of one kind. */
export function followUpsOf<K extends FollowUp["kind"]>(
  messages: readonly Message[],
  kind: K,
): readonly PendingFollowUp<Extract<FollowUp, { kind: K }>>[] {
  return messages.flatMap((message) =>
    message.event.followUps
      .filter((followUp): followUp is Extract<FollowUp, { kind: K }> => followUp.kind === kind)
      .map((followUp) => ({
        message,
        followUp,
        time: message.receivedAt,
        again: message.deliveries > 1,
      })),
  );
}

/** Answers the batch: `looks` and `followUps` are the messages whose look or follow-up could not be done. */
export async function sendBack(
  { queue, telemetry, random }: ReconcileContext,
  looks: readonly Message[],
  followUps: readonly Message[],
): Promise<SQSBatchResponse> {
  const owing = new Set(followUps);
  const returns = [...new Set([...followUps, ...looks])].flatMap((message) => {
    const followUp = owing.has(message);
    const seconds = delayOf(followUp ? "follow-up" : "look", message.deliveries, random());
    // The last delivery of a follow-up: the queue takes it for dead as soon as it is seen again.
    return seconds === undefined && !followUp ? [] : [{ message, followUp, seconds: seconds ?? 0 }];
  });
  const { metrics, logger } = telemetry;
  const retriedFollowUps = returns.filter(({ followUp }) => followUp).length;
  const retriedLooks = returns.length - retriedFollowUps;
  metrics.addMetric("DutiesRetried", "Count", retriedFollowUps);
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
