import { jsonBody } from "../answers.js";
import type { Call, Cloud } from "../types.js";
import type { Functions } from "./functions.js";
import type { Outcome } from "./worker.js";

type Where = Pick<Call, "account" | "region">;

export interface Mapping {
  readonly UUID: string;
  readonly EventSourceArn: string;
  readonly FunctionArn: string;
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
}

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody?: string;
  readonly Attributes?: Record<string, string>;
  readonly MessageAttributes?: Record<
    string,
    { StringValue?: string; BinaryValue?: string; DataType: string }
  >;
}

/** Lambda polls a standard queue with five readers at first. */
const READERS = 5;
const SLOW_POLL = 1000;
const WINDOW_POLL = 100;

/**
 * Ids of the messages to try again, from a function's answer ("Implementing partial batch responses").
 * "all": the answer cannot be read or names an unknown message, which counts as failure of the whole batch.
 */
export const failedItems = (value: unknown, messageIds: readonly string[]): readonly string[] | "all" => {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object" || Array.isArray(value)) return "all";
  const failures: unknown = (value as Record<string, unknown>)["batchItemFailures"];
  if (failures === null || (failures === undefined && Object.keys(value).length === 0)) return [];
  if (!Array.isArray(failures)) return "all";
  const ids = failures.map((item: unknown) =>
    item !== null && typeof item === "object"
      ? (item as Record<string, unknown>)["itemIdentifier"]
      : undefined,
  );
  return ids.every((id): id is string => typeof id === "string" && messageIds.includes(id)) ? ids : "all";
};

const record = (mapping: Mapping, message: Message): unknown => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes ?? {},
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
      name,
      { stringValue: value.StringValue, binaryValue: value.BinaryValue, dataType: value.DataType },
    ]),
  ),
  md5OfBody: message.MD5OfBody,
  eventSource: "aws:sqs",
  eventSourceARN: mapping.EventSourceArn,
  awsRegion: mapping.EventSourceArn.split(":")[3],
});

/** Reads one queue for one function. */
export class Poller {
  readonly mapping: Mapping;
  readonly #cloud: Pick<Cloud, "moto">;
  readonly #functions: Functions;
  readonly #where: Where;
  readonly #queue: string;
  readonly #retryAfter: (receiptHandle: string) => number | undefined;
  #inFlight = 0;
  #stopped = false;
  #polling = false;
  #again = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    cloud: Pick<Cloud, "moto">,
    functions: Functions,
    mapping: Mapping,
    retryAfter: (receiptHandle: string) => number | undefined,
  ) {
    const [, , , region = "", account = "", name = ""] = mapping.EventSourceArn.split(":");
    this.#cloud = cloud;
    this.#functions = functions;
    this.mapping = mapping;
    this.#where = { account, region };
    this.#queue = `http://127.0.0.1/${account}/${name}`;
    this.#retryAfter = retryAfter;
    this.wake();
  }

  get inFlight(): number {
    return this.#inFlight + (this.#polling ? 1 : 0);
  }

  /** Polls now: a message was just sent, or a reader is free again. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (this.#polling) return;
    clearTimeout(this.#timer);
    this.#polling = true;
    void this.#poll()
      .catch(() => undefined)
      .finally(() => {
        this.#polling = false;
        if (!this.#stopped) this.#timer = setTimeout(() => this.wake(), SLOW_POLL);
      });
  }

  stop(): void {
    this.#stopped = true;
    this.#again = false;
    clearTimeout(this.#timer);
  }

  /** Messages that a reader could take now, for waiting until there are none. */
  async visible(): Promise<number> {
    const answer = await this.#sqs("GetQueueAttributes", { AttributeNames: ["ApproximateNumberOfMessages"] });
    const attributes = jsonBody<{ Attributes: Record<string, string> }>(answer).Attributes;
    return Number(attributes?.["ApproximateNumberOfMessages"] ?? 0);
  }

  #sqs(action: string, json: Record<string, unknown>) {
    return this.#cloud.moto(this.#where, "sqs", {
      target: `AmazonSQS.${action}`,
      json: { QueueUrl: this.#queue, ...json },
    });
  }

  async #poll(): Promise<void> {
    const limit = this.mapping.ScalingConfig?.MaximumConcurrency ?? READERS;
    while (this.#again) {
      this.#again = false;
      while (this.#inFlight < limit) {
        const batch = await this.#collect();
        if (batch.length === 0) break;
        this.#inFlight++;
        void this.#process(batch)
          .catch(() => undefined)
          .finally(() => {
            this.#inFlight--;
            this.wake();
          });
      }
    }
  }

  async #receive(count: number): Promise<Message[]> {
    const answer = await this.#sqs("ReceiveMessage", {
      MaxNumberOfMessages: Math.min(10, count),
      WaitTimeSeconds: 0,
      AttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    return jsonBody<{ Messages: Message[] }>(answer).Messages ?? [];
  }

  /** A batch: what is there, or until it is full or the batching window is over. */
  async #collect(): Promise<Message[]> {
    const size = this.mapping.BatchSize ?? 10;
    const end = Date.now() + (this.mapping.MaximumBatchingWindowInSeconds ?? 0) * 1000;
    const batch: Message[] = [];
    for (;;) {
      const got = await this.#receive(size - batch.length);
      batch.push(...got);
      if (batch.length === 0 || batch.length >= size || this.#stopped || Date.now() >= end) return batch;
      if (got.length === 0) await new Promise((resolve) => setTimeout(resolve, WINDOW_POLL));
    }
  }

  async #process(batch: readonly Message[]): Promise<void> {
    const fn = this.#functions.byArn(this.mapping.FunctionArn);
    if (fn === undefined) return;
    const payload = JSON.stringify({ Records: batch.map((message) => record(this.mapping, message)) });
    const outcome = await this.#functions.invoke(fn, payload, "sqs");
    const failed = this.#failed(
      outcome,
      batch.map((message) => message.MessageId),
    );
    const done = batch.filter((message) => !failed.includes(message.MessageId));
    await Promise.all(
      done.map((message) => this.#sqs("DeleteMessage", { ReceiptHandle: message.ReceiptHandle })),
    );
    // by default a failed message waits for the visibility timeout that it has, as in AWS
    for (const message of batch.filter(({ MessageId }) => failed.includes(MessageId))) {
      const retryAfter = this.#retryAfter(message.ReceiptHandle);
      if (retryAfter === undefined) continue;
      await this.#sqs("ChangeMessageVisibility", {
        ReceiptHandle: message.ReceiptHandle,
        VisibilityTimeout: Math.ceil(retryAfter),
      });
    }
  }

  #failed(outcome: Outcome, ids: readonly string[]): readonly string[] {
    if (outcome.error !== undefined) return ids;
    if (!this.mapping.FunctionResponseTypes?.includes("ReportBatchItemFailures")) return [];
    const value: unknown = outcome.value === undefined ? null : JSON.parse(outcome.value);
    const failed = failedItems(value, ids);
    return failed === "all" ? ids : failed;
  }
}
