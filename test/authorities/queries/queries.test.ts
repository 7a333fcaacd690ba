/** The queries of docs/capture.md, over lines that the agent's own code wrote and the columns that the module declares. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import { lossOf } from "../../../functions/capture-agent/core/losses.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import { createLossJournal } from "../../../functions/capture-agent/system/loss-journal.js";
import { prepareSpool } from "../../../functions/capture-agent/system/spool-files.js";
import { createUploadJournal } from "../../../functions/capture-agent/system/upload-journal.js";
import { createUploader } from "../../../functions/capture-agent/uploader.js";
import { root } from "../../../scripts/lib/run.js";
import { MAC, ethernet, udp4 } from "../../dataplane/support/packets.js";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
let folder = "";
let bucket = "";
const place = { prefix: "", zone: "euw1-az1", node: "i-1" };
const log = createLog(() => undefined);
const now = (): number => Date.parse("2026-11-21T06:30:00Z");

/** A capture of one packet each second from `from` on, of `host` and others. */
function capture(from: string, host: string, peers: readonly string[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt32LE(1, 20);
  const records = peers.map((peer, n) => {
    const frame = ethernet(
      MAC.node,
      MAC.balancer,
      0x0800,
      udp4({ from: host, to: peer }, 1, 2, Buffer.alloc(9)),
    );
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Date.parse(from) / 1000 + n, 0);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([header, ...records]);
}

/** Columns of the tables in athena.tf. */
function columns(): Record<string, Record<string, string>> {
  const tables = read("modules/capture-fleet/athena.tf").matchAll(
    /^ {4}(\w+) = \{\n.*?columns = \{\n(.*?)\n {6}\}/gms,
  );
  return Object.fromEntries(
    [...tables].map(([, name = "", body = ""]) => [
      name,
      Object.fromEntries(
        [...body.matchAll(/(\w+)\s*=\s*"(.*)"/g)].map(([, column = "", type = ""]) => [column, type]),
      ),
    ]),
  );
}
const linesBelow = (prefix: string): Record<string, unknown>[] =>
  readdirSync(join(bucket, prefix), { recursive: true, encoding: "utf8" })
    .filter((name) => name.startsWith("date=") && name.endsWith(".jsonl"))
    .flatMap((name) =>
      readFileSync(join(bucket, prefix, name), "utf8")
        .trim()
        .split("\n"),
    )
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "queries-"));
  const spool = join(folder, "spool");
  bucket = join(folder, "bucket");
  await prepareSpool(spool);
  const put = async (key: string, text: string) => {
    mkdirSync(dirname(join(bucket, key)), { recursive: true });
    writeFileSync(join(bucket, key), text);
    return "stored" as const;
  };
  const store = { putFile: async () => "stored" as const, putText: put };
  const sent = new Set<string>();
  const count = (): void => undefined;
  const losses = createLossJournal({ folder: join(spool, "lost"), sent, count, log, now });
  const journal = createUploadJournal({ folder: join(spool, "index"), bucket: store, place, now, log });
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "kernel",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: spool },
      bucket: { name: "b" },
      tool: {},
    }),
  );
  const register = () => ({ "7": { client: "shop" } });
  const uploader = createUploader({
    config,
    bucket: store,
    journal,
    losses,
    sent,
    place,
    register,
    count,
    log,
    now,
  });
  const peers = Array.from({ length: 30 }, (_, n) => `52.94.${n}.1`);
  for (const [name, content] of [
    ["early.pcap", capture("2026-11-21T05:00:00Z", "10.0.1.5", peers)],
    ["across.pcap", capture("2026-11-21T05:59:50Z", "10.0.1.6", peers)],
    ["wanted.pcap", capture("2026-11-21T06:15:00Z", "10.0.1.5", peers)],
    ["other.pcap", capture("2026-11-21T06:15:00Z", "10.0.1.50", peers)],
    ["vni=7/eve-20261121T061500.json", Buffer.from("{}")],
  ] as const) {
    mkdirSync(dirname(join(spool, "done", name)), { recursive: true });
    writeFileSync(join(spool, "done", name), content);
  }
  expect(await uploader.pass()).toBe(0);
  await journal.flush();
  const read = { first: now() - 60_000, last: now(), packets: 12 };
  for (const [n, times] of [read, undefined].entries()) {
    const loss = lossOf({ path: `lost-${n}.pcap`, bytes: 100, writtenAt: now() }, times);
    await losses.record(loss);
    losses.deleted(loss);
  }
  await losses.flush(store, place, true);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every field of a line has a column, and every column is a field", () => {
  const { index = {}, lost = {} } = columns();
  for (const line of linesBelow("index")) expect(Object.keys(index).sort()).toEqual(Object.keys(line).sort());
  for (const line of linesBelow("index/lost"))
    expect(Object.keys(lost).sort()).toEqual(Object.keys(line).sort());
  expect([linesBelow("index").length, linesBelow("index/lost").length]).toEqual([5, 2]);
});

test("the queries of the documentation find what they say", () => {
  const queries = [...read("docs/capture.md").matchAll(/^```sql\n(.*?)^```/gms)].map(
    ([, query = ""]) => query,
  );
  const { index, lost } = columns();
  const python = execFileSync(
    join(root, "scripts", "venv.sh"),
    ["venv-queries", "test/requirements-queries.txt"],
    {
      encoding: "utf8",
    },
  ).trim();
  const tables = {
    index: { folder: join(bucket, "index"), columns: index },
    lost: { folder: join(bucket, "index", "lost"), columns: lost },
  };
  const said = execFileSync(python, [join(root, "test/authorities/queries/run.py")], {
    input: JSON.stringify({ tables, queries }),
    encoding: "utf8",
  });
  const [files = [], traffic = [], missing] = JSON.parse(said) as Record<string, unknown>[][];
  // The log's addresses are not known, so it may be about the host.
  expect(files.map(({ key }) => /(\w+)(-\w+)*-[0-9a-f]{12}\./.exec(String(key))?.[1]).sort()).toEqual([
    "eve",
    "wanted",
  ]);
  expect(files.find(({ packets }) => packets !== null)).toMatchObject({
    first: "2026-11-21T06:15:00.000Z",
    last: "2026-11-21T06:15:29.000Z",
    packets: 30,
  });
  expect(traffic).toEqual([
    { client: "all", node: "i-1", files: 4, packets: 120, bytes: expect.any(Number) },
    { client: "shop", node: "i-1", files: 1, packets: null, bytes: 2 },
  ]);
  expect(missing).toEqual([
    {
      node: "i-1",
      first: "2026-11-21T06:29:00.000Z",
      last: "2026-11-21T06:30:00.000Z",
      files: 2,
      packets: 12,
    },
  ]);
});
