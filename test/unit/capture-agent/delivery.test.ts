/** From the spool into the bucket, on a real folder, with a bucket that fails and an agent that is killed. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { Bucket } from "../../../functions/capture-agent/aws/bucket.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import type { IndexLine } from "../../../functions/capture-agent/core/keys.js";
import type { EventName } from "../../../functions/capture-agent/core/metrics.js";
import { identityOf } from "../../../functions/capture-agent/core/spool.js";
import { createLossJournal } from "../../../functions/capture-agent/system/loss-journal.js";
import { createUploadJournal } from "../../../functions/capture-agent/system/upload-journal.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import {
  adoptOpenFiles,
  listFiles,
  listOpenFiles,
  prepareSpool,
} from "../../../functions/capture-agent/system/spool-files.js";
import { examine } from "../../../functions/capture-agent/system/examine.js";
import { createUploader } from "../../../functions/capture-agent/uploader.js";

const place = { prefix: "", zone: "z1", node: "i-1" };
let spool = "";

beforeEach(async () => {
  spool = mkdtempSync(join(tmpdir(), "spool-"));
  await prepareSpool(spool);
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

const put = (path: string, content: string | Buffer, folder = "done"): void => {
  mkdirSync(dirname(join(spool, folder, path)), { recursive: true });
  writeFileSync(join(spool, folder, path), content);
};

/** A bucket in memory that keeps objects as S3 does, and takes a plan of what goes wrong with each request. */
function fakeBucket(trouble: () => "none" | "before" | "after") {
  const objects = new Map<string, string>();
  let writes = 0;
  const write = async (key: string, content: string): Promise<"stored" | "there already"> => {
    const wrong = trouble();
    if (wrong === "before") throw new Error("SlowDown");
    const there = objects.has(key);
    if (!there) {
      objects.set(key, content);
      writes += 1;
    }
    if (wrong === "after") throw new Error("ECONNRESET");
    return there ? "there already" : "stored";
  };
  const bucket: Bucket = {
    putFile: async (key, path, bytes, sha256) => {
      const content = readFileSync(path);
      expect(content.length).toBe(bytes);
      expect(createHash("sha256").update(content).digest()).toEqual(sha256);
      return write(key, content.toString());
    },
    putText: write,
  };
  const of = (prefix: string) => [...objects].filter(([key]) => key.startsWith(prefix));
  return {
    bucket,
    writes: () => writes,
    captures: () => of("captures/"),
    index: () =>
      of("index/")
        .flatMap(([, text]) => text.trim().split("\n"))
        .map((line) => JSON.parse(line) as IndexLine),
  };
}

/** One start of the agent's delivery. */
let clock = 1_800_000_000_000;
const ticking = (): number => (clock += 1);
async function start(bucket: Bucket, counts: Partial<Record<EventName, number>> = {}, now = ticking) {
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "kernel",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: spool, upload_concurrency: 2 },
      bucket: { name: "b" },
      tool: {},
    }),
  );
  const log = createLog(() => undefined);
  const journal = createUploadJournal({ folder: join(spool, "index"), bucket, place, now, log });
  const count = (name: EventName, by: number): void => void (counts[name] = (counts[name] ?? 0) + by);
  const register = () => ({ "7": { client: "shop" } });
  const sent = new Set((await journal.recover()).map(identityOf));
  const losses = createLossJournal({ folder: join(spool, "lost"), sent, count, log, now });
  const parts = { config, bucket, journal, losses, sent, place, register, count, log, now };
  return { journal, losses, uploader: createUploader(parts) };
}

test("a done file is stored under its key, indexed and deleted; an open one and a link are left alone", async () => {
  const cloud = fakeBucket(() => "none");
  put("vni=7/a.log", "hello");
  put("b.pcap", "unfinished", "open");
  symlinkSync("/etc/passwd", join(spool, "done", "passwd"));
  put(".hidden", "x");
  const { uploader, journal } = await start(cloud.bucket);
  expect(await uploader.pass()).toBe(0);
  await journal.flush();
  expect(cloud.captures().map(([key]) => key)).toEqual([
    expect.stringMatching(
      /^captures\/client=shop\/vni=7\/zone=z1\/date=.*\/hour=..\/node=i-1\/a-2cf24dba5fb0\.log$/,
    ),
  ]);
  expect(cloud.index()).toEqual([
    expect.objectContaining({
      key: cloud.captures()[0]?.[0],
      client: "shop",
      vni: "7",
      bytes: 5,
      times: "written",
      sha256: createHash("sha256").update("hello").digest("hex"),
    }),
  ]);
  expect(await listFiles(join(spool, "done"))).toEqual([]);
  expect(readdirSync(join(spool, "open"))).toEqual(["b.pcap"]);
});

test("the same name with other content is another object", async () => {
  const cloud = fakeBucket(() => "none");
  const { uploader } = await start(cloud.bucket);
  for (const content of ["one", "two"]) {
    put("trace0", content);
    await uploader.pass();
  }
  expect(
    cloud
      .captures()
      .map(([, content]) => content)
      .sort(),
  ).toEqual(["one", "two"]);
});

test("a file that always fails delays no other, and a bucket that is gone is not called without end", async () => {
  const counts: Partial<Record<EventName, number>> = {};
  const cloud = fakeBucket(() => "none");
  const stubborn: Bucket = {
    ...cloud.bucket,
    putFile: async (key, path, ...rest) => {
      if (path.includes("bad")) throw new Error("AccessDenied");
      return cloud.bucket.putFile(key, path, ...rest);
    },
  };
  for (let n = 0; n < 20; n++) put(`bad-${n}`, `b${n}`);
  for (let n = 0; n < 20; n++) put(`good-${n}`, `g${n}`);
  const { uploader } = await start(stubborn, counts);
  const failed = await uploader.pass();
  expect(failed).toBeLessThanOrEqual(10);
  for (let turn = 0; turn < 3; turn++) await uploader.pass();
  expect(cloud.captures()).toHaveLength(20);
  expect(await listFiles(join(spool, "done"))).toHaveLength(20);
  expect(counts["UploadedFiles"]).toBe(20);
});

test("nothing is lost and nothing is there twice, whatever fails and wherever the agent is killed", async () => {
  const trouble = fc.constantFrom("none" as const, "before" as const, "after" as const);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 8 }),
      fc.array(trouble, { maxLength: 20 }),
      fc.array(fc.constantFrom("pass", "flush", "kill"), { maxLength: 10 }),
      async (contents, troubles, turns) => {
        rmSync(spool, { recursive: true, force: true });
        await prepareSpool(spool);
        const cloud = fakeBucket(() => troubles.shift() ?? "none");
        contents.forEach((content, n) => put(`file-${n}`, `${n}:${content}`));
        let life = await start(cloud.bucket);
        for (const turn of turns) {
          // A kill forgets all that is not on disk; what was under way fails by the troubles above.
          if (turn === "kill") life = await start(cloud.bucket);
          if (turn === "pass") await life.uploader.pass();
          if (turn === "flush") await life.journal.flush().catch(() => undefined);
        }
        for (let turn = 0; turn < 25 && troubles.length > 0; turn++) {
          await life.uploader.pass();
          await life.journal.flush().catch(() => undefined);
        }
        await life.uploader.pass();
        await life.journal.flush();
        const stored = cloud.captures().map(([, content]) => content);
        expect(stored.sort()).toEqual(contents.map((content, n) => `${n}:${content}`).sort());
        expect(
          cloud
            .index()
            .map(({ key }) => key)
            .sort(),
        ).toEqual(
          cloud
            .captures()
            .map(([key]) => key)
            .sort(),
        );
        expect(await listFiles(join(spool, "done"))).toEqual([]);
        expect(life.journal.waiting()).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});

test("a kill between the index and the deletion sends nothing again", async () => {
  const cloud = fakeBucket(() => "none");
  put("a.log", "hello");
  const [file] = await listFiles(join(spool, "done"));
  const first = await start(cloud.bucket);
  await first.uploader.pass();
  // the file as it was, as if unlink had not happened
  writeFileSync(join(spool, "done", "a.log"), "hello");
  const { utimesSync } = await import("node:fs");
  utimesSync(join(spool, "done", "a.log"), file!.writtenAt / 1000, file!.writtenAt / 1000);
  const second = await start(cloud.bucket);
  await second.uploader.pass();
  await second.journal.flush();
  expect(cloud.index()).toHaveLength(1);
  expect(cloud.writes()).toBe(2); // the file and its line
  expect(await listFiles(join(spool, "done"))).toEqual([]);
});

test("two parts of the index of one millisecond are two objects: neither is taken for the other", async () => {
  const cloud = fakeBucket(() => "none");
  const { uploader, journal } = await start(cloud.bucket, {}, () => clock);
  for (const name of ["a.log", "b.log"]) {
    put(name, name);
    await uploader.pass();
    await journal.flush();
  }
  expect(cloud.index().map(({ bytes, key }) => [bytes, /\/(a|b)-/.exec(key)?.[1]])).toEqual([
    [5, "a"],
    [5, "b"],
  ]);
});

test("a line that was cut off by a crash is left out, and the lines before it are sent", async () => {
  const cloud = fakeBucket(() => "none");
  put("a.log", "hello");
  const first = await start(cloud.bucket);
  await first.uploader.pass();
  const pending = join(spool, "index", "pending.jsonl");
  writeFileSync(pending, `${readFileSync(pending, "utf8")}{"line":{"key":"capt`);
  const second = await start(cloud.bucket);
  await second.journal.flush();
  expect(cloud.index()).toHaveLength(1);
});

test("what the tool left open is adopted, never over a finished file", async () => {
  put("a.pcap", "whole");
  put("a.pcap", "rest", "open");
  put("sub/b.pcap", "b", "open");
  put(".draft.log", "d", "open");
  put("blocked/c.pcap", "c", "open");
  put("blocked", "a file where the folder would be");
  expect(
    await adoptOpenFiles(
      spool,
      createLog(() => undefined),
    ),
  ).toBe(3);
  const names = (await listFiles(join(spool, "done"))).map(({ path }) => path).sort();
  expect(names).toEqual([
    "a.pcap",
    "blocked",
    "draft.log",
    expect.stringMatching(/^left-\d+-a\.pcap$/),
    "sub/b.pcap",
  ]);
  expect((await listOpenFiles(spool)).map(({ path }) => path)).toEqual(["blocked/c.pcap"]);
  expect(readFileSync(join(spool, "done", "a.pcap"), "utf8")).toBe("whole");
});

describe("packets of a file", () => {
  const header = Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex");
  const record = Buffer.alloc(16 + 100);
  record.writeUInt32LE(1_700_000_000, 0);
  record.writeUInt32LE(100, 8);
  const zstd = (input: Buffer, level = "-1"): Buffer => execFileSync("zstd", ["-q", level, "-c"], { input });
  const pcap = Buffer.concat([header, ...Array.from({ length: 20_000 }, () => record)]);

  test.each([
    ["plain.pcap", pcap, 20_000],
    ["zipped.pcap.gz", gzipSync(pcap), 20_000],
    ["cut.pcap.gz", gzipSync(pcap, { level: 0 }).subarray(0, 1_000_000), expect.any(Number)],
    ["not-gzip.pcap.gz", pcap, undefined],
    ["zipped.pcap.zst", zstd(pcap), 20_000],
    ["cut.pcap.zst", zstd(pcap, "-1").subarray(0, 1000), expect.any(Number)],
    ["not-zstd.pcap.zst", pcap, undefined],
    ["log.json.zst", zstd(Buffer.alloc(1 << 24, "{}\n")), undefined],
  ])("%s", async (name, content, packets) => {
    put(name, content);
    const found = await examine(join(spool, "done", name), true);
    expect(found.bytes).toBe(content.length);
    expect(found.sha256).toEqual(createHash("sha256").update(content).digest());
    expect(found.times?.packets).toEqual(packets);
  });

  test("of a gzip file are read only when that is asked for", async () => {
    put("zipped.pcap.gz", gzipSync(pcap));
    expect((await examine(join(spool, "done", "zipped.pcap.gz"), false)).times).toBeUndefined();
  });
});

test("a line of the index that a full disk cut off does not take the next one with it", async () => {
  const cloud = fakeBucket(() => "none");
  const { uploader, journal } = await start(cloud.bucket);
  // As a write leaves it that ended with ENOSPC half-way: the entry itself waits in memory and is written again.
  writeFileSync(join(spool, "index", "pending.jsonl"), '{"line":{"key":"captures/cut');
  put("a.log", "hello");
  expect(await uploader.pass()).toBe(0);
  await journal.flush();
  expect(cloud.index()).toEqual([expect.objectContaining({ key: cloud.captures()[0]?.[0] })]);
});
