/** Packets that a tool writes to S3 by itself: into a bucket of their own, through the spool, whatever becomes of the bucket. */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createBucket, indexOf, keysOf, s3Of } from "./bucket.js";
import { createNode, until, type CaptureNode } from "./node.js";

let cloud: LocalCloud;
let s3: S3Client;
let node: CaptureNode | undefined;

beforeAll(async () => {
  cloud = await startLocalCloud();
  s3 = s3Of(cloud);
});
afterEach(() => node?.remove());
afterAll(() => cloud.stop());

/** The local cloud, the agent and its tries share a machine with other tests. */
const SECONDS = 90;

const freePort = async (): Promise<number> => {
  const probe = http.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

/** A pcap with `count` packets, one a second. */
const pcap = (count: number): Buffer =>
  Buffer.concat([
    Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex"),
    ...Array.from({ length: count }, (_, n) => {
      const record = Buffer.alloc(16 + 60, n);
      [1_800_000_000 + n, 0, 60, 60].forEach((value, at) => record.writeUInt32LE(value, at * 4));
      return record;
    }),
  ]);

/** As writer-s3 sends a file: in parts, the next before the one before it has its answer. */
async function write(base: string, key: string, content: Buffer): Promise<void> {
  const begun = await fetch(`${base}/${key}?uploads=`, { method: "POST" });
  const id = /<UploadId>(.*)<\/UploadId>/.exec(await begun.text())?.[1] ?? "";
  const third = Math.ceil(content.length / 3);
  await Promise.all(
    [2, 0, 1].map((n) =>
      fetch(`${base}/${key}?partNumber=${n + 1}&uploadId=${id}`, {
        method: "PUT",
        body: new Uint8Array(content.subarray(n * third, (n + 1) * third)),
      }),
    ),
  );
  const ended = await fetch(`${base}/${key}?uploadId=${id}`, { method: "POST", body: "<Complete/>" });
  expect(ended.status).toBe(200);
}

test("they wait while the bucket is away, come under the tool's keys, and every packet is counted", async () => {
  const bucket = await createBucket(s3);
  const packets = `capture-${Number(bucket.split("-")[1]) + 1}`;
  const port = await freePort();
  node = await createNode(cloud, { bucket, config: { packets: { bucket: packets, port } } });
  const { spool } = node;
  node.start();
  await until(
    node,
    "the agent's own S3",
    () =>
      fetch(`http://127.0.0.1:${port}/`)
        .then(() => true)
        .catch(() => undefined),
    SECONDS,
  );
  const files = {
    "node-1/000001-270115-00000001.pcap": pcap(7),
    "node-1/000002-270115-00000002.pcap": pcap(5),
  };
  const base = `http://127.0.0.1:${port}/${packets}`;
  for (const [key, content] of Object.entries(files)) await write(base, key, content);
  // There is no such bucket yet: the tool did not have to know, and nothing is given up.
  await until(
    node,
    "a try that failed",
    () =>
      node?.journal().some(({ message }) => message === "upload failed, will be tried again") === true
        ? true
        : undefined,
    SECONDS,
  );
  expect(await createBucket(s3)).toBe(packets);
  const lines = await until(
    node,
    "both files in the index",
    async () => {
      const found = await indexOf(s3, bucket);
      return found.length === 2 ? found : undefined;
    },
    SECONDS,
  );
  expect(await keysOf(s3, packets, "")).toEqual(Object.keys(files));
  for (const [Key, content] of Object.entries(files)) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: packets, Key }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(content)).toBe(true);
  }
  expect(
    lines.map(({ key, packets: count }) => ({ key, count })).sort((a, b) => (a.key < b.key ? -1 : 1)),
  ).toEqual([
    { key: `s3://${packets}/node-1/000001-270115-00000001.pcap`, count: 7 },
    { key: `s3://${packets}/node-1/000002-270115-00000002.pcap`, count: 5 },
  ]);
  expect(await keysOf(s3, bucket, "captures/")).toEqual([]);
  expect(
    readdirSync(join(spool, "done"), { recursive: true }).filter((each) => String(each).endsWith(".pcap")),
  ).toEqual([]);
});
