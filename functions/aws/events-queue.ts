/**
 * When a message that could not be done comes back: its visibility is set before it is reported as failed, and Lambda
 * leaves it as it is (Lambda Developer Guide, "Handling errors for an SQS event source").
 */
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { options } from "./client.js";

/** Most entries of a batch (SQS API reference, ChangeMessageVisibilityBatch). */
const ENTRIES = 10;
const BACKLOG_MS = 2_000;

export interface Return {
  readonly receiptHandle: string;
  readonly seconds: number;
}

export interface EventsQueue {
  /** Answers how many could not be set; those come back after the queue's own visibility time-out. Never throws. */
  delay(returns: readonly Return[]): Promise<number>;
}

export function createSqsClient(): SQSClient {
  return new SQSClient(options);
}

export function createEventsQueue(client: SQSClient, QueueUrl: string): EventsQueue {
  return {
    async delay(returns) {
      let failed = 0;
      for (let start = 0; start < returns.length; start += ENTRIES) {
        const Entries = returns.slice(start, start + ENTRIES).map(({ receiptHandle, seconds }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }));
        try {
          const answer = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
          failed += answer.Failed?.length ?? 0;
        } catch {
          failed += Entries.length;
        }
      }
      return failed;
    },
  };
}

/** Messages that wait for a run: not those in hand, nor those that come back later. As SQS knows it, which may lag. */
export async function readBacklog(client: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
    // A sweep's writes wait for the answer.
    { abortSignal: AbortSignal.timeout(BACKLOG_MS) },
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}
