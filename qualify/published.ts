/** What AWS and the controller published about the run: root/ keeps it in a queue, and here it stays once it was read. */
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.js";

export interface Event {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** When it was read here, in milliseconds since the epoch. */
  readonly at: number;
}

export class Published {
  readonly #clients: Clients;
  readonly #queue: string;
  readonly #events: Event[] = [];

  constructor(clients: Clients, queue: string) {
    this.#clients = clients;
    this.#queue = queue;
  }

  /** All so far, after a look into the queue. */
  async all(): Promise<readonly Event[]> {
    for (;;) {
      const { Messages = [] } = await this.#clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.#queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (Messages.length === 0) return this.#events;
      for (const { Body = "{}" } of Messages) {
        this.#events.push({ ...(JSON.parse(Body) as Omit<Event, "at">), at: Date.now() });
      }
      await this.#clients.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.#queue,
          Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
    }
  }

  /** Those that hold all of these words somewhere. */
  async holding(...words: readonly string[]): Promise<readonly Event[]> {
    return (await this.all()).filter((event) => {
      const text = JSON.stringify(event);
      return words.every((word) => text.includes(word));
    });
  }
}
