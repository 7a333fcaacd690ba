/**
 * 50 requests a second for mirrors, by as many requesters as their quota of a minute needs, from the bus on: how long until
 * they are taken in, and what launches meanwhile wait, beside the same launches in silence. Everything is as shipped.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startLocalCloud } from "../../../local-cloud/index.js";
import { sdk } from "../../../local-cloud/support/resources.js";
import { CONTROLLER, createAccount, WHERE, type Account } from "../account.js";
import { batchSizes, defaultPaces, defaultQuotas } from "../defaults.js";
import { creationsOf, launchEvents, openEventPath, percentile, type EventPath } from "../event-path.js";
import { LATENCY } from "../fleet.js";
import { foundRow, median, type Row, type Section } from "../section.js";

const [PER_SECOND, LASTS_MS, LAUNCH_EVERY_MS, PATIENCE_MS] = [50, 60_000, 2_000, 120_000];
/** A put takes ten entries. */
const A_PUT = 10;
/** How much later a launch may be mirrored than in silence. */
const LATER_MS = 1_000;

interface Found {
  readonly waits: readonly number[];
  /** From the queue until it was taken in, of each request. */
  readonly delays: readonly number[];
  readonly refused: number;
  readonly asked: number;
  readonly left: number;
  readonly dead: number;
}

const ask = async (account: Account): Promise<number> => {
  const requesters = Math.ceil((PER_SECOND * LASTS_MS) / 1000 / defaultQuotas().requestsPerMinute);
  const { instances } = await account.add(requesters);
  const events = sdk(account.cloud, WHERE.account, EventBridgeClient);
  const began = Date.now();
  let asked = 0;
  for (let n = 0; Date.now() < began + LASTS_MS; n++) {
    const Entries = Array.from({ length: A_PUT }, () => {
      const id = instances[asked++ % instances.length]?.id ?? "";
      return {
        EventBusName: CONTROLLER,
        Source: `traffic-mirror/AROAEXAMPLE:${id}`,
        DetailType: "Mirror Requested",
        Detail: JSON.stringify({ instance_id: id }),
      };
    });
    await events.send(new PutEventsCommand({ Entries }));
    await sleep(Math.max(0, began + (n + 1) * ((1000 * A_PUT) / PER_SECOND) - Date.now()));
  }
  return asked;
};

const launch = async (account: Account): Promise<ReadonlyMap<string, number>> => {
  const launched = new Map<string, number>();
  const began = Date.now();
  while (Date.now() < began + LASTS_MS) {
    const { instances } = await account.add(1);
    for (const { id, interfaceIds } of instances) {
      launched.set(interfaceIds[0] ?? "", Date.now());
      for (const event of launchEvents(id)) await account.cloud.emit(event);
    }
    await sleep(LAUNCH_EVERY_MS);
  }
  return launched;
};

const lengthOf = async ({ cloud }: Account, { url }: EventPath["queue"]): Promise<number> => {
  const { Attributes = {} } = await sdk(cloud, WHERE.account, SQSClient).send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
  );
  return ["", "NotVisible", "Delayed"]
    .map((which) => Number((Attributes as Record<string, string>)[`ApproximateNumberOfMessages${which}`]))
    .reduce((sum, count) => sum + count, 0);
};

const measure = async (storm: boolean): Promise<Found> => {
  const cloud = await startLocalCloud();
  try {
    const { events, sweep, concurrency } = defaultPaces();
    const account = await createAccount(cloud, sweep);
    const batching = { size: batchSizes().events, windowSeconds: 0, concurrency };
    const path = await openEventPath(account, batching, events);
    await cloud.interfere({ latency: LATENCY, throttling: "documented", record: true });
    await cloud.resetCounts();
    const [launched, asked] = await Promise.all([launch(account), storm ? ask(account) : 0]);
    const began = Date.now();
    while (Date.now() < began + PATIENCE_MS && (await lengthOf(account, path.requests.queue)) > 0)
      await sleep(500);
    const created = await creationsOf(account);
    const metrics = await cloud.metrics(account.functionName("requests"));
    const valuesOf = (name: string) =>
      metrics.filter((each) => each.name === name).flatMap(({ values }) => values);
    return {
      waits: [...launched].map(([interfaceId, at]) => (created.get(interfaceId) ?? Infinity) - at),
      delays: valuesOf("RequestDelay"),
      refused: valuesOf("RequestsRefused").reduce((sum, value) => sum + value, 0),
      asked,
      left: await lengthOf(account, path.requests.queue),
      dead: await lengthOf(account, path.requests.dlq),
    };
  } finally {
    await cloud.stop();
  }
};

const inMs = (values: readonly number[]): string =>
  [median(values), percentile(values, 90), Math.max(...values)].map((value) => value.toFixed(0)).join(" / ");
const none = (name: string, found: number): Row => foundRow(name, String(found), "0", found === 0);

export const requests: Section = {
  name: "requests",
  title: `${String(PER_SECOND)} requests a second for a minute, and launches beside them, shipped defaults (ms: median / 90 % / all)`,
  columns: ["found", "limit"],
  async measure() {
    const silence = await measure(false);
    const storm = await measure(true);
    const later = percentile(storm.waits, 90) - percentile(silence.waits, 90);
    return [
      foundRow("requests put", String(storm.asked), "", storm.asked >= 0.9 * PER_SECOND * (LASTS_MS / 1000)),
      // As fast as this machine runs two processes; what must hold anywhere is below.
      foundRow("from the queue until taken in", inMs(storm.delays)),
      none("refused, though within their quotas", storm.refused),
      none("left in the requests' queue", storm.left),
      none("in its dead-letter queue", storm.dead),
      foundRow("launch to session, in silence", inMs(silence.waits)),
      foundRow(
        "launch to session, beside the requests",
        inMs(storm.waits),
        `90 % at most ${String(LATER_MS)} later`,
        later <= LATER_MS,
      ),
    ];
  },
};
