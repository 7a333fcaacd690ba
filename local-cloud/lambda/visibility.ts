import { jsonBody } from "../answers.js";
import { placeOf } from "../call.js";
import { is, type Patch } from "../patches/types.js";
import type { Call, Cloud } from "../types.js";

interface Change {
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
}

/** What somebody asked for a message that they had received. */
export interface VisibilityChange {
  readonly queue: string;
  readonly seconds: number;
  readonly at: number;
}

const KEEP = 10_000;

/**
 * ChangeMessageVisibility and its batch. Kept apart so that a mapping leaves alone what its function has hidden, and
 * reads the queue again the moment that it shows; and so that long waits can be made short.
 */
export class Visibility {
  readonly changes: VisibilityChange[] = [];
  readonly patch: Patch;
  /** Multiplies the waits that are asked for; 1: as in AWS. */
  scale = 1;
  /** Milliseconds in which a message is to come back for `returning` to count it. */
  awaited = 0;
  readonly #handles = new Set<string>();
  /** When each shows again. */
  readonly #timers = new Map<NodeJS.Timeout, number>();
  readonly #cloud: Pick<Cloud, "moto" | "now">;
  readonly #wake: (queue: string) => void;

  constructor(cloud: Pick<Cloud, "moto" | "now">, wake: (queue: string) => void) {
    this.#cloud = cloud;
    this.#wake = wake;
    this.patch = {
      name: "message-visibility",
      why: "mappings have to know which messages their function has hidden, and for how long",
      match: is("sqs", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"),
      run: async (call, next) => {
        const answer = await next();
        if (answer.status < 300) this.#note(call);
        return answer;
      },
    };
  }

  /** Whether the message's receiver has said itself when it is to come back. */
  has(receiptHandle: string): boolean {
    return this.#handles.has(receiptHandle);
  }

  /** Messages that come back soon. */
  returning(): number {
    const until = performance.now() + this.awaited;
    return [...this.#timers.values()].filter((due) => due <= until).length;
  }

  reset(): void {
    for (const timer of this.#timers.keys()) clearTimeout(timer);
    this.#timers.clear();
    this.#handles.clear();
    this.changes.length = 0;
    this.scale = 1;
    this.awaited = 0;
  }

  #note(call: Call): void {
    const body = jsonBody<Change & { QueueUrl: string; Entries: Change[] }>(call);
    for (const { ReceiptHandle, VisibilityTimeout } of body.Entries ?? [body]) {
      if (ReceiptHandle === undefined) continue;
      const queue = body.QueueUrl ?? "";
      const seconds = Number(VisibilityTimeout);
      this.#handles.add(ReceiptHandle);
      this.changes.push({ queue: queue.split("/").pop() ?? "", seconds, at: this.#cloud.now() });
      if (this.changes.length > KEEP) this.changes.shift();
      this.#show(placeOf(call), queue, ReceiptHandle, seconds);
    }
  }

  #show(
    where: Pick<Call, "account" | "region">,
    queue: string,
    ReceiptHandle: string,
    seconds: number,
  ): void {
    const timer = setTimeout(
      () => {
        const early =
          this.scale === 1
            ? Promise.resolve()
            : this.#cloud.moto(where, "sqs", {
                target: "AmazonSQS.ChangeMessageVisibility",
                json: { QueueUrl: queue, ReceiptHandle, VisibilityTimeout: 0 },
              });
        // a timer may be a millisecond early
        void Promise.resolve(early).then(() =>
          setTimeout(() => {
            this.#wake(queue);
            this.#timers.delete(timer);
          }, 2).unref(),
        );
      },
      seconds * 1000 * this.scale,
    );
    timer.unref();
    this.#timers.set(timer, performance.now() + seconds * 1000 * this.scale);
  }
}
