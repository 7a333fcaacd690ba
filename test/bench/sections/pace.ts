/** Launches at once and EC2's bucket for creates in simulated time, with and without a backfill and another tool. */
import { burstOf, HALF, WHOLE, type Bucket, type Burst } from "../shared-bucket.js";
import { median, type Row, type Section } from "../section.js";

interface Case extends Burst {
  readonly bucket: Bucket;
  /** Seconds until the last launch is mirrored. */
  readonly within?: number;
  /** Of a hundred creates. */
  readonly throttledPercent: number;
}

const LIMIT = 2;
const CASES: readonly Case[] = [false, true].flatMap((backfill): Case[] => [
  { launches: 100, backfill, bucket: WHOLE, within: 15, throttledPercent: LIMIT },
  { launches: 700, backfill, bucket: WHOLE, within: 150, throttledPercent: LIMIT },
  { launches: 100, backfill, bucket: HALF, throttledPercent: LIMIT },
  { launches: 700, backfill, bucket: HALF, throttledPercent: LIMIT },
]);
/** Milliseconds by which the second cold process starts later. */
const LATER = [0, 17, 100, 300, 500, 1_000, 2_000];

const rowOf = async ({ within, throttledPercent, ...burst }: Case): Promise<Row> => {
  const found = await Promise.all(LATER.map((later) => burstOf({ ...burst, later })));
  const [seconds, throttled] = [found.map((each) => each.seconds), found.map((each) => each.throttled)];
  const most = Math.max(...throttled);
  const last = Math.max(...seconds);
  const share = (100 * most) / (burst.launches + most);
  const bucket = burst.bucket === WHOLE ? "whole" : "half";
  return {
    name: `${String(burst.launches)} at once${burst.backfill === true ? ", in a backfill" : ""}`,
    cells: [
      bucket,
      `${median(seconds).toFixed(1)} / ${last.toFixed(1)}`,
      within === undefined ? "" : `${String(within)} s`,
      `${String(median(throttled))} / ${String(most)}`,
      `${String(throttledPercent)} %`,
    ],
    ok: (within === undefined || last <= within) && share <= throttledPercent,
  };
};

export const pace: Section = {
  name: "pace",
  title:
    "Launches at once in simulated time, 50 ms a call, two cold processes that start up to 2 s apart: middle and worst case",
  columns: ["of EC2's bucket", "last mirrored (s)", "limit", "creates throttled", "limit"],
  async measure() {
    const rows: Row[] = [];
    for (const each of CASES) rows.push(await rowOf(each));
    return rows;
  },
};
