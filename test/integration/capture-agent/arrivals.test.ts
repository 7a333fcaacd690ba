/** What has arrived at a node reaches the hub's bucket, under the node's own key, and a node that cannot count says so. */
import { gunzipSync } from "node:zlib";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { DEFAULT_ACCOUNT } from "../../../local-cloud/call.js";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { sdk } from "../../../local-cloud/support/resources.js";
import { createBucket, s3Of } from "./bucket.js";
import { createNode, INSTANCE, until, type CaptureNode } from "./node.js";

let cloud: LocalCloud;
let s3: S3Client;
let node: CaptureNode | undefined;

beforeAll(async () => {
  cloud = await startLocalCloud();
  s3 = s3Of(cloud);
});
afterAll(() => cloud.stop());
afterEach(async () => {
  await node?.remove();
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
});

const KEY = `nodes/AROAEXAMPLE:${INSTANCE}.json.gz`;
const summary = (rows: number): string => JSON.stringify({ rows, added: rows, uncounted: 0, fragments: 0 });
const row = (address: string, packets: number): string =>
  `["1122334455667788",101,"${address}",${packets},${packets * 100},0]\n`;

/** The lines of the object as it is now; undefined where there is none yet. */
const handedIn = async (bucket: string): Promise<unknown[] | undefined> => {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: KEY }));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString();
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  } catch (error) {
    if ((error as Error).name === "NoSuchKey") return undefined;
    throw error;
  }
};

const sumOf = async (MetricName: string): Promise<number | undefined> => {
  const answer = await sdk(cloud, DEFAULT_ACCOUNT, CloudWatchClient).send(
    new GetMetricStatisticsCommand({
      Namespace: "TrafficMirror",
      MetricName,
      Dimensions: [{ Name: "fleet", Value: "capture" }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      Period: 7200,
      Statistics: ["Sum"],
    }),
  );
  return answer.Datapoints?.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
};

test("each snapshot replaces the one before, and what cannot be counted is told and hands in nothing", async () => {
  const bucket = await createBucket(s3);
  const made = await createNode(cloud, {
    bucket,
    config: { arrivals: { bucket, key_prefix: "nodes/AROAEXAMPLE:" } },
  });
  node = made;
  made.write("arrivals.rows", row("10.0.1.7", 3));
  made.program("arrivals", 0, summary(1));
  made.start();
  const first = await until(made, "a snapshot", () => handedIn(bucket));
  expect(first).toEqual([
    { version: 1, node: INSTANCE, boot: "boot-1", interval: 0.3, rows: 1, overflow: false },
    ["1122334455667788", 101, "10.0.1.7", 3, 300, 0],
  ]);

  made.write("arrivals.rows", row("10.0.1.7", 3) + row("10.0.1.8", 1));
  made.program("arrivals", 0, summary(2));
  await until(made, "the next snapshot", async () => {
    const found = await handedIn(bucket);
    return found?.length === 3 ? found : undefined;
  });
  const counted = await until(made, "metrics with zeros", async () => {
    const sources = await sumOf("ArrivalSources");
    const failures = await sumOf("ArrivalCountFailures");
    return (sources ?? 0) > 0 && failures !== undefined ? { failures } : undefined;
  });
  expect(counted.failures).toBe(0);

  made.program("arrivals", 1, "traffic-mirror: the program that counts what arrives is not attached");
  await until(made, "a failure that is counted", async () =>
    ((await sumOf("ArrivalCountFailures")) ?? 0) > 0 ? true : undefined,
  );
  const said = made.journal().filter(({ message }) => message === "what arrives is not counted on this node");
  expect(said).toHaveLength(1);
  expect(made.journal().some(({ message }) => message === "arrivals failed")).toBe(false);
});
