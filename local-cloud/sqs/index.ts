/**
 * The messages of the queues. moto keeps the queues themselves and their attributes; its messages are searched from the
 * first to the last at every receive, so that a storm of a few thousand takes it seconds for each.
 *
 * Standard queues over the JSON protocol, which every current SDK speaks; FIFO queues stay with moto.
 */
import { jsonBody, jsonOk, serviceError, withJson } from "../answers.js";
import { ownCall } from "../call.js";
import type { Answer, Call } from "../types.js";
import { queueArn, queueNamed, type NamedQueue } from "./names.js";
import { idOf, Queue, type Message, type SentAttribute, type Settings } from "./queue.js";

interface Entry {
  readonly Id?: string;
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Record<string, SentAttribute>;
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
}

interface Request extends Entry {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly Entries?: readonly Entry[];
  readonly MaxNumberOfMessages?: number;
  readonly WaitTimeSeconds?: number;
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
}

interface Open {
  readonly arn: string;
  readonly queue: Queue;
  /** Read again after a call that may change them. */
  settings?: Settings;
}

type Outcome =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface Sqs {
  /** undefined: moto's business. */
  handle(call: Call): Promise<Answer | undefined>;
  /** moto's answer with the counts that only the messages here give; forgets what the call has changed. */
  settled(call: Call, answer: Answer): Answer;
  reset(): void;
}

const MESSAGES = new Set([
  "SendMessage",
  "SendMessageBatch",
  "ReceiveMessage",
  "DeleteMessage",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
]);
/** A queue that is there can be created again. */
const CHANGES = new Set(["CreateQueue", "SetQueueAttributes"]);
const BATCH = 10;
const POLL_MS = 20;
/** Seconds; "Amazon SQS message quotas". */
const LONGEST_HIDDEN = 43_200;

const refuse = (code: string, message: string): Outcome => ({ ok: false, code, message });
const done = (value: Record<string, unknown> = {}): Outcome => ({ ok: true, value });
const invalid = (message: string): Outcome => refuse("InvalidParameterValue", message);

/** "SendMessage": the characters of XML 1.0. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const chosen = (
  values: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> => {
  if (names.includes("All")) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
};

const systemAttributes = (message: Message): Record<string, string> => ({
  SentTimestamp: String(message.sentAt),
  ApproximateReceiveCount: String(message.receives),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
  SenderId: "AIDALOCAL",
  ...(message.sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: message.sourceArn }),
});

/** `.*` and `prefix.*` are names too. */
const wantedAttributes = (message: Message, names: readonly string[]): Record<string, SentAttribute> => {
  const wants = (name: string): boolean =>
    names.some(
      (wanted) =>
        wanted === "All" ||
        wanted === name ||
        (wanted.endsWith(".*") && name.startsWith(wanted.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(message.attributes).filter(([name]) => wants(name)));
};

const shown = (message: Message, request: Request): Record<string, unknown> => {
  const names = [...(request.AttributeNames ?? []), ...(request.MessageSystemAttributeNames ?? [])];
  const Attributes = chosen(systemAttributes(message), names);
  const MessageAttributes = wantedAttributes(message, request.MessageAttributeNames ?? []);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: message.md5,
    ...(Object.keys(Attributes).length === 0 ? {} : { Attributes }),
    ...(Object.keys(MessageAttributes).length === 0 ? {} : { MessageAttributes }),
  };
};

const send = ({ queue }: Open, settings: Settings, entry: Entry): Outcome => {
  const body = entry.MessageBody ?? "";
  if (body === "") return refuse("MissingParameter", "The request must contain the parameter MessageBody.");
  if (Buffer.byteLength(body) > settings.maximumBytes) {
    return invalid(`Message must be shorter than ${String(settings.maximumBytes)} bytes.`);
  }
  if (FORBIDDEN.test(body)) {
    return refuse("InvalidMessageContents", "Message contains characters that are not allowed.");
  }
  const message = queue.send(
    {
      body,
      ...(entry.MessageAttributes === undefined ? {} : { attributes: entry.MessageAttributes }),
      ...(entry.DelaySeconds === undefined ? {} : { delay: entry.DelaySeconds }),
    },
    settings,
  );
  return done({ MessageId: message.id, MD5OfMessageBody: message.md5 });
};

const remove = ({ queue }: Open, { ReceiptHandle = "" }: Entry): Outcome => {
  if (idOf(ReceiptHandle) === undefined) return unreadable(ReceiptHandle);
  queue.remove(ReceiptHandle);
  return done();
};

const hide = ({ queue }: Open, { ReceiptHandle = "", VisibilityTimeout = -1 }: Entry): Outcome => {
  if (idOf(ReceiptHandle) === undefined) return unreadable(ReceiptHandle);
  if (!Number.isInteger(VisibilityTimeout) || VisibilityTimeout < 0 || VisibilityTimeout > LONGEST_HIDDEN) {
    return invalid(`Value ${String(VisibilityTimeout)} for parameter VisibilityTimeout is invalid.`);
  }
  if (queue.hide(ReceiptHandle, VisibilityTimeout)) return done();
  return invalid("Reason: Message does not exist or is not available for visibility timeout change.");
};

const unreadable = (receipt: string): Outcome =>
  refuse("ReceiptHandleIsInvalid", `The input receipt handle "${receipt}" is not a valid receipt handle.`);

/** Every entry for itself; what is wrong with the batch as a whole refuses it. */
const inBatch = (entries: readonly Entry[], act: (entry: Entry) => Outcome): Outcome => {
  if (entries.length === 0) {
    return refuse("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > BATCH) {
    return refuse("TooManyEntriesInBatchRequest", `Maximum number of entries per request are ${BATCH}.`);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    return refuse("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
  }
  const outcomes = entries.map((entry) => ({ Id: entry.Id, outcome: act(entry) }));
  return done({
    Successful: outcomes.flatMap(({ Id, outcome }) => (outcome.ok ? [{ Id, ...outcome.value }] : [])),
    Failed: outcomes.flatMap(({ Id, outcome }) =>
      outcome.ok ? [] : [{ Id, SenderFault: true, Code: outcome.code, Message: outcome.message }],
    ),
  });
};

const settingsOf = (attributes: Readonly<Record<string, string>>): Settings => {
  const redrive = JSON.parse(attributes["RedrivePolicy"] ?? "null") as {
    deadLetterTargetArn: string;
    maxReceiveCount: number | string;
  } | null;
  return {
    visibilitySeconds: Number(attributes["VisibilityTimeout"] ?? 30),
    delaySeconds: Number(attributes["DelaySeconds"] ?? 0),
    waitSeconds: Number(attributes["ReceiveMessageWaitTimeSeconds"] ?? 0),
    maximumBytes: Number(attributes["MaximumMessageSize"] ?? 1_048_576),
    ...(redrive && {
      redrive: { arn: redrive.deadLetterTargetArn, maximumReceives: Number(redrive.maxReceiveCount) },
    }),
  };
};

export const createSqs = (moto: (call: Call) => Promise<Answer>): Sqs => {
  const known = new Map<string, Open>();
  const opened = (arn: string): Open => {
    const open = known.get(arn) ?? { arn, queue: new Queue() };
    known.set(arn, open);
    return open;
  };

  /** undefined: there is no such queue. */
  const settingsFor = async (named: NamedQueue, open: Open): Promise<Settings | undefined> => {
    if (open.settings !== undefined) return open.settings;
    const answer = await moto(
      ownCall(named, "sqs", {
        target: "AmazonSQS.GetQueueAttributes",
        json: { QueueUrl: `http://127.0.0.1/${named.account}/${named.name}`, AttributeNames: ["All"] },
      }),
    );
    if (answer.status !== 200) return undefined;
    open.settings = settingsOf(jsonBody<{ Attributes: Record<string, string> }>(answer).Attributes ?? {});
    return open.settings;
  };

  const receive = async (open: Open, settings: Settings, request: Request): Promise<Outcome> => {
    const most = request.MaxNumberOfMessages ?? 1;
    if (!Number.isInteger(most) || most < 1 || most > BATCH) {
      return invalid(`Value ${String(most)} for parameter MaxNumberOfMessages is invalid.`);
    }
    const seconds = request.VisibilityTimeout ?? settings.visibilitySeconds;
    const end = Date.now() + (request.WaitTimeSeconds ?? settings.waitSeconds) * 1000;
    for (;;) {
      const messages = open.queue.receive(most, seconds, settings, (message) => {
        if (settings.redrive !== undefined) opened(settings.redrive.arn).queue.take(message, open.arn);
      });
      if (messages.length > 0) return done({ Messages: messages.map((message) => shown(message, request)) });
      if (Date.now() >= end) return done();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };

  const act = async (action: string, open: Open, settings: Settings, request: Request): Promise<Outcome> => {
    const entries = request.Entries ?? [];
    switch (action) {
      case "SendMessage":
        return send(open, settings, request);
      case "SendMessageBatch":
        return inBatch(entries, (entry) => send(open, settings, entry));
      case "DeleteMessage":
        return remove(open, request);
      case "DeleteMessageBatch":
        return inBatch(entries, (entry) => remove(open, entry));
      case "ChangeMessageVisibility":
        return hide(open, request);
      case "ChangeMessageVisibilityBatch":
        return inBatch(entries, (entry) => hide(open, entry));
      default:
        return receive(open, settings, request);
    }
  };

  return {
    async handle(call) {
      if (call.service !== "sqs" || !MESSAGES.has(call.action)) return undefined;
      const request = jsonBody<Request>(call);
      const named = queueNamed(call, request);
      if (named.name === "" || named.name.endsWith(".fifo")) return undefined;
      const open = opened(queueArn(named));
      const settings = await settingsFor(named, open);
      if (settings === undefined) return undefined;
      const outcome = await act(call.action, open, settings, request);
      const answer = outcome.ok ? jsonOk(outcome.value) : serviceError(call, outcome.code, outcome.message);
      return { ...answer, by: "sqs" };
    },
    settled(call, answer) {
      if (call.service !== "sqs" || answer.status !== 200) return answer;
      const arn = queueArn(queueNamed(call, jsonBody<Request>(call)));
      const open = known.get(arn);
      if (call.action === "PurgeQueue") open?.queue.purge();
      if (call.action === "DeleteQueue") known.delete(arn);
      if (CHANGES.has(call.action) && open !== undefined) delete open.settings;
      const { Attributes } = jsonBody<{ Attributes: Record<string, string> }>(answer);
      if (call.action !== "GetQueueAttributes" || Attributes === undefined || open === undefined)
        return answer;
      const { visible, inFlight, delayed } = open.queue.counts();
      const counts: Record<string, string> = {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
      };
      const asked = Object.entries(counts).filter(([name]) => name in Attributes);
      return withJson(answer, { Attributes: { ...Attributes, ...Object.fromEntries(asked) } });
    },
    reset: () => known.clear(),
  };
};
