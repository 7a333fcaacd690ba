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
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import type { Bucket } from "../../../functions/capture-agent/aws/bucket.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import type { IndexLine } from "../../../functions/capture-agent/core/keys.js";
import type { EventName } from "../../../functions/capture-agent/core/metrics.js";
import { identityOf } from "../../../functions/capture-agent/core/spool.js";
import { createLossJournal } from "../../../functions/capture-agent/system/loss-journal.js";
import { originOf } from "../../../functions/capture-agent/core/tags.js";
import { createUploadJournal } from "../../../functions/capture-agent/system/upload-journal.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import {
  adoptOpenFiles,
  listFiles,
  listOpenFiles,
  prepareSpool,
} from "../../../functions/capture-agent/system/spool-files.js";
import { examine } from "../../../functions/capture-agent/system/examine.js";
import { sweepAddresses } from "../../../functions/capture-agent/system/part-addresses.js";
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
  const raw = new Map<string, Buffer>();
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
      // As it is: a compressed one is no text.
      raw.set(key, content);
      return write(key, content.toString());
    },
    putText: write,
  };
  const of = (prefix: string) => [...objects].filter(([key]) => key.startsWith(prefix));
  return {
    bucket,
    writes: () => writes,
    captures: () => of("captures/"),
    bytes: () => [...raw],
    index: () =>
      of("index/")
        .flatMap(([, text]) => text.trim().split("\n"))
        .map((line) => JSON.parse(line) as IndexLine),
  };
}

/** One start of the agent's delivery. */
let clock = 1_800_000_000_000;
const ticking = (): number => (clock += 1);
async function start(
  bucket: Bucket,
  counts: Partial<Record<EventName, number>> = {},
  now = ticking,
  settings: { readonly split?: string; readonly labels?: boolean } = {},
) {
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "kernel",
      interface: "mirror0",
      health_port: 1,
      spool: {
        directory: spool,
        upload_concurrency: 2,
        split: settings.split !== undefined,
        labels: settings.labels === true,
      },
      bucket: { name: "b" },
      tool: {},
      commands: settings.split === undefined ? {} : { split: ["/bin/sh", "-c", settings.split, "split"] },
    }),
  );
  const log = createLog(() => undefined);
  const journal = createUploadJournal({ folder: join(spool, "index"), bucket, place, now, log });
  const count = (name: EventName, by: number): void => void (counts[name] = (counts[name] ?? 0) + by);
  const tags = [
    { tag: 7, identity: { account: "111122223333", vni: 7 } },
    { tag: 8, identity: { endpoint: "vpce-00000000000000001" } },
  ];
  const register = { shop: { account_id: "111122223333", vnis: { main: 7 } } };
  const origin = ({ path }: { path: string }, late: boolean) =>
    originOf(path, { register, tags, endpoints: new Map() }, late);
  const owners = () => (tag: number) => ({ client: tag === 7 ? "shop" : "unknown", vni: String(tag) });
  const sent = new Set((await journal.recover()).map(identityOf));
  const losses = createLossJournal({ folder: join(spool, "lost"), sent, count, log, now });
  const parts = { config, bucket, journal, losses, sent, place, origin, owners, count, log, now };
  return { journal, losses, uploader: createUploader(parts) };
}

test("a done file is stored under its key, indexed and deleted; an open one and a link are left alone", async () => {
  const cloud = fakeBucket(() => "none");
  put("vlan=7/a.log", "hello");
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

describe("captures by client", () => {
  const pcap = "a.pcap";

  test("what a stop has left whole is taken apart before it is sent", async () => {
    const cloud = fakeBucket(() => "none");
    put(pcap, "two clients");
    put("eve.json", "a log");
    const { uploader } = await start(cloud.bucket, {}, ticking, {
      split:
        'cd "${1%/*}" && for n in 7 9; do echo "$n" >"a.vlan=$n,packets=1,first=1000,last=2000.pcap"; done && rm "$1"',
    });
    expect(await uploader.pass()).toBe(0);
    expect(
      cloud
        .captures()
        .map(([key, content]) => [/client=\w+/.exec(key)?.[0], content])
        .sort(),
    ).toEqual([
      ["client=all", "a log"],
      ["client=shop", "7\n"],
      ["client=unknown", "9\n"],
    ]);
  });

  test("the index has the addresses that the splitter has noted, and the notes go with their files", async () => {
    const cloud = fakeBucket(() => "none");
    const part = (tag: number): string => `a.vlan=${tag},packets=1,first=1000,last=2000.pcap`;
    const note = (name: string, content: string): void => {
      mkdirSync(join(spool, "addresses"), { recursive: true });
      writeFileSync(join(spool, "addresses", `${name}.json`), content);
    };
    for (const tag of [7, 9]) put(`${part(tag)}.zst`, `${tag}`);
    put(part(11), "waits", "open/waiting");
    note(part(7), '["10.0.0.1/32"]');
    note(part(9), '["10.'); // cut off
    note(part(11), "[]");
    note("gone", "[]");
    const { uploader, journal } = await start(cloud.bucket);
    expect(await uploader.pass()).toBe(0);
    await journal.flush();
    expect(cloud.index().map(({ client, addresses }) => [client, addresses])).toEqual(
      expect.arrayContaining([
        ["shop", ["10.0.0.1/32"]],
        ["unknown", null],
      ]),
    );
    const notes = (): string[] => readdirSync(join(spool, "addresses")).sort();
    expect(notes()).toEqual([`${part(11)}.json`, "gone.json"]);
    await sweepAddresses(spool, Date.now());
    expect(notes()).toHaveLength(2); // its part may not be there yet
    await sweepAddresses(spool, Date.now() + 3_700_000);
    expect(notes()).toEqual([`${part(11)}.json`]);
  });

  test("what cannot be taken apart is sent whole, once, where no client reads, and counted", async () => {
    const cloud = fakeBucket(() => "none");
    const counts: Partial<Record<EventName, number>> = {};
    put(pcap, "no room");
    let at = Date.now();
    const { uploader } = await start(cloud.bucket, counts, () => at, { split: "echo no room >&2; exit 1" });
    // There may be room soon.
    await uploader.pass();
    expect([cloud.captures(), counts.UnsplitFiles]).toEqual([[], undefined]);
    at += 301_000;
    await uploader.pass();
    expect(cloud.captures().map(([key]) => key)).toEqual([expect.stringContaining("client=all/")]);
    expect(counts.UnsplitFiles).toBe(1);
  });

  test("of an endpoint that nobody knows wait five minutes, and no other file waits for them", async () => {
    const cloud = fakeBucket(() => "none");
    put("early.vlan=8.pcap", "whose?");
    put("b.vlan=7.pcap", "shop's");
    let at = Date.now();
    const { uploader } = await start(cloud.bucket, {}, () => at);
    expect(await uploader.pass()).toBe(0);
    expect(cloud.captures().map(([, content]) => content)).toEqual(["shop's"]);
    at += 301_000;
    expect(await uploader.pass()).toBe(0);
    expect(cloud.captures().map(([key]) => key)).toContainEqual(
      expect.stringContaining("client=unknown/vni=all"),
    );
  });

  test("of a sensor's logs each line says whose it is, once, and a log that cannot be read is sent as it is", async () => {
    const cloud = fakeBucket(() => "none");
    const event =
      '{"timestamp":"t","vlan":[7,5],"event_type":"dns"}\n{"vlan": 9}\n{"event_type":"stats"}\nno JSON\n';
    put("20261129T040000-eve.json.gz", gzipSync(event));
    put("zeek-0/conn.log", '{"uid":"C1","vlan":7}\n{"client":"shop","vni":"7","vlan":7}\n');
    put("bad.json.gz", "not gzip at all");
    const { uploader } = await start(cloud.bucket, {}, ticking, { labels: true });
    expect(await uploader.pass()).toBe(0);
    const content = new Map(
      cloud.bytes().map(([key, bytes]) => [/node=i-1\/(.*)-\w{12}/.exec(key)?.[1], bytes]),
    );
    expect(gunzipSync(content.get("20261129T040000-eve") ?? "").toString()).toBe(
      [
        '{"client":"shop","vni":"7","timestamp":"t","vlan":[7,5],"event_type":"dns"}',
        '{"client":"unknown","vni":"9","vlan": 9}',
        '{"event_type":"stats"}',
        "no JSON",
        "",
      ].join("\n"),
    );
    expect(content.get("zeek-0/conn")?.toString()).toBe(
      '{"client":"shop","vni":"7","uid":"C1","vlan":7}\n{"client":"shop","vni":"7","vlan":7}\n',
    );
    expect(content.get("bad")?.toString()).toBe("not gzip at all");
  });

  test("of a splitter that was ended are adopted once: the file, or all of its parts", async () => {
    put("waiting/half.pcap", "half", "open");
    put("waiting/.half.pcap.split/7", "part", "open");
    put("waiting/whole.pcap", "source", "open");
    put("waiting/.whole.pcap.whole/whole.vlan=7.pcap", "part", "open");
    expect(
      await adoptOpenFiles(
        spool,
        createLog(() => undefined),
      ),
    ).toBe(2);
    expect((await listFiles(join(spool, "done"))).map(({ path }) => path).sort()).toEqual([
      "waiting/half.pcap",
      "waiting/whole.vlan=7.pcap",
    ]);
    expect(await listOpenFiles(spool)).toEqual([]);
  });
});
