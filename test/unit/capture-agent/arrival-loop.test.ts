/** What a node hands in of what has arrived, and what goes wrong with it: a program that is not there, a bucket away. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createArrivalLoop } from "../../../functions/capture-agent/arrival-loop.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import { grownSince, type Summary } from "../../../functions/capture-agent/core/arrivals.js";
import { eventsOf, noEvents, toData, type EventName } from "../../../functions/capture-agent/core/metrics.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "arrivals-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NODE = "i-0123456789abcdef0";
const handedTo = { bucket: "arrivals", key_prefix: "nodes/AROAEXAMPLE:" };
const rows = ['["1122334455667788",101,"10.0.1.7",3,300,0]', '["1122334455667788",101,"10.0.1.8",1,60,7]'];
const summary = (over: Partial<Summary> = {}): Summary => ({
  rows: 2,
  added: 2,
  uncounted: 0,
  fragments: 0,
  ...over,
});

function start(arrivals: object | null = handedTo) {
  const counts: Partial<Record<EventName, number>> = {};
  const said: { level: string; message: string; error?: string }[] = [];
  const puts: { bucket: string; key: string; text: string }[] = [];
  const commands: (readonly string[])[] = [];
  const world = { answer: { ok: true, output: JSON.stringify(summary()) }, bucketAway: false };
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true });
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "kernel",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: join(folder, "spool") },
      bucket: { name: "b" },
      tool: {},
      state_directory: state,
      arrivals,
    }),
  );
  const loop = createArrivalLoop({
    config,
    node: NODE,
    boot: "6d6f7474-6f20-4f6e-6520-626f6f742069",
    put: (bucket, key, body) => {
      if (world.bucketAway) return Promise.reject(new Error("AccessDenied"));
      puts.push({ bucket, key, text: gunzipSync(body).toString() });
      return Promise.resolve();
    },
    run: (command) => {
      commands.push(command);
      if (world.answer.ok) writeFileSync(command.at(-1) ?? "", rows.map((row) => `${row}\n`).join(""));
      return Promise.resolve(world.answer);
    },
    count: (name, by) => void (counts[name] = (counts[name] ?? 0) + by),
    log: createLog(
      (line) => void said.push(JSON.parse(line.slice(line.indexOf("{"))) as (typeof said)[number]),
    ),
  });
  const next = (over: Partial<Summary>): Promise<void> => {
    world.answer = { ok: true, output: JSON.stringify(summary(over)) };
    return loop.handIn();
  };
  const lastHeader = () => JSON.parse(puts.at(-1)?.text.split("\n")[0] ?? "") as Record<string, unknown>;
  return { loop, counts, said, puts, commands, world, next, lastHeader };
}

test("one object, which is this node's alone, holds whose it is and then each source", async () => {
  const { loop, puts, commands, counts } = start();
  await loop.handIn();
  expect(commands).toEqual([
    ["/usr/local/lib/traffic-mirror/arrivals", join(folder, "state", "arrivals.jsonl")],
  ]);
  expect(puts.map(({ bucket, key }) => [bucket, key])).toEqual([
    ["arrivals", `nodes/AROAEXAMPLE:${NODE}.json.gz`],
  ]);
  const [first = "", ...rest] = puts[0]?.text.split("\n") ?? [];
  expect(JSON.parse(first)).toEqual({
    version: 1,
    node: NODE,
    boot: "6d6f7474-6f20-4f6e-6520-626f6f742069",
    interval: 60,
    rows: 2,
    overflow: false,
  });
  expect(rest).toEqual([...rows, ""]);
  expect(loop.sources()).toBe(2);
  expect(Object.values(counts).filter((value) => value !== 0)).toEqual([]);
});

test("a node that cannot count says so once, counts each time, and hands in nothing that could look like silence", async () => {
  const { loop, said, puts, counts, world } = start();
  await loop.handIn();
  world.answer = {
    ok: false,
    output: "traffic-mirror: the program that counts what arrives is not attached",
  };
  await loop.handIn();
  await loop.handIn();
  expect([puts.length, counts.ArrivalCountFailures, loop.sources()]).toEqual([1, 2, undefined]);
  const sentences = said.filter(({ message }) => message === "what arrives is not counted on this node");
  expect(sentences.map(({ error }) => error)).toEqual([
    "traffic-mirror: the program that counts what arrives is not attached",
  ]);
  world.answer = { ok: true, output: "no summary" };
  await loop.handIn();
  expect([puts.length, counts.ArrivalCountFailures]).toEqual([1, 3]);
  world.answer = { ok: true, output: JSON.stringify(summary()) };
  await loop.handIn();
  expect([puts.length, loop.sources()]).toEqual([2, 2]);
});

test("a bucket that is away is counted and said once; what was counted meanwhile is in the next object", async () => {
  const { loop, said, puts, counts, world } = start();
  world.bucketAway = true;
  await loop.handIn();
  await loop.handIn();
  expect([counts.ArrivalHandInFailures, loop.sources()]).toEqual([2, 2]);
  expect(said.filter(({ message }) => message === "what has arrived was not handed in")).toHaveLength(1);
  world.bucketAway = false;
  await loop.handIn();
  expect(puts).toHaveLength(1);
});

test("a map that is full is told in the snapshots in which something had to make room, and in these only", async () => {
  const { loop, counts, next, lastHeader } = start();
  await loop.handIn();
  await next({ rows: 65_536, added: 65_600 });
  expect([lastHeader()["overflow"], counts.ArrivalSourcesEvicted]).toEqual([true, 64]);
  await next({ rows: 65_536, added: 65_600 });
  expect([lastHeader()["overflow"], counts.ArrivalSourcesEvicted]).toEqual([false, 64]);
  await next({ rows: 65_536, added: 65_600, uncounted: 3 });
  expect([lastHeader()["overflow"], counts.ArrivalPacketsUncounted]).toEqual([true, 3]);
});

test("an agent that starts again counts nothing twice, and does not know whether something made room just now", () => {
  const full = summary({ rows: 65_536, added: 70_000, fragments: 9 });
  expect(grownSince(undefined, full)).toEqual({ evicted: 0, uncounted: 0, fragments: 0, overflow: true });
  expect(grownSince(undefined, summary()).overflow).toBe(false);
  // A map made anew begins at zero.
  expect(grownSince(full, summary({ fragments: 2 }))).toEqual({
    evicted: 0,
    uncounted: 0,
    fragments: 2,
    overflow: false,
  });
});

test("where nothing is to be counted nothing is asked, and no metric says zero", async () => {
  const { loop, commands } = start(null);
  await loop.handIn();
  expect([commands, loop.sources()]).toEqual([[], undefined]);
  const names = (counts: boolean) =>
    Object.keys(eventsOf("kernel", counts, noEvents)).filter((name) => name.startsWith("Arrival"));
  expect(names(false)).toEqual([]);
  expect(names(true)).toHaveLength(5);
});

test("without a bucket it is counted and not handed in", async () => {
  const { loop, puts } = start({ bucket: null });
  await loop.handIn();
  expect([puts, loop.sources()]).toEqual([[], 2]);
});

test("the number of sources is a metric of the fleet, which nobody can sum up that was not read", () => {
  const gauges = {
    NodeHealthy: 1,
    Readers: 1,
    SpoolUsedPercent: 1,
    SpoolFiles: 0,
    SpoolBytes: 0,
    OpenFiles: 0,
    OpenBytes: 0,
    UploadBehindSeconds: 0,
  };
  const published = (of: object) =>
    toData({ totals: {}, gauges: { ...gauges, ...of }, events: {} }, { fleet: "f", zone: "z" }, 0).filter(
      ({ name }) => name === "ArrivalSources",
    );
  expect(published({})).toEqual([]);
  expect(published({ ArrivalSources: 2 })).toEqual([
    { name: "ArrivalSources", value: 2, unit: "Count", at: 0, dimensions: { fleet: "f" } },
  ]);
});
