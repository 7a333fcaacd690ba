import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import type { Sample } from "../../../functions/capture-agent/core/ledger.js";
import { createPulse, type Pulse } from "../../../functions/capture-agent/health-monitor.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";

let spool = "";
let dropped = 0;
let refusal: string | undefined;
let packets = 0;

beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), "pulse-"));
  for (const folder of ["open", "done"]) mkdirSync(join(spool, folder));
  [dropped, packets, refusal] = [0, 0, undefined];
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

const sample = (): Sample => ({
  at: Date.now(),
  outer: undefined,
  decapsulated: undefined,
  mirrored: { packets, bytes: 0, drops: 0 },
  readers: 1,
  tool: undefined,
  counters: {},
});

const pulse = (marks: { high_water_percent: number; evict_percent: number }): Pulse =>
  createPulse({
    config: parseConfig(
      JSON.stringify({
        version: 1,
        fleet: "f",
        region: "r",
        datapath: "kernel",
        interface: "mirror0",
        health_port: 1,
        spool: { directory: spool, ...marks },
        bucket: { name: "b" },
        tool: {},
        commands: { probe: ["true"], check: ["true"], systemctl: ["true"], ethtool: ["true"] },
      }),
    ),
    sampler: async () => sample(),
    refusal: () => refusal,
    count: (name, by) => {
      if (name === "SpoolDroppedFiles") dropped += by;
    },
    log: createLog(() => undefined),
    now: () => Date.now(),
  });

test("files are never given up below the mark at which the node is ill", async () => {
  writeFileSync(join(spool, "done", "a.pcap"), "x");
  await pulse({ high_water_percent: 100, evict_percent: 0.0001 }).beat();
  expect(dropped).toBe(0);
  // any real disk is fuller than that
  await pulse({ high_water_percent: 0.0001, evict_percent: 0.0001 }).beat();
  expect(dropped).toBe(1);
});

test("a node that begins to leave says so before the next beat", async () => {
  const beating = pulse({ high_water_percent: 100, evict_percent: 100 });
  await beating.beat();
  expect(beating.verdict()?.healthy).toBe(true);
  refusal = "leaving (spot): stopping";
  expect(beating.verdict()).toMatchObject({ healthy: false, checks: { lifecycle: { reason: refusal } } });
});

test("what is published is forgotten, and what came since is not", async () => {
  const beating = pulse({ high_water_percent: 100, evict_percent: 100 });
  await beating.beat();
  packets = 100;
  await beating.beat();
  const published = beating.totals();
  packets = 130;
  await beating.beat();
  beating.forget(published);
  expect(beating.totals()["PacketsMirrored"]).toBe(30);
});
