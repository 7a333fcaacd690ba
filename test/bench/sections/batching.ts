/**
 * What the size of a batch and its window cost: the four events of 250 launches at once, from the bus on, with the
 * modules' ten messages without a window and with a hundred within a second. A lone event waits for the whole window,
 * which is why ten without one is what the modules take.
 */
import { startLocalCloud } from "../../../local-cloud/index.js";
import { createAccount } from "../account.js";
import { callsOf, LATENCY } from "../fleet.js";
import { creationsOf, DEPLOYED, launchEvents, openEventPath, type Batching } from "../event-path.js";
import type { Row, Section } from "../section.js";

const LAUNCHES = 250;
const PATIENCE_MS = 300_000;
const CHOICES: readonly Batching[] = [
  { ...DEPLOYED, concurrency: 2 },
  { size: 100, windowSeconds: 1, concurrency: 2 },
];

const measureOne = async (batching: Batching): Promise<Row> => {
  const cloud = await startLocalCloud();
  try {
    const account = await createAccount(cloud, { perSecond: 10_000, burst: 10_000 });
    await openEventPath(account, batching);
    const { instances } = await account.add(LAUNCHES);
    await cloud.interfere({ latency: LATENCY, record: true });
    await cloud.resetCounts();
    for (const event of instances.flatMap(({ id }) => launchEvents(id))) await cloud.emit(event);
    await cloud.idle(PATIENCE_MS);
    const calls = callsOf(await cloud.counts());
    const runs = await cloud.invocations(account.functionName("reconcile"));
    const created = (await creationsOf(account)).size;
    const { size, windowSeconds } = batching;
    return {
      name:
        windowSeconds === 0
          ? `${String(size)}, no window`
          : `${String(size)} within ${String(windowSeconds)} s`,
      cells: [runs.length, calls.reads, calls.creates, created].map(String),
      ok: created === LAUNCHES,
    };
  } finally {
    await cloud.stop();
  }
};

export const batching: Section = {
  name: "batching",
  title: `Messages in a batch: ${String(LAUNCHES * 4)} events of ${String(LAUNCHES)} launches`,
  columns: ["runs", "reads", "creates", "sessions"],
  async measure() {
    const rows: Row[] = [];
    for (const choice of CHOICES) rows.push(await measureOne(choice));
    return rows;
  },
};
