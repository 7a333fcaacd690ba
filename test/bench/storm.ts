/**
 * A storm of events from the bus on: launches with all events that AWS sends about them, events sent twice or more, malformed
 * ones among them, EC2's documented token buckets and the schedule's sweeps beside it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createRandom } from "../../local-cloud/ec2/random.js";
import { startLocalCloud } from "../../local-cloud/index.js";
import { sdk, type TestQueue } from "../../local-cloud/support/resources.js";
import type { BusEvent } from "../../local-cloud/types.js";
import { createAccount, WHERE, type Account } from "./account.js";
import { defaultPaces } from "./defaults.js";
import { callsOf, LATENCY, type Calls } from "./fleet.js";
import { creationsOf, DEPLOYED, launchEvents, openEventPath, type EventPath } from "./event-path.js";

export interface Weather {
  /** Each causes four events. */
  readonly launches: number;
  readonly duplicates: number;
  readonly malformed: number;
  /** Milliseconds in which all of this is put on the bus, evenly. */
  readonly lasts: number;
  /** Milliseconds from the start of a sweep to that of the next; the first is after half of it. */
  readonly sweepEvery: number;
  /** Milliseconds after which whoever waits for calm gives up. */
  readonly patience: number;
}

export interface Aftermath {
  readonly put: { readonly events: number; readonly milliseconds: number };
  /** Milliseconds from the start until the queue was empty for good. */
  readonly drained: number;
  readonly queued: number;
  readonly dead: number;
  /** What the bus could not hand to anybody. */
  readonly undelivered: number;
  /** What the function dropped because it could not be understood. */
  readonly dropped: number;
  readonly sessions: number;
  /** Milliseconds from each launch to its session; Infinity: it has none. */
  readonly waits: readonly number[];
  readonly calls: Calls;
  /** Creates that a token bucket refused. */
  readonly createsThrottled: number;
  readonly runs: number;
  readonly failedRuns: number;
  readonly sweeps: number;
  readonly deliveries: number;
}

/** Until a launch's last event, and until the last of its duplicates, as shares of the whole. */
const LAUNCH_TAKES = 1 / 15;
const DUPLICATE_AFTER = 1 / 6;
/** Puts under way at the same time. */
const PUTTERS = 8;
/** Nothing may come back for so long, in milliseconds. */
const CALM = 5_000;

interface Put {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly put: () => Promise<unknown>;
}

/** Each matches a rule's pattern, or comes straight to the queue as by a rule that somebody else made. */
const malformed = ({ cloud }: Account, { queue }: EventPath): readonly Put["put"][] => {
  const sqs = sdk(cloud, WHERE.account, SQSClient);
  const [change] = launchEvents("i-0123456789abcdef0");
  if (change === undefined) throw new Error("no event is about a launch");
  const emit = (detail: BusEvent["detail"]) => () => cloud.emit({ ...change, detail });
  const send = (body: unknown) => () =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: typeof body === "string" ? body : JSON.stringify(body),
      }),
    );
  const time = new Date().toISOString();
  const envelope = { version: "0", id: "1", source: change.source, time, resources: [], ...WHERE };
  const kind = { "detail-type": change.detailType };
  return [
    emit({ "instance-id": "i-1'; DROP TABLE", state: "running" }),
    emit({ "instance-id": 17, state: "running" }),
    emit({ state: "running" }),
    emit({ "instance-id": "x".repeat(5000), state: "running" }),
    send("not JSON"),
    send([]),
    send('{"detail-type":"EC2 Instance State-change Notification","detail":'),
    send({ ...envelope, "detail-type": "Nobody Knows It", detail: {} }),
    send({ ...envelope, ...kind, account: "999999999999", detail: change.detail }),
    send({ ...envelope, ...kind, detail: null }),
  ];
};

/** What happens, in the order of time. `launch` makes one instance and answers its id. */
const plan = (
  account: Account,
  path: EventPath,
  weather: Weather,
  launch: () => Promise<string>,
): readonly Put[] => {
  const { launches, duplicates, lasts } = weather;
  // A fixed seed, so that every run has the same storm.
  const random = createRandom(1);
  const first: Put[] = [];
  for (let index = 0; index < launches; index++) {
    const launched = (index / launches) * lasts * (1 - LAUNCH_TAKES - DUPLICATE_AFTER);
    let id: Promise<string> | undefined;
    for (let kind = 0; kind < 4; kind++) {
      const put = async () => {
        const event = launchEvents(await (id ??= launch()))[kind];
        if (event !== undefined) await account.cloud.emit(event);
      };
      first.push({ at: launched + (kind / 3) * lasts * LAUNCH_TAKES, put });
    }
  }
  const nothing: Put = { at: 0, put: () => Promise.resolve() };
  const again = Array.from({ length: duplicates }, () => {
    const { at, put } = first[Math.floor(random() * first.length)] ?? nothing;
    return { at: at + random() * lasts * DUPLICATE_AFTER, put };
  });
  const kinds = malformed(account, path);
  const poison = Array.from({ length: weather.malformed }, (_, index) => ({
    at: random() * lasts,
    put: kinds[index % kinds.length] ?? nothing.put,
  }));
  return [...first, ...again, ...poison].sort((a, b) => a.at - b.at);
};

/** Milliseconds until the last was put. */
const putAll = async (puts: readonly Put[]): Promise<number> => {
  const began = Date.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: PUTTERS }, async () => {
      for (let put = puts[next++]; put !== undefined; put = puts[next++]) {
        await sleep(Math.max(0, began + put.at - Date.now()));
        await put.put();
      }
    }),
  );
  return Date.now() - began;
};

const lengthOf = async (sqs: SQSClient, { url }: TestQueue): Promise<number> => {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] });
  const { Attributes = {} } = await sqs.send(command);
  return ["", "NotVisible", "Delayed"]
    .map((which) => Number((Attributes as Record<string, string>)[`ApproximateNumberOfMessages${which}`]))
    .reduce((sum, count) => sum + count, 0);
};

/** Sweeps until one has nothing left to do and the queue is empty for good. */
const untilCalm = async (
  account: Account,
  { queue }: EventPath,
  { sweepEvery, patience }: Weather,
  put: Promise<number>,
): Promise<Pick<Aftermath, "drained" | "sweeps">> => {
  const sqs = sdk(account.cloud, WHERE.account, SQSClient);
  const began = Date.now();
  let [over, sweeps, drained] = [false, 0, Infinity];
  const sweepByTheClock = async () => {
    await sleep(sweepEvery / 2);
    while (Date.now() < began + patience) {
      const next = Date.now() + sweepEvery;
      const { complete } = await account.sweep({ "detail-type": "Scheduled Event" });
      sweeps += 1;
      if (complete === true && drained < Infinity) return;
      await sleep(Math.max(0, next - Date.now()));
    }
  };
  const watch = async () => {
    while (Date.now() < began + patience) {
      const waiting = await lengthOf(sqs, queue);
      if (!over || waiting > 0) drained = Infinity;
      else if (drained === Infinity) drained = Date.now() - began;
      if (Date.now() - began > drained + CALM) return;
      await sleep(500);
    }
  };
  await Promise.all([put.finally(() => (over = true)), sweepByTheClock(), watch()]);
  return { drained, sweeps };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const look = async (account: Account, { queue, dlq }: EventPath, launched: ReadonlyMap<string, number>) => {
  const { cloud } = account;
  const sqs = sdk(cloud, WHERE.account, SQSClient);
  const name = account.functionName("reconcile");
  const counts = await cloud.counts();
  const created = await creationsOf(account);
  const runs = await cloud.invocations(name);
  const drops = (await cloud.metrics(name)).filter((metric) => metric.name === "EventsDropped");
  return {
    queued: await lengthOf(sqs, queue),
    dead: await lengthOf(sqs, dlq),
    undelivered: (await cloud.undelivered()).length,
    dropped: sum(drops.flatMap(({ values }) => values)),
    sessions: (await account.aws.sessions()).length,
    waits: [...launched].map(([interfaceId, at]) => (created.get(interfaceId) ?? Infinity) - at),
    calls: callsOf(counts),
    createsThrottled: counts.creates.throttled,
    runs: runs.length,
    failedRuns: runs.filter(({ error }) => error !== undefined).length,
    deliveries: sum(runs.map(({ payload }) => (payload as { Records: unknown[] }).Records.length)),
  };
};

/** With the pace and the batches that modules/mirror-controller deploys. */
export const storm = async (weather: Weather): Promise<Aftermath> => {
  const cloud = await startLocalCloud();
  try {
    const { events, sweep, concurrency } = defaultPaces();
    const account = await createAccount(cloud, sweep);
    const path = await openEventPath(account, { ...DEPLOYED, concurrency }, events);
    await cloud.interfere({ latency: LATENCY, throttling: "documented", record: true });
    await cloud.resetCounts();
    const launched = new Map<string, number>();
    const launch = async (): Promise<string> => {
      const { instances } = await account.add(1);
      for (const id of instances.flatMap(({ interfaceIds }) => interfaceIds)) launched.set(id, Date.now());
      return instances[0]?.id ?? "";
    };
    const puts = plan(account, path, weather, launch);
    const put = putAll(puts);
    const calm = await untilCalm(account, path, weather, put);
    const found = await look(account, path, launched);
    return { put: { events: puts.length, milliseconds: await put }, ...calm, ...found };
  } finally {
    await cloud.stop();
  }
};
