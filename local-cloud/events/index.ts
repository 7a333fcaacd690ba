import { randomUUID } from "node:crypto";
import { jsonBody, jsonOk, serviceError } from "../answers.js";
import { placeOf } from "../call.js";
import type { Answer, BusEvent, Call, Cloud, Handler } from "../types.js";
import {
  deliver,
  deliverTo,
  type Event,
  type DeliveryContext,
  type InvokeAsync,
  type Missing,
  type Undelivered,
} from "./deliver.js";
import { busRefusal } from "./policies.js";
import { matches, parsePattern, PatternError, type Json } from "./pattern.js";
import { CHANGES, Rules } from "./rules.js";
import { Timers } from "./timers.js";

type Where = Pick<Call, "account" | "region">;

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
  readonly Resources?: string[];
  readonly Time?: number | string;
}

/** EventBridge's limits on PutEvents ("Amazon EventBridge quotas"). */
const MAXIMUM_ENTRIES = 10;
const MAXIMUM_BYTES = 256 * 1024;
/** Characters of a rule's pattern: quota "Event pattern size". */
const MAXIMUM_PATTERN = 2048;

/** SQS actions after which a queue's policy may be another. */
const QUEUE_CHANGES = /^(CreateQueue|DeleteQueue|SetQueueAttributes|AddPermission|RemovePermission)$/;

const time = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");

/** Size of an entry as the user guide counts it: time 14 bytes, the rest by its UTF-8 length. */
const sizeOf = (entry: Entry): number =>
  (entry.Time === undefined ? 0 : 14) +
  [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ""),
    0,
  );

const entryFault = (entry: Entry): { code: string; message: string } | undefined => {
  for (const name of ["Source", "DetailType", "Detail"] as const) {
    if (!entry[name]) {
      return {
        code: "InvalidArgument",
        message: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
    }
  }
  try {
    const detail: unknown = JSON.parse(entry.Detail ?? "");
    if (detail !== null && typeof detail === "object" && !Array.isArray(detail)) return undefined;
  } catch {
    // falls through to the answer below
  }
  return { code: "MalformedDetail", message: "Detail is malformed." };
};

export interface Events extends Handler {
  emit(from: Where, event: BusEvent): Promise<void>;
  readonly timers: Timers;
  /** Deliveries that no target, retry or dead-letter queue took. */
  readonly undelivered: readonly Undelivered[];
  /** Notes an event whose delivery broke. */
  failed(from: Where, event: BusEvent, error: unknown): void;
  /** True while an event is on its way. */
  busy(): boolean;
  stop(): void;
}

export const createEvents = (cloud: Cloud, invokeAsync: InvokeAsync, missing: Missing): Events => {
  const rules = new Rules(cloud);
  const undelivered: Undelivered[] = [];
  const queuePolicies: DeliveryContext["queuePolicies"] = new Map();
  const busPolicies: DeliveryContext["busPolicies"] = new Map();
  const context: DeliveryContext = {
    cloud,
    rules,
    invokeAsync,
    undelivered,
    queuePolicies,
    busPolicies,
    missing,
  };
  let underway = 0;

  const counted = async (work: Promise<void>): Promise<void> => {
    underway++;
    try {
      await work;
    } finally {
      underway--;
    }
  };

  const timers = new Timers((where, rule) =>
    counted(
      deliverTo(context, rule, {
        version: "0",
        id: randomUUID(),
        "detail-type": "Scheduled Event",
        source: "aws.events",
        account: where.account,
        time: time(cloud.now()),
        region: where.region,
        resources: [rule.Arn],
        detail: {},
      }),
    ),
  );

  const envelope = (from: Where, event: BusEvent, at: number): Event => ({
    version: "0",
    id: randomUUID(),
    "detail-type": event.detailType,
    source: event.source,
    account: from.account,
    time: time(at),
    region: from.region,
    resources: [...(event.resources ?? [])],
    detail: event.detail as { [key: string]: Json },
  });

  const busOf = (call: Call, { EventBusName: name = "default" }: Entry): string =>
    name.startsWith("arn:") ? name : `arn:aws:events:${call.region}:${call.account}:event-bus/${name}`;
  const distinct = (values: readonly (string | undefined)[]): string[] =>
    [...new Set(values)].filter((value) => value !== undefined);

  const putOne = async (
    call: Call,
    entry: Entry,
    entries: readonly Entry[],
  ): Promise<Record<string, string>> => {
    const fault = entryFault(entry);
    if (fault !== undefined) return { ErrorCode: fault.code, ErrorMessage: fault.message };
    if (entry.Source?.startsWith("aws.")) {
      return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
    }
    const arn = busOf(call, entry);
    const together = entries.filter((each) => busOf(call, each) === arn);
    const refusal = await busRefusal(context, arn, {
      account: call.account,
      sources: distinct(together.map(({ Source }) => Source)),
      detailTypes: distinct(together.map(({ DetailType }) => DetailType)),
    });
    if (refusal !== undefined) {
      const missing = refusal.endsWith("does not exist.");
      return {
        ErrorCode: missing ? "ResourceNotFoundException" : "AccessDeniedException",
        ErrorMessage: refusal,
      };
    }
    const [, , , region = "", account = ""] = arn.split(":");
    const at =
      entry.Time === undefined
        ? cloud.now()
        : typeof entry.Time === "number"
          ? entry.Time * 1000
          : Date.parse(entry.Time);
    const event = envelope(
      call,
      {
        source: entry.Source ?? "",
        detailType: entry.DetailType ?? "",
        detail: JSON.parse(entry.Detail ?? "{}") as Record<string, unknown>,
        resources: entry.Resources ?? [],
      },
      at,
    );
    // What was accepted goes by the rules and permissions of that moment: whoever removes them after the answer, as
    // Terraform does when it destroys, takes nothing back ("DeleteRule": events might continue to match for a while).
    await counted(
      deliver(context, { where: { account, region }, bus: arn.split("event-bus/")[1] ?? "", event }),
    ).catch((error: unknown) =>
      undelivered.push({ rule: arn, target: "", reason: `FAULT: ${String(error)}`, event }),
    );
    return { EventId: String(event["id"]) };
  };

  const putEvents = async (call: Call): Promise<Answer> => {
    const entries = jsonBody<{ Entries: Entry[] }>(call).Entries ?? [];
    if (entries.length === 0 || entries.length > MAXIMUM_ENTRIES) {
      return serviceError(
        call,
        "ValidationException",
        `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MAXIMUM_ENTRIES}`,
      );
    }
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MAXIMUM_BYTES) {
      return serviceError(
        call,
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
      );
    }
    const results = await Promise.all(entries.map((entry) => putOne(call, entry, entries)));
    return jsonOk({
      FailedEntryCount: results.filter((result) => result["ErrorCode"] !== undefined).length,
      Entries: results,
    });
  };

  const testPattern = (call: Call): Answer => {
    const { Event: event, EventPattern: pattern } = jsonBody<{ Event: string; EventPattern: string }>(call);
    let parsed: Json;
    try {
      parsed = JSON.parse(event ?? "") as Json;
    } catch {
      return serviceError(call, "ValidationException", "Parameter Event is not valid.");
    }
    return jsonOk({ Result: matches(parsePattern(pattern ?? ""), parsed) });
  };

  const changed = async (call: Call): Promise<Answer> => {
    const pattern = jsonBody<{ EventPattern: string }>(call).EventPattern;
    if (call.action === "PutRule" && pattern) {
      // The sentence is (?).
      if (pattern.length > MAXIMUM_PATTERN) {
        throw new PatternError(`It has ${pattern.length} characters, and ${MAXIMUM_PATTERN} are allowed`);
      }
      parsePattern(pattern);
    }
    const answer = await cloud.forward(call);
    rules.forget();
    busPolicies.clear();
    if (answer.status < 300) timers.set(placeOf(call), await rules.of(call, "default"));
    return answer;
  };

  return {
    name: "events",
    timers,
    undelivered,
    failed: (from, event, error) => {
      const reason = `FAULT: ${String(error)}`;
      undelivered.push({ rule: "", target: "", reason, event: envelope(from, event, cloud.now()) });
    },
    busy: () => underway > 0,
    emit: (from, event) =>
      counted(deliver(context, { where: from, bus: "default", event: envelope(from, event, cloud.now()) })),
    async handle(call) {
      if (call.service === "sqs" && QUEUE_CHANGES.test(call.action)) {
        const answer = await cloud.forward(call);
        queuePolicies.clear();
        return answer;
      }
      if (call.service !== "events") return undefined;
      try {
        if (call.action === "PutEvents") return { ...(await putEvents(call)), by: "events" };
        if (call.action === "TestEventPattern") return { ...testPattern(call), by: "events" };
        return CHANGES.test(call.action) ? await changed(call) : undefined;
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        return { ...serviceError(call, "InvalidEventPatternException", error.message), by: "events" };
      }
    },
    reset() {
      rules.forget();
      queuePolicies.clear();
      busPolicies.clear();
      timers.reset();
      undelivered.length = 0;
    },
    stop() {
      timers.reset();
    },
  };
};
