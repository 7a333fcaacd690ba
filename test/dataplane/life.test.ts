/**
 * A node's whole life (machine/life.sh), and the sum at its end: every packet that came out of mirror0 is in the bucket
 * and in its index, or is counted as lost. Here the bucket is away for some seconds, by the BPF way in namespaces of this
 * machine; `make test-life` plays it for ten minutes by the kernel's in the virtual machine.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { IndexLine } from "../../functions/capture-agent/core/keys.js";
import type { LossLine } from "../../functions/capture-agent/core/losses.js";
import { bundle } from "../../scripts/lib/bundle.js";
import { findNode18 } from "../support/node18.js";
import { inputFolder, playHere, playInMachine, prepare } from "./support/machines.js";
import { scenarioIn, type Scenario } from "./support/observations.js";
import { ethernet, MAC, udp4 } from "./support/packets.js";
import { readPcap, writePcap } from "./support/pcap.js";
import { mirrored } from "./support/traffic.js";

const inMachine = process.env["LIFE_IN_MACHINE"] !== undefined;
const outage = Number(process.env["LIFE_OUTAGE_SECONDS"] ?? 10);

/** 1.5 MB of frames that do not compress. */
const frames = (): Buffer[] =>
  Array.from({ length: 1500 }, (_, n) => {
    const [from, to] = [`10.0.${n % 5}.${n % 250}`, `192.168.1.${n % 200}`];
    const inner = ethernet(
      MAC.node,
      MAC.balancer,
      0x0800,
      udp4({ from, to }, 1024 + n, 443, randomBytes(960)),
    );
    return mirrored(inner, 101, `172.31.${n % 5}.4`, [1024 + n, 2048 + n]);
  });

/** Node 18 and the libraries that it needs, in one folder: the virtual machine has none. */
function copyNode(folder: string): void {
  mkdirSync(folder);
  const node = realpathSync(execFileSync("which", [findNode18()], { encoding: "utf8" }).trim());
  copyFileSync(node, join(folder, "node"));
  const libraries = execFileSync("ldd", [node], { encoding: "utf8" }).matchAll(/(\S+) => (\/\S+)/g);
  for (const [, name = "", path = ""] of libraries) copyFileSync(path, join(folder, name));
}

/** In the virtual machine, which emulates every instruction. */
const LONGEST = 2_400_000;

let life: Scenario;
let folder = "";
beforeAll(async () => {
  await prepare();
  const input = await inputFolder("input-life", []);
  const built = await bundle({ name: "capture-agent", entry: "main.ts" });
  writeFileSync(join(input, "agent.mjs"), built["index.mjs"] ?? new Uint8Array());
  copyNode(join(input, "node18"));
  writePcap(join(input, "life.pcap"), frames());
  const rate = process.env["LIFE_MBPS"] ?? (inMachine ? 5 : 20);
  writeFileSync(join(input, "life.env"), `LIFE_OUTAGE_SECONDS=${outage}\nLIFE_MBPS=${rate}\n`);
  const way = inMachine ? "kernel" : "bpf";
  const plan = { [way]: ["life"] };
  const results = await (inMachine
    ? playInMachine("life", input, plan, "debian12", LONGEST)
    : playHere("life", input, plan));
  folder = join(results, way, "life");
  life = scenarioIn(join(results, way), "life");
}, LONGEST);

const filesBelow = (below: string): string[] =>
  readdirSync(join(folder, "bucket", below), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const linesOf = <T>(files: readonly string[]): T[] =>
  files.flatMap((file) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as T),
  );
const packets = (lines: readonly { readonly packets: number | null }[]): number =>
  lines.reduce((sum, line) => sum + (line.packets ?? NaN), 0);

/** What the agent says of the sum when it leaves. */
const balance = (): Record<string, number> => {
  const lines = life
    .text("journal")
    .split("\n")
    .filter((line) => line.includes('"offered"') && line.includes('"left_behind"'));
  return JSON.parse((lines.at(-1) ?? "").replace(/^<\d>/, "")) as Record<string, number>;
};

/** What CloudWatch was told, added up: each `metrics` line of the journal is one publication. */
function published(name: string): number {
  return life
    .text("journal")
    .split("\n")
    .filter((line) => line.includes('"message":"metrics"'))
    .reduce(
      (sum, line) => sum + ((JSON.parse(line.replace(/^<\d>/, "")) as Record<string, number>)[name] ?? 0),
      0,
    );
}

test("the node comes to its end with nothing left", () => {
  expect([life.text("failed"), life.text("failed") === "" ? "" : life.text("log")]).toEqual(["", ""]);
  expect(existsSync(join(folder, "spool-is-empty"))).toBe(true);
  expect(life.text("hooks")).toMatch(/HookName=launch/);
  expect(life.text("console")).toBe("");
});

test("sent is written and every counter", () => {
  const stored = filesBelow("captures");
  const written = stored.reduce((sum, file) => sum + readPcap(file, { cut: true }).length, 0);
  const parts = filesBelow("index");
  const lost = linesOf<LossLine>(parts.filter((file) => file.includes("/index/lost/")));
  const index = linesOf<IndexLine>(parts.filter((file) => !file.includes("/index/lost/")));
  const { packets: taken, drops } = JSON.parse(life.text("counters.json")) as Record<
    "packets" | "drops",
    number
  >;
  const [sent, received] = [Number(life.text("sent")), Number(life.text("received"))];
  const sum = {
    sent,
    "received by mirror0": received,
    "probes of the agent's": received - sent,
    "written to the bucket": written,
    "in its index": packets(index),
    "given up by the full disk": packets(lost),
    "dropped by the tool": drops,
    "lost where nobody counts": balance()["unaccounted"] ?? NaN,
  };
  const text = Object.entries(sum).map(([name, value]) => `${String(value).padStart(9)} ${name}`);
  const told = [
    "PacketsMirrored",
    "SpoolDroppedPackets",
    "UploadedPackets",
    "LeftBehindPackets",
    "PacketsUnaccounted",
  ].map((name) => `${String(published(name)).padStart(9)} ${name}, as CloudWatch was told`);
  process.stdout.write(`${life.text("events")}${[...text, ...told].join("\n")}\n`);
  expect(sent).toBeGreaterThan(5000);
  expect(lost.length).toBeGreaterThan(5);
  expect(packets(index)).toBe(written);
  // What came while the killed agent was away is counted as well.
  expect(published("PacketsMirrored")).toBeGreaterThanOrEqual(sent);
  // One that is killed counts nothing any more.
  expect(taken).toBeLessThan(received);
  expect(drops).toBeGreaterThan(0);
  const missing = received - written - packets(lost) - drops;
  expect(missing).toBeGreaterThan(0);
  expect(balance()).toMatchObject({
    offered: received,
    dropped: drops,
    indexed: written,
    given_up: packets(lost),
    left_behind: 0,
    unaccounted: missing,
    uncounted_files: 0,
  });
  expect(published("PacketsUnaccounted")).toBe(missing);
  // Each start of the agent's sends one or more probes, and nothing else comes.
  expect(received - sent).toBeLessThanOrEqual(10);
});
