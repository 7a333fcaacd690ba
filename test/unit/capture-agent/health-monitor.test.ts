import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import type { Sample } from "../../../functions/capture-agent/core/packet-counts.js";
import { createHealthMonitor, type HealthMonitor } from "../../../functions/capture-agent/health-monitor.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";
import { createLossJournal } from "../../../functions/capture-agent/system/loss-journal.js";
import { readDisk } from "../../../functions/capture-agent/system/spool-files.js";

let spool = "";
let dropped = 0;
let outOfService: string | undefined;
let packets = 0;

beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), "health-monitor-"));
  for (const folder of ["open", "done"]) mkdirSync(join(spool, folder));
  [dropped, packets, outOfService] = [0, 0, undefined];
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

const monitor = (
  marks: { high_water_percent: number; evict_percent: number },
  disk: typeof readDisk = readDisk,
): HealthMonitor =>
  createHealthMonitor({
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
    outOfService: () => outOfService,
    disk,
    losses: createLossJournal({
      folder: join(spool, "lost"),
      sent: new Set(),
      count: (name, by) => {
        if (name === "SpoolDroppedFiles") dropped += by;
      },
      log: createLog(() => undefined),
      now: () => Date.now(),
    }),
    log: createLog(() => undefined),
    now: () => Date.now(),
  });

test("what an upload still reads is given up once, not the next oldest in its place", async () => {
  for (const [n, name] of ["a.pcap", "b.pcap", "c.pcap"].entries()) {
    const path = join(spool, "done", name);
    writeFileSync(path, Buffer.alloc(1 << 20, 1));
    utimesSync(path, 1_000 + n, 1_000 + n);
  }
  const upload = openSync(join(spool, "done", "a.pcap"), "r");
  const full = monitor({ high_water_percent: 50, evict_percent: 70 }, async () => ({
    totalBytes: 4 << 20,
    freeBytes: 1 << 20,
    writable: true,
  }));
  await full.check();
  await full.check();
  closeSync(upload);
  expect(readdirSync(join(spool, "done"))).toEqual(["b.pcap", "c.pcap"]);
  await full.check();
  expect(readdirSync(join(spool, "done"))).toEqual(["c.pcap"]);
});

test("files are never deleted below the mark at which the node is unhealthy", async () => {
  writeFileSync(join(spool, "done", "a.pcap"), "x");
  await monitor({ high_water_percent: 100, evict_percent: 0.0001 }).check();
  expect(dropped).toBe(0);
  // any real disk is fuller than that
  await monitor({ high_water_percent: 0.0001, evict_percent: 0.0001 }).check();
  expect(dropped).toBe(1);
});

test("a node that begins to leave reports it before the next check", async () => {
  const monitoring = monitor({ high_water_percent: 100, evict_percent: 100 });
  await monitoring.check();
  expect(monitoring.verdict()?.healthy).toBe(true);
  outOfService = "leaving (spot): stopping";
  expect(monitoring.verdict()).toMatchObject({
    healthy: false,
    checks: { lifecycle: { reason: outOfService } },
  });
});

test("what is published is taken off, and what came since is not", async () => {
  const monitoring = monitor({ high_water_percent: 100, evict_percent: 100 });
  await monitoring.check();
  packets = 100;
  await monitoring.check();
  const published = monitoring.totals();
  packets = 130;
  await monitoring.check();
  monitoring.subtract(published);
  expect(monitoring.totals()["PacketsMirrored"]).toBe(30);
});

test("what is open is counted beside what is done, drafts included", async () => {
  writeFileSync(join(spool, "open", "a.pcap"), "12345");
  writeFileSync(join(spool, "open", ".draft"), "123");
  writeFileSync(join(spool, "done", "b.pcap"), "1");
  const monitoring = monitor({ high_water_percent: 100, evict_percent: 100 });
  await monitoring.check();
  expect(monitoring.spool()).toMatchObject({ files: 1, bytes: 1, open: { files: 2, bytes: 8 } });
});

test("of a full disk filled from open/ the oldest files go, but none that a tool may still write to", async () => {
  mkdirSync(join(spool, "open", "waiting"));
  for (const [name, age] of [
    ["waiting/old.pcap", 4000],
    ["current.pcap", 20],
  ] as const) {
    const path = join(spool, "open", name);
    writeFileSync(path, "x");
    utimesSync(path, Date.now() / 1000 - age, Date.now() / 1000 - age);
  }
  const monitoring = monitor({ high_water_percent: 0.0001, evict_percent: 0.0001 });
  await monitoring.check();
  expect(dropped).toBe(1);
  expect(readdirSync(join(spool, "open", "waiting"))).toEqual([]);
  expect(monitoring.spool().open).toMatchObject({ files: 1, bytes: 1 });
});
