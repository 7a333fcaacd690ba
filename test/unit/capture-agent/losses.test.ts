/** What a full disk takes: its records, and what the metrics are told. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import { lossOf, readRecord, recordName } from "../../../functions/capture-agent/core/losses.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import { createLossJournal } from "../../../functions/capture-agent/system/loss-journal.js";
import { listFiles } from "../../../functions/capture-agent/system/spool-files.js";
import { createSpoolLimit, listForLosses } from "../../../functions/capture-agent/spool-limit.js";

let spool = "";
let counts: Record<string, number> = {};
const log = createLog(() => undefined);
const place = { prefix: "p/", zone: "z1", node: "i-1" };

beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), "losses-"));
  for (const folder of ["open", "done"]) mkdirSync(join(spool, folder));
  counts = {};
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

const capture = (packets: number): Buffer => {
  const file = Buffer.alloc(24 + 16 * packets);
  file.writeUInt32LE(0xa1b2c3d4, 0);
  for (let n = 0; n < packets; n++) file.writeUInt32LE(1_800_000_000 + n, 24 + 16 * n);
  return file;
};
const put = (path: string, content: string | Buffer): void => {
  writeFileSync(join(spool, path), content);
  utimesSync(join(spool, path), 1_800_000_010, 1_800_000_010);
};
const journal = (sent = new Set<string>()) =>
  createLossJournal({
    folder: join(spool, "lost"),
    sent,
    count: (name, by) => (counts[name] = (counts[name] ?? 0) + by),
    log,
    now: () => 1_800_000_100_000,
  });
const full = (losses: ReturnType<typeof journal>, usedPercent = () => 100) =>
  createSpoolLimit({
    config: parseConfig(
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
    ),
    disk: async () => ({ totalBytes: 1e6, freeBytes: 1e4 * (100 - usedPercent()), writable: true }),
    losses,
    log,
    now: () => Date.now(),
  });
const bucket = () => {
  const objects = new Map<string, string>();
  return { objects, putText: async (key: string, text: string) => objects.set(key, text) };
};

test("each file's packets are counted, compressed or not, and what is no capture is uncounted", async () => {
  put("done/a.pcap", capture(3));
  put("done/b.pcap", capture(4));
  execFileSync("zstd", ["-q", "--rm", join(spool, "done/b.pcap")]);
  put("done/eve.json", "{}");
  const losses = journal();
  await full(losses)();
  expect(counts).toMatchObject({
    SpoolDroppedFiles: 3,
    SpoolDroppedPackets: 7,
    SpoolDroppedUncounted: 1,
  });
  const { objects, putText } = bucket();
  await losses.flush({ putText }, place, false);
  expect([...objects]).toEqual([]); // not before CloudWatch was told
  await losses.telling()();
  await losses.flush({ putText }, place, false);
  const [[key, text] = ["", ""]] = objects;
  expect(key).toMatch(/^p\/index\/lost\/date=2027-01-15\/hour=08\/z1-i-1-\d+-[0-9a-f]{12}\.jsonl$/);
  expect(JSON.parse(text.split("\n")[0] ?? "")).toEqual({
    lost: "disk-full",
    zone: "z1",
    node: "i-1",
    path: "a.pcap",
    first: "2027-01-15T08:00:00.000Z",
    last: "2027-01-15T08:00:02.000Z",
    times: "packets",
    packets: 3,
    bytes: 72,
  });
  expect([losses.waiting(), readdirSync(join(spool, "lost"))]).toEqual([0, []]);
});

test("a file that is uploaded meanwhile is lost only if the upload fails", async () => {
  put("done/a.pcap", capture(1));
  put("done/b.pcap", capture(1));
  const losses = journal();
  const [a, b] = await listFiles(join(spool, "done"));
  if (a === undefined || b === undefined) throw new Error("two files were put");
  const ended = [losses.uploading(a), losses.uploading(b)];
  await full(losses)();
  expect([readdirSync(join(spool, "done")), counts]).toEqual([[], {}]);
  await losses.withdraw(a);
  for (const end of ended) end();
  expect(counts).toMatchObject({ SpoolDroppedFiles: 1, SpoolDroppedPackets: 1 });
  expect(readdirSync(join(spool, "lost"))).toHaveLength(1);
});

test("deleting what the bucket has loses nothing", async () => {
  put("done/a.pcap", capture(1));
  const [a] = await listForLosses(spool);
  await full(journal(new Set([`${a?.path}\n${a?.bytes}\n${a?.writtenAt}`])))();
  expect([readdirSync(join(spool, "done")), counts]).toEqual([[], {}]);
});

test("a record that the full disk had no room for says by its name how much is lost", async () => {
  const loss = lossOf({ path: "a.pcap", bytes: 7, writtenAt: 5 }, { first: 1, last: 2, packets: 3 });
  const name = recordName(loss, "ab12");
  expect(readRecord(name, JSON.stringify(loss))).toEqual({ loss, digest: "ab12" });
  expect(readRecord(name, '{"path":"a.p')).toEqual({
    loss: { path: "", bytes: 7, writtenAt: 5, packets: 3, first: 5, last: 5, times: "written" },
    digest: "ab12",
  });
  mkdirSync(join(spool, "lost"));
  writeFileSync(join(spool, "lost", name), "");
  const losses = journal();
  await losses.recover([]);
  expect(counts).toEqual({ SpoolDroppedFiles: 1, SpoolDroppedBytes: 7, SpoolDroppedPackets: 3 });
  await losses.telling()();
  counts = {};
  await journal().recover([]); // the next start tells nothing twice
  expect(counts).toEqual({});
});

test("the faster a disk fills the more room is left, so that no tool meets a full one", async () => {
  const done = (): string[] => readdirSync(join(spool, "done"));
  for (const name of ["a.pcap", "b.pcap"]) put(`done/${name}`, Buffer.alloc(30_000));
  let used = 90;
  const limit = full(journal(), () => used);
  await limit();
  used = 94; // and would be 102 after two more intervals like that
  await limit();
  expect(done()).toEqual(["b.pcap"]);
  const slow = full(journal(), () => used);
  await slow();
  expect(done()).toEqual(["b.pcap"]);
});
