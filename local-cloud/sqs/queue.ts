import { createHash, randomUUID } from "node:crypto";

/** As the SQS API sends and receives it. */
export interface SentAttribute {
  readonly DataType?: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export interface Sent {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, SentAttribute>>;
  /** Seconds; undefined: the queue's own delay. */
  readonly delay?: number;
}

export interface Settings {
  readonly visibilitySeconds: number;
  readonly delaySeconds: number;
  readonly waitSeconds: number;
  readonly maximumBytes: number;
  /** Where a message goes in place of being received once more. */
  readonly redrive?: { readonly arn: string; readonly maximumReceives: number };
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes: Readonly<Record<string, SentAttribute>>;
  readonly sentAt: number;
  /** The queue that gave the message up, where this is a dead-letter queue. */
  readonly sourceArn?: string;
  receives: number;
  firstReceivedAt?: number;
  /** Of the latest receive: older ones no longer delete the message. */
  receipt?: string;
  visibleAt: number;
}

export interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

const md5Of = (text: string): string => createHash("md5").update(text).digest("hex");

/** The messages of one standard queue, in the order in which they were sent. */
export class Queue {
  readonly #messages = new Map<string, Message>();

  send({ body, attributes = {}, delay }: Sent, { delaySeconds }: Settings): Message {
    const now = Date.now();
    const message: Message = {
      id: randomUUID(),
      body,
      md5: md5Of(body),
      attributes,
      sentAt: now,
      receives: 0,
      visibleAt: now + (delay ?? delaySeconds) * 1000,
    };
    this.#messages.set(message.id, message);
    return message;
  }

  /** Takes over what another queue has given up: with its id and its time, and with no receives yet. */
  take({ id, body, md5, attributes, sentAt }: Message, sourceArn: string): void {
    const visibleAt = Date.now();
    this.#messages.set(id, { id, body, md5, attributes, sentAt, sourceArn, receives: 0, visibleAt });
  }

  /** Up to `most` visible messages, hidden from now on; `give` gets those that were received too often. */
  receive(most: number, seconds: number, settings: Settings, give: (message: Message) => void): Message[] {
    const now = Date.now();
    const received: Message[] = [];
    for (const message of this.#messages.values()) {
      if (received.length >= most) break;
      if (message.visibleAt > now) continue;
      if (settings.redrive !== undefined && message.receives >= settings.redrive.maximumReceives) {
        this.#messages.delete(message.id);
        give(message);
        continue;
      }
      message.receives += 1;
      message.firstReceivedAt ??= now;
      message.receipt = Buffer.from(`${message.id} ${String(message.receives)}`).toString("base64");
      message.visibleAt = now + seconds * 1000;
      received.push(message);
    }
    return received;
  }

  /** Of an older receipt nothing comes, as of one whose message is gone. */
  remove(receipt: string): void {
    const message = this.#of(receipt);
    if (message !== undefined) this.#messages.delete(message.id);
  }

  /** Whether the message was in flight: only then its visibility can be changed. */
  hide(receipt: string, seconds: number): boolean {
    const message = this.#of(receipt);
    const now = Date.now();
    if (message === undefined || message.visibleAt <= now) return false;
    message.visibleAt = now + seconds * 1000;
    return true;
  }

  purge(): void {
    this.#messages.clear();
  }

  counts(): Counts {
    const now = Date.now();
    const all = [...this.#messages.values()];
    const waiting = all.filter(({ visibleAt }) => visibleAt > now);
    const inFlight = waiting.filter(({ receives }) => receives > 0).length;
    return { visible: all.length - waiting.length, inFlight, delayed: waiting.length - inFlight };
  }

  #of(receipt: string): Message | undefined {
    const id = idOf(receipt) ?? "";
    const message = this.#messages.get(id);
    return message?.receipt === receipt ? message : undefined;
  }
}

/** The id of the message that a receipt is for; undefined: it is no receipt. */
export const idOf = (receipt: string): string | undefined =>
  /^([0-9a-f-]{36}) \d+$/.exec(Buffer.from(receipt, "base64").toString())?.[1];
