/**
 * From the event to CreateTrafficMirrorSession, warm, in a local cloud that takes no time of its own: the bus, the
 * queue, its reader, the function. The product's own share is what the function takes before it calls EC2's create;
 * everything before is EventBridge's, SQS's and Lambda's.
 */
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { startLocalCloud } from "../../../local-cloud/index.js";
import { sdk } from "../../../local-cloud/support/resources.js";
import { CONTROLLER, createAccount, WHERE, type Account } from "../account.js";
import { creationsOf, DEPLOYED, launchEvents, openEventPath, percentile } from "../event-path.js";
import { median, type Row, type Section } from "../section.js";

const EVENTS = 100;
const WARM_UP = 10;
const SHARE_MS = 50;
const PATIENCE_MS = 10_000;

interface Times {
  readonly total: number[];
  readonly share: number[];
}

type Put = (account: Account, instanceId: string) => Promise<void>;

const stateChange: Put = async ({ cloud }, instanceId) => {
  const [, running] = launchEvents(instanceId);
  if (running) await cloud.emit(running);
};

const request: Put = async ({ cloud }, instanceId) => {
  const events = sdk(cloud, WHERE.account, EventBridgeClient);
  const entry = {
    EventBusName: CONTROLLER,
    Source: "traffic-mirror",
    DetailType: "Mirror Requested",
    Detail: JSON.stringify({ instance_id: instanceId }),
  };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
};

/** One instance after the other, so that no event waits for another. */
const times = async (account: Account, put: Put): Promise<Times> => {
  const { cloud } = account;
  const found: Times = { total: [], share: [] };
  for (let round = 0; round < WARM_UP + EVENTS; round++) {
    const { instances } = await account.add(1);
    const [{ id, interfaceIds } = { id: "", interfaceIds: [] }] = instances;
    const [interfaceId = ""] = interfaceIds;
    await cloud.resetCounts();
    await cloud.clearRecords();
    const began = Date.now();
    await put(account, id);
    let created: number | undefined;
    while (created === undefined && Date.now() < began + PATIENCE_MS) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      created = (await creationsOf(account)).get(interfaceId);
    }
    if (created === undefined) throw new Error(`${interfaceId} got no session within ${PATIENCE_MS} ms`);
    await cloud.idle();
    const runs = await cloud.invocations();
    const run = runs.find(({ payload }) => JSON.stringify(payload).includes(id));
    if (round < WARM_UP || run === undefined) continue;
    found.total.push(created - began);
    found.share.push(created - run.at);
  }
  return found;
};

const row = (name: string, { total, share }: Times): Row => ({
  name,
  cells: [
    String(total.length),
    `${median(total).toFixed(0)} / ${percentile(total, 99).toFixed(0)} ms`,
    `${median(share).toFixed(0)} / ${percentile(share, 99).toFixed(0)} ms`,
    `share under ${SHARE_MS} ms`,
  ],
  ok: total.length === EVENTS && median(share) < SHARE_MS,
});

export const latency: Section = {
  name: "latency",
  title: "From the event to CreateTrafficMirrorSession, warm (median / 99th percentile)",
  columns: ["events", "all", "the product's share", "limit"],
  async measure() {
    const cloud = await startLocalCloud();
    try {
      const account = await createAccount(cloud, { perSecond: 10_000, burst: 10_000 });
      await openEventPath(account, { ...DEPLOYED, concurrency: 2 });
      await cloud.interfere({ record: true });
      const changes = await times(account, stateChange);
      const requests = await times(account, request);
      return [row("instance is running", changes), row("mirror is requested", requests)];
    } finally {
      await cloud.stop();
    }
  },
};
