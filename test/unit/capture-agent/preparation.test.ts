/** Captures that could not be split, logs whose lines have no client yet, and files whose endpoint becomes known late. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bucket } from "../../../functions/capture-agent/aws/bucket.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import type { EventName } from "../../../functions/capture-agent/core/metrics.js";
import { originOf, originOfTag, type Knowledge } from "../../../functions/capture-agent/core/tags.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import { createLossJournal } from "../../../functions/capture-agent/system/loss-journal.js";
import { prepareSpool } from "../../../functions/capture-agent/system/spool-files.js";
import { createUploadJournal } from "../../../functions/capture-agent/system/upload-journal.js";
import { createUploader } from "../../../functions/capture-agent/uploader.js";

let spool = "";
beforeEach(async () => {
  spool = mkdtempSync(join(tmpdir(), "spool-"));
  await prepareSpool(spool);
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

const ENDPOINT = "vpce-00000000000000001";
const unmapped: Knowledge = {
  register: { shop: { account_id: "111122223333", vnis: { main: 7 } } },
  tags: [
    { tag: 7, identity: { account: "111122223333", vni: 7 } },
    { tag: 8, identity: { endpoint: ENDPOINT } },
  ],
  endpoints: new Map(),
};
const mapped = { ...unmapped, endpoints: new Map([[ENDPOINT, "111122223333"]]) };

/** A node whose splitter splits only where there is room, as functions/capture-split does. */
function start() {
  const stored: { key: string; text: string }[] = [];
  const node = { away: false, knowledge: unmapped, answers: true, seconds: 0 };
  const bucket: Bucket = {
    putFile: (key, path) => {
      if (node.away) return Promise.reject(new Error("ETIMEDOUT"));
      stored.push({ key, text: readFileSync(path, "utf8") });
      return node.answers ? Promise.resolve("stored") : Promise.reject(new Error("ECONNRESET"));
    },
    putText: () => Promise.resolve("stored"),
  };
  const place = { prefix: "", zone: "z1", node: "i-1" };
  const now = (): number => Date.now() + node.seconds * 1000;
  const log = createLog(() => undefined);
  const splitter = `[ -e "${spool}/room" ] || exit 1; mv "$1" "\${1%.pcap}.vlan=7.pcap"`;
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "bpf",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: spool, split: true, labels: true },
      bucket: { name: "b" },
      tool: {},
      commands: { split: ["/bin/sh", "-c", splitter, "split"] },
    }),
  );
  const sent = new Set<string>();
  const counts: Partial<Record<EventName, number>> = {};
  const count = (name: EventName, by: number): void => void (counts[name] = (counts[name] ?? 0) + by);
  const journal = createUploadJournal({ folder: join(spool, "index"), bucket, place, now, log });
  const losses = createLossJournal({ folder: join(spool, "lost"), sent, count, log, now });
  const uploader = createUploader({
    ...{ config, bucket, journal, losses, sent, place, count, log, now },
    origin: ({ path }, late) => originOf(path, node.knowledge, late),
    owners: (late) => (tag) => originOfTag(tag, node.knowledge, late),
  });
  return { node, stored, counts, uploader };
}

/** In done/, written so many seconds ago. */
function put(name: string, text: string, age = 0): string {
  const path = join(spool, "done", name);
  writeFileSync(path, text);
  const then = Date.now() / 1000 - age;
  utimesSync(path, then, then);
  return path;
}

describe("a capture that could not be split for longer than it may wait", () => {
  test("is the client's when there is room again by the time that the bucket is back", async () => {
    const { node, stored, counts, uploader } = start();
    node.away = true;
    const path = put("20261129T040000-w0.pcap", "capture", 400);
    await uploader.pass();
    expect(existsSync(path)).toBe(true);
    node.away = false;
    execFileSync("touch", [join(spool, "room")]);
    await uploader.pass();
    await uploader.pass();
    expect(stored.map(({ key }) => key)).toEqual([expect.stringContaining("captures/client=shop/vni=7/")]);
    expect(counts.UnsplitFiles).toBeUndefined();
  });

  test("is sent behind all others, since these make room, and only then counted", async () => {
    const { node, stored, counts, uploader } = start();
    node.away = true;
    put("20261129T040000-w0.pcap", "whole", 400);
    put("20261129T040100-w0.vlan=7.pcap", "part");
    await uploader.pass();
    expect(counts.UnsplitFiles).toBeUndefined();
    node.away = false;
    await uploader.pass();
    expect(stored.map(({ text }) => text)).toEqual(["part", "whole"]);
    expect(counts.UnsplitFiles).toBe(1);
  });
});

describe("a log", () => {
  const EVENT = '{"event_type":"alert","vlan":[8]}\n';
  const text = (client: string, vni: string) => `{"client":"${client}","vni":"${vni}",${EVENT.slice(1)}`;

  test("waits for an endpoint that is not in the map yet, as a capture does", async () => {
    const { node, stored, uploader } = start();
    put("20261129T040000-eve.json", EVENT);
    await uploader.pass();
    await uploader.pass();
    expect(stored).toEqual([]);
    node.knowledge = mapped;
    await uploader.pass();
    expect(stored.map((each) => each.text)).toEqual([text("shop", "other")]);
  });

  test("waits no longer than five minutes", async () => {
    const { node, stored, counts, uploader } = start();
    put("20261129T040000-eve.json", EVENT);
    await uploader.pass();
    node.seconds = 301;
    await uploader.pass();
    expect(stored.map((each) => each.text)).toEqual([text("unknown", "all")]);
    expect(counts.UnlabelledFiles).toBeUndefined();
  });

  test("is labelled when what kept it from being written anew has gone, and else sent without and counted", async () => {
    const { node, stored, counts, uploader } = start();
    const names = ["20261129T040000-eve.json", "20261129T040100-eve.json"];
    for (const name of names) {
      put(name, EVENT);
      // As on a full disk: the draft cannot be written.
      mkdirSync(join(spool, "done", `.${name}.labels`));
    }
    node.knowledge = mapped;
    await uploader.pass();
    expect(stored).toEqual([]);
    rmSync(join(spool, "done", `.${names[0]}.labels`), { recursive: true });
    await uploader.pass();
    expect(stored.map((each) => each.text)).toEqual([text("shop", "other")]);
    node.seconds = 301;
    await uploader.pass();
    expect(stored.map((each) => each.text)).toEqual([text("shop", "other"), EVENT]);
    expect(counts.UnlabelledFiles).toBe(1);
  });
});

describe("a capture of an endpoint that became known after the answer to a first try was lost", () => {
  const lost = async (): Promise<ReturnType<typeof start>> => {
    const first = start();
    Object.assign(first.node, { answers: false, seconds: 301 });
    put("20261129T040000-w0.vlan=8.pcap", "capture");
    await first.uploader.pass();
    return first;
  };
  const keys = ({ stored }: ReturnType<typeof start>) => stored.map(({ key }) => key);

  test("keeps its name, so that there is one object", async () => {
    const again = await lost();
    Object.assign(again.node, { answers: true, knowledge: mapped });
    await again.uploader.pass();
    expect(new Set(keys(again)).size).toBe(1);
    expect(keys(again)).toEqual([keys(again)[0], expect.stringContaining("client=unknown/vni=all")]);
  });

  test("keeps it over a restart of the agent, and then nothing is left of that", async () => {
    const first = await lost();
    const second = start();
    second.node.knowledge = mapped;
    await second.uploader.pass();
    expect(keys(second)).toEqual(keys(first));
    await second.uploader.pass();
    expect(readdirSync(join(spool, "index"))).toEqual(["pending.jsonl"]);
    // One that was never tried is the client's.
    put("20261129T040100-w0.vlan=8.pcap", "later");
    await second.uploader.pass();
    expect(keys(second)[1]).toContain("client=shop/vni=other");
  });
});
