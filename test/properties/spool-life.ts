/**
 * The agent's own code on a spool in a folder, in lives that end at any change which it makes on the disk or in the
 * bucket: what it would do after that fails.
 */
import { jest } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";

/** Steps that are left to this life of the agent. From the last on everything that it does fails: it is dead. */
let left = Infinity;
class Killed extends Error {}
const step = (): void => {
  if (left <= 0) throw new Killed("killed");
  left -= 1;
};
export const dieIn = (steps: number): void => void (left = steps);
export const dead = (): boolean => left <= 0;

const stepped =
  <A extends unknown[], R>(work: (...input: A) => Promise<R>) =>
  async (...input: A): Promise<R> => {
    step();
    return work(...input);
  };
const real = { ...fs };
jest.unstable_mockModule("node:fs/promises", () => ({
  ...real,
  rename: stepped(real.rename),
  unlink: stepped(real.unlink),
  mkdir: stepped(real.mkdir),
  open: stepped(real.open),
}));

const { createUploadJournal } = await import("../../functions/capture-agent/system/upload-journal.js");
const { createLossJournal } = await import("../../functions/capture-agent/system/loss-journal.js");
const { createBalance } = await import("../../functions/capture-agent/balance.js");
const { createUploader } = await import("../../functions/capture-agent/uploader.js");
const { createHealthMonitor } = await import("../../functions/capture-agent/health-monitor.js");
const { listForLosses } = await import("../../functions/capture-agent/spool-limit.js");
const { createLog } = await import("../../functions/capture-agent/system/log.js");
const { parseConfig } = await import("../../functions/capture-agent/config.js");
const { identityOf } = await import("../../functions/capture-agent/core/spool.js");
export const { adoptOpenFiles, listFiles, listOpenFiles, prepareSpool } =
  await import("../../functions/capture-agent/system/spool-files.js");

/** Of each file that the tool writes. */
export const BYTES = 100;
const place = { prefix: "", zone: "z1", node: "i-1" };
export const log = createLog(() => undefined);
let clock = 1_800_000_000_000;
const now = (): number => (clock += 1);

export type Trouble = "before" | "after";

/** Keeps objects as S3 does. A kill may strike before it has stored one, or before the answer came back. */
export function bucketOf(troubles: Trouble[], healed: () => boolean) {
  const objects = new Map<string, string>();
  const versions: string[] = [];
  const write = async (key: string, content: string): Promise<"stored" | "there already"> => {
    step();
    const trouble = healed() ? undefined : troubles.pop();
    if (trouble === "before") throw new Error("SlowDown");
    const there = objects.has(key);
    if (!there) {
      objects.set(key, content);
      versions.push(key);
    }
    step();
    if (trouble === "after") throw new Error("ECONNRESET");
    return there ? "there already" : "stored";
  };
  return {
    objects,
    versions,
    bucket: {
      putFile: (key: string, path: string) => write(key, readFileSync(path, "latin1")),
      putText: write,
    },
  };
}

const config = (spool: string) =>
  parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "kernel",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: spool, upload_concurrency: 2, high_water_percent: 50, evict_percent: 60 },
      bucket: { name: "b" },
      tool: { balance: { offered: "interface", start: join(spool, "start.json") } },
      state_directory: spool,
      commands: { probe: ["true"], check: ["true"], systemctl: ["true"], ethtool: ["true"] },
    }),
  );

/** What CloudWatch was told. */
export interface Metrics {
  files: number;
  bytes: number;
  packets: number;
}

/** One life of the agent, from its start on, which may be all of it. */
export async function born(
  spool: string,
  bucket: ReturnType<typeof bucketOf>["bucket"],
  diskBytes: () => number,
  metrics: Metrics,
) {
  const counted: Record<string, number> = {};
  const count = (name: string, by: number): void => void (counted[name] = (counted[name] ?? 0) + by);
  const sent = new Set<string>();
  const balance = await createBalance({ config: config(spool), boot: "boot", count, log });
  const partSent = balance.sent;
  const losses = createLossJournal({ folder: join(spool, "lost"), sent, count, log, now, partSent });
  const journal = createUploadJournal({
    ...{ folder: join(spool, "index"), bucket, place, now, log, partSent },
    remains: (entry) => sent.has(identityOf(entry)),
  });
  for (const entry of await journal.recover()) sent.add(identityOf(entry));
  await losses.recover(await listForLosses(spool));
  const used = (folder: string): number =>
    readdirSync(join(spool, folder), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    ).length * BYTES;
  const monitor = createHealthMonitor({
    config: config(spool),
    sampler: async () => ({
      at: now(),
      outer: undefined,
      decapsulated: undefined,
      mirrored: undefined,
      readers: 0,
      tool: undefined,
      counters: {},
    }),
    outOfService: () => undefined,
    disk: async () => {
      const totalBytes = diskBytes();
      return { totalBytes, freeBytes: totalBytes - used("open") - used("done"), writable: true };
    },
    losses,
    log,
    now: () => Date.now(),
  });
  const parts = { config: config(spool), bucket, journal, losses, sent, place, count, log, now };
  const uploader = createUploader({
    ...parts,
    origin: () => ({ client: "all", vni: "all" }),
    owners: () => () => ({ client: "all", vni: "all" }),
  });
  return {
    pass: () => uploader.pass(),
    check: () => monitor.check(),
    async flush(leaving: boolean): Promise<void> {
      await journal.flush();
      await losses.flush(bucket, place, leaving);
    },
    /** As the agent does each minute. */
    async publish(): Promise<void> {
      const told = losses.telling();
      step();
      metrics.files += counted["SpoolDroppedFiles"] ?? 0;
      metrics.bytes += counted["SpoolDroppedBytes"] ?? 0;
      metrics.packets += counted["SpoolDroppedPackets"] ?? 0;
      for (const name of Object.keys(counted)) counted[name] = 0;
      await told();
    },
    /** What has no record on the disk or in the bucket yet. */
    waiting: () => losses.waiting(),
  };
}
