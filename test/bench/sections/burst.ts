/**
 * Launches at once under EC2's documented bucket for creates (50, then 5 a second), from the bus on, at the pace that the
 * module gives, with cold processes and a sweep in the middle of a backfill. With the whole bucket, the last must be
 * mirrored within seconds of what the bucket allows; with half of it gone to another tool, nothing may be lost. Of a
 * hundred creates two may be throttled.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { startLocalCloud } from "../../../local-cloud/index.js";
import { createAccount, type Account } from "../account.js";
import { defaultPaces } from "../defaults.js";
import { LATENCY } from "../fleet.js";
import { creationsOf, DEPLOYED, launchEvents, openEventPath, percentile } from "../event-path.js";
import { median, type Row, type Section } from "../section.js";

interface Burst {
  readonly name: string;
  readonly launches: number;
  /** Interfaces that wait for a session already, so that the sweep has work all the time. */
  readonly backfill: number;
  /** What EC2 gives: `documented`, or this. */
  readonly bucket?: { readonly capacity: number; readonly refill: number };
  /** Seconds until the last launch is mirrored; none: only that all are. */
  readonly within?: number;
}

const HALF = { capacity: 25, refill: 2.5 };
const BURSTS: readonly Burst[] = [
  { name: "100 at once", launches: 100, backfill: 0, within: 15 },
  { name: "100 at once, in a backfill", launches: 100, backfill: 2000, within: 15 },
  { name: "700 at once", launches: 700, backfill: 0, within: 150 },
  { name: "700 at once, in a backfill", launches: 700, backfill: 2000, within: 150 },
  { name: "100 at once, half of the bucket", launches: 100, backfill: 0, bucket: HALF },
  { name: "700 at once, half of the bucket", launches: 700, backfill: 0, bucket: HALF },
];
const THROTTLED_PERCENT = 2;
/** Puts under way at the same time. */
const PUTTERS = 16;
const MINUTE = 60_000;
const PATIENCE = 12 * MINUTE;
/** Into the backfill, where there is one: the bucket is then what a long backfill leaves. */
const SETTLED = 20_000;

/** Sweeps by the minute, as the schedule starts them, until told to end. */
const sweepByTheMinute = async (account: Account, over: () => boolean): Promise<void> => {
  while (!over()) {
    const next = Date.now() + MINUTE;
    await account.sweep({ "detail-type": "Scheduled Event" });
    while (!over() && Date.now() < next) await sleep(500);
  }
};

/** One kind of event after the other, as AWS tells of a group that grows. */
const tellOf = async ({ cloud }: Account, instanceIds: readonly string[]): Promise<void> => {
  const events = [0, 1, 2, 3].flatMap((kind) => instanceIds.flatMap((id) => launchEvents(id)[kind] ?? []));
  const put = async () => {
    for (let event = events.shift(); event !== undefined; event = events.shift()) await cloud.emit(event);
  };
  await Promise.all(Array.from({ length: PUTTERS }, put));
};

const throttling = ({ capacity, refill }: { capacity: number; refill: number }) => [
  { name: "creates", action: "ec2:CreateTrafficMirrorSession", capacity, refill },
  { name: "describes", action: "ec2:Describe*", capacity: 100, refill: 20 },
];

const measureOne = async ({ name, launches, backfill, bucket, within }: Burst): Promise<Row> => {
  const cloud = await startLocalCloud();
  let over = false;
  try {
    const { events, sweep, concurrency } = defaultPaces();
    const account = await createAccount(cloud, sweep);
    await openEventPath(account, { ...DEPLOYED, concurrency }, events);
    if (backfill > 0) await account.add(backfill);
    await cloud.interfere({
      latency: LATENCY,
      throttling: bucket === undefined ? "documented" : throttling(bucket),
      record: true,
    });
    await cloud.resetCounts();
    const sweeping = sweepByTheMinute(account, () => over);
    if (backfill > 0) await sleep(SETTLED);
    const before = (await cloud.counts()).creates;
    const { instances } = await account.add(launches);
    const wanted = instances.flatMap(({ interfaceIds }) => interfaceIds);
    const began = Date.now();
    await tellOf(
      account,
      instances.map(({ id }) => id),
    );
    let created = await creationsOf(account);
    while (!wanted.every((id) => created.has(id)) && Date.now() < began + PATIENCE) {
      await sleep(500);
      created = await creationsOf(account);
    }
    const { creates } = await cloud.counts();
    over = true;
    await sweeping;
    const waits = wanted.map((id) => ((created.get(id) ?? Infinity) - began) / 1000);
    const mirrored = waits.filter((wait) => wait < Infinity).length;
    const last = Math.max(...waits);
    const throttled = creates.throttled - before.throttled;
    const share = (100 * throttled) / (creates.calls - before.calls);
    return {
      name,
      cells: [
        `${String(mirrored)} of ${String(launches)}`,
        [median(waits), percentile(waits, 90), last].map((wait) => wait.toFixed(1)).join(" / "),
        within === undefined ? "" : `${String(within)} s`,
        `${String(throttled)} of ${String(creates.calls - before.calls)}, ${share.toFixed(1)} %`,
      ],
      ok: mirrored === launches && (within === undefined || last <= within) && share <= THROTTLED_PERCENT,
    };
  } finally {
    over = true;
    await cloud.stop();
  }
};

export const burst: Section = {
  name: "burst",
  title: "Launches at once, at the modules' pace and EC2's documented rate, with cold processes and sweeps",
  columns: ["mirrored", "median / 90 % / last (s)", "limit", "creates throttled"],
  async measure() {
    const only = process.env["BURST"];
    const rows: Row[] = [];
    for (const each of BURSTS) {
      if (only === undefined || each.name === only) rows.push(await measureOne(each));
    }
    return rows;
  },
};
