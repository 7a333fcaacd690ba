/** What is captured reaches the bucket: once, found by the index, whatever happens to the agent, S3 or the disk. */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { DEFAULT_ACCOUNT } from "../../../local-cloud/call.js";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { sdk } from "../../../local-cloud/support/resources.js";
import { createBucket, indexOf, keysOf, s3Of, textOf } from "./bucket.js";
import { createNode, INSTANCE, until, ZONE, type CaptureNode } from "./node.js";

let cloud: LocalCloud;
let s3: S3Client;
let bucket: string;
const nodes: CaptureNode[] = [];

beforeAll(async () => {
  cloud = await startLocalCloud();
  s3 = s3Of(cloud);
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  await cloud.reset();
  bucket = await createBucket(s3);
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.remove()));
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
});

const newNode = async (options: Partial<Parameters<typeof createNode>[1]> = {}): Promise<CaptureNode> => {
  const node = await createNode(cloud, { bucket, ...options });
  nodes.push(node);
  return node;
};
const left = (node: CaptureNode): string[] => readdirSync(join(node.spool, "done"));
const delivered = (node: CaptureNode, lines: number) =>
  until(node, `${lines} files delivered`, async () => {
    const found = await indexOf(s3, bucket);
    return left(node).length === 0 && found.length >= lines ? found : undefined;
  });

/** A pcap with `count` packets, one a second from `start`. */
const pcap = (start: number, count: number): Buffer => {
  const records = Array.from({ length: count }, (_, n) => {
    const record = Buffer.alloc(16 + 60, n);
    [start + n, 0, 60, 60].forEach((value, at) => record.writeUInt32LE(value, at * 4));
    return record;
  });
  return Buffer.concat([Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex"), ...records]);
};

test("a file is stored with its checksum, found by its hour, and the client is who owns the endpoint", async () => {
  const put = (Key: string, body: unknown) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(body) }));
  const register = { bank: { account_id: "111122223333", vnis: { main: 4098 } } };
  const Key = "clients.json";
  const endpoints = { "vpce-00000000000000b01": { account: "111122223333" } };
  await put(Key, register);
  await put("endpoints.json", { version: 1, endpoints });
  const node = await newNode({
    config: { datapath: "bpf", code_bucket: bucket, clients_key: Key, endpoints_key: "endpoints.json" },
    spoolConfig: { unzip_packets: true },
  });
  // What the data path had no entry for.
  node.program("tags", 0, '[["00000000000000b2", 9, 5]]');
  node.start();
  const tagsOf = (): Record<string, number> => {
    const tags = JSON.parse(node.read("spool/index/tags.json") || "[]") as {
      tag: number;
      identity: object;
    }[];
    return Object.fromEntries(tags.map(({ tag, identity }) => [Object.values(identity).join("/"), tag]));
  };
  const tags = await until(node, "tags", () => {
    const found = tagsOf();
    const all = ["111122223333/4098", "111122223333/", "vpce-000000000000000b2"];
    return all.every((name) => name in found) && node.read("tags.given").includes("4098") ? found : undefined;
  });
  const late = tags["vpce-000000000000000b2"] ?? 0;
  expect(JSON.parse(node.read("tags.given"))).toContainEqual([
    "00000000000000b01".slice(1),
    4098,
    tags["111122223333/4098"],
  ]);
  const start = Date.parse("2026-11-21T05:59:58Z") / 1000;
  const zipped = gzipSync(pcap(start, 5));
  node.write(`spool/done/vlan=${tags["111122223333/4098"] ?? 0}/trace.pcap.gz`, zipped);
  // Whose this is, nobody knows yet.
  node.write(
    `spool/done/early.vlan=${late},packets=2,first=1795240798000,last=1795240799000.pcap`,
    pcap(start, 2),
  );
  node.write("spool/done/plain.pcap", pcap(start + 7200, 3));
  // the folder stays when its file has gone
  const lines = await until(node, "both", async () => {
    const found = await indexOf(s3, bucket);
    return found.length === 2 ? found : undefined;
  });
  expect(left(node)).toEqual([
    expect.stringContaining("early.vlan="),
    `vlan=${tags["111122223333/4098"] ?? 0}`,
  ]);
  expect(lines).toContainEqual(
    expect.objectContaining({
      key: expect.stringMatching(
        new RegExp(
          `^captures/client=all/vni=all/zone=${ZONE}/date=2026-11-21/hour=07/node=${INSTANCE}/plain-\\w{12}\\.pcap$`,
        ),
      ),
      packets: 3,
      times: "packets",
    }),
  );
  const [bank] = lines.filter(({ client }) => client === "bank");
  expect(bank).toMatchObject({
    vni: "4098",
    packets: 5,
    sha256: createHash("sha256").update(zipped).digest("hex"),
  });
  expect(await keysOf(s3, bucket, "index/date=2026-11-21/hour=07/")).toHaveLength(1);
  expect(await keysOf(s3, bucket, "index/date=2026-11-21/hour=05/")).toHaveLength(1);

  // Another client joins with that endpoint: no new node, no restart. What has waited is filed as its.
  await put(Key, { ...register, shop: { account_id: "444455556666", vnis: {} } });
  await until(node, "the new register", () => node.read("clients.json").includes("shop"));
  await put("endpoints.json", {
    version: 1,
    endpoints: { ...endpoints, "vpce-000000000000000b2": { account: "444455556666" } },
  });
  const found = await until(node, "the new client's file", async () =>
    (await indexOf(s3, bucket)).find(({ client }) => client === "shop"),
  );
  expect(found).toMatchObject({
    vni: "other",
    endpoint: "vpce-000000000000000b2",
    packets: 2,
    times: "packets",
  });
  // A broken register changes nothing.
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "{" }));
  node.write(`spool/done/vlan=${tags["111122223333/4098"] ?? 0}/late.pcap`, "x");
  await until(node, "one more file", async () =>
    (await indexOf(s3, bucket)).some(({ client, bytes }) => client === "bank" && bytes === 1),
  );
  expect(node.read("clients.json")).toContain("shop");
});

test("a file too large for one request is stored in parts, once and whole, as the bucket's policy wants it", async () => {
  const Statement = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${bucket}/captures/*`,
    Condition: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  const node = await newNode({ config: { bucket: { name: bucket, largest_put_bytes: 1_000_000 } } });
  const content = Buffer.alloc(40 * 2 ** 20, "forty mebibytes of evidence ");
  const sha256 = createHash("sha256").update(content).digest("hex");
  node.write("spool/done/large.bin", content);
  // The second of three parts fails until the SDK gives up: the upload is aborted and begins anew.
  const broken = { action: "s3:PUT *", code: "SlowDown", status: 503, nth: 2 };
  await cloud.interfere({ faults: [broken, broken, broken] });
  node.start();
  const [line] = await delivered(node, 1);
  expect(line).toMatchObject({ bytes: content.length, sha256 });
  expect(
    node.journal().filter(({ message }) => message === "upload failed, will be tried again"),
  ).toHaveLength(1);
  // The same once more is there already, which shows when the parts would become an object.
  node.write("spool/done/large.bin", content);
  await until(node, "the second file", () => node.journal().some(({ stored }) => stored === "there already"));
  const [key = "", ...others] = await keysOf(s3, bucket, "captures/");
  expect([key, others]).toEqual([line?.key, []]);
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const stored = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  expect(createHash("sha256").update(stored).digest("hex")).toBe(sha256);
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  expect(Uploads ?? []).toEqual([]);
});

test("an agent killed in the middle of uploads loses nothing and sends nothing twice", async () => {
  const node = await newNode();
  const contents = Array.from({ length: 40 }, (_, n) => `packets of file ${n} `.repeat(1000));
  contents.forEach((content, n) => node.write(`spool/done/file-${n}.pcap`, content));
  await cloud.interfere({ latency: [{ action: "s3:PUT *", ms: 100, jitter: 100 }] });
  for (let kills = 0; kills < 8; kills++) {
    node.start();
    await new Promise((resolve) => setTimeout(resolve, 700 + 90 * kills));
    await node.kill();
  }
  await cloud.interfere({});
  node.start();
  const lines = await delivered(node, 40);
  const keys = await keysOf(s3, bucket, "captures/");
  expect(keys).toHaveLength(40);
  expect(lines.map(({ key }) => key).sort()).toEqual(keys);
  const stored = await Promise.all(keys.map((key) => textOf(s3, bucket, key)));
  expect(stored.sort()).toEqual([...contents].sort());
});

test("an S3 that throttles, fails and breaks connections gets everything in the end, once", async () => {
  await cloud.interfere({
    faults: [
      { action: "s3:PUT *", code: "SlowDown", status: 503, probability: 0.3 },
      { action: "s3:PUT *", drop: true, when: "after", probability: 0.2 },
      { action: "s3:PUT *", code: "InternalError", status: 500, when: "after", probability: 0.2 },
    ],
  });
  const node = await newNode();
  for (let n = 0; n < 25; n++) node.write(`spool/done/file-${n}.log`, `line ${n}\n`);
  node.start();
  await until(node, "all sent", () => left(node).length === 0, 40);
  await cloud.interfere({});
  const lines = await delivered(node, 25);
  const keys = await keysOf(s3, bucket, "captures/");
  expect(keys).toHaveLength(25);
  expect(lines.map(({ key }) => key).sort()).toEqual(keys);
});

test("a full disk gives up its oldest files, loudly, and the node is unhealthy meanwhile", async () => {
  await cloud.interfere({ faults: [{ action: "s3:PUT *", code: "SlowDown", status: 503 }] });
  const node = await newNode({
    disk: 8 * 1024 * 1024,
    spoolConfig: { high_water_percent: 50, evict_percent: 70 },
    config: { launch_hook: null },
  });
  node.start();
  await until(node, "healthy", async () => (await node.health())?.status === 200);
  for (let n = 0; n < 7; n++) {
    node.write(`spool/done/file-${n}.pcap`, Buffer.alloc(1024 * 1024, n));
    await new Promise((resolve) => setTimeout(resolve, 20)); // their age is their order
  }
  await until(node, "room", () => left(node).length <= 5);
  await until(node, "unhealthy", async () => (await node.health())?.checks?.["disk"]?.ok === false);
  expect((await node.health())?.status).toBe(503);
  expect(left(node).sort()).toEqual([
    "file-2.pcap",
    "file-3.pcap",
    "file-4.pcap",
    "file-5.pcap",
    "file-6.pcap",
  ]);
  const lost = node.journal().filter(({ message }) => String(message).startsWith("EVIDENCE LOST"));
  expect(lost.map(({ file }) => file)).toEqual(["file-0.pcap", "file-1.pcap"]);

  // S3 is back: what is left goes
  await cloud.interfere({});
  // A line for each file, and one for each that is lost.
  const lines = await delivered(node, 7);
  expect(lines.filter(({ lost }) => lost === undefined)).toHaveLength(5);
  expect(lines.flatMap(({ lost, path }) => (lost === undefined ? [] : [path]))).toEqual(
    lost.map(({ file }) => file),
  );
  await until(node, "healthy", async () => (await node.health())?.status === 200);
});

test("a disk without a free byte does not keep files from being sent and found", async () => {
  await cloud.interfere({ faults: [{ action: "s3:PUT *", code: "SlowDown", status: 503 }] });
  const node = await newNode({
    disk: 2 * 1024 * 1024,
    spoolConfig: { high_water_percent: 100, evict_percent: 100 },
  });
  node.start();
  await until(node, "in service", async () => (await node.health())?.phase === "in-service");
  node.write("spool/done/a.pcap", Buffer.alloc(1024 * 1024, 1));
  const filled = (): boolean => {
    try {
      for (let n = 0; ; n++) node.write(`spool/filler-${n}`, Buffer.alloc(4096));
    } catch {
      return true;
    }
  };
  expect(filled()).toBe(true);
  await cloud.interfere({});
  expect(await delivered(node, 1)).toHaveLength(1);
  expect(node.journal().some(({ message }) => message === "the index is not on disk")).toBe(true);
});

test("the packet counts reach CloudWatch: by fleet, for alarms by zone, and nothing is lost while it does not answer", async () => {
  const node = await newNode();
  await cloud.interfere({
    faults: [{ action: "monitoring:PutMetricData", code: "InternalFailure", status: 500, first: 4 }],
  });
  node.start();
  await until(node, "a first sample", async () => (await node.health())?.checks !== undefined);
  node.counters("mirror0", 5000);
  node.write("counters.json", '{"packets":4000,"drops":1000}');
  const cloudWatch = sdk(cloud, DEFAULT_ACCOUNT, CloudWatchClient);
  const sum = async (MetricName: string, dimensions: Record<string, string>): Promise<number> => {
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: "TrafficMirror",
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 60,
        Statistics: ["Sum"],
      }),
    );
    return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
  };
  const fleet = { fleet: "capture" };
  // moto adds up what has these dimensions and more, so what is there by zone as well is asked for by zone
  const zone = { ...fleet, zone: ZONE };
  await until(node, "packets", async () => (await sum("PacketsMirrored", zone)) === 5000);
  expect(await sum("DropsTool", fleet)).toBe(1000);
  expect(await sum("MetricsFailed", fleet)).toBeGreaterThan(0);
  const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand({ Namespace: "TrafficMirror" }));
  const names = new Set(Metrics.map(({ MetricName }) => MetricName));
  for (const name of [
    "NodeHealthy",
    "ToolDropRatio",
    "EnaBwInExceeded",
    "IpReversePathFilter",
    "SpoolDroppedFiles",
    "SpoolDroppedPackets",
    "UploadedPackets",
  ]) {
    expect(names).toContain(name);
  }
});
