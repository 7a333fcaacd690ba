/** Samples the node every interval, judges whether it is healthy, and adds up the counts for CloudWatch. */
import type { NodeConfig } from "./config.js";
import { addIncrease, increase, type Sample, type Totals } from "./core/packet-counts.js";
import type { EventName } from "./core/metrics.js";
import { evictions, spoolState, usedPercent, type SpoolState } from "./core/spool.js";
import { judge, type Verdict } from "./core/verdict.js";
import { runCommand } from "./system/commands.js";
import { describe, type Log } from "./system/log.js";
import { listFiles, readDisk, removeDone } from "./system/spool-files.js";

const CHECK_SECONDS = 5;

export interface HealthMonitor {
  /** Takes one sample and makes one verdict. */
  check(): Promise<void>;
  verdict(): Verdict | undefined;
  lastSample(): Sample | undefined;
  spool(): SpoolState & { readonly usedPercent: number };
  /** What was counted and is not published yet. */
  totals(): Totals;
  /** Takes off what was published. */
  subtract(published: Totals): void;
}

interface Parts {
  readonly config: NodeConfig;
  readonly sampler: () => Promise<Sample>;
  readonly outOfService: () => string | undefined;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
  readonly now: () => number;
}

export function createHealthMonitor(parts: Parts): HealthMonitor {
  const { config, log, now, count } = parts;
  const { directory, high_water_percent } = config.spool;
  // Files are deleted only where the node is unhealthy already: other nodes take the load first.
  const evictPercent = Math.max(config.spool.evict_percent, high_water_percent);
  let samples: readonly Sample[] = [];
  let totals: Totals = {};
  let verdict: Verdict | undefined;
  let spool = { files: 0, bytes: 0, behindSeconds: 0, usedPercent: 0 };

  async function limitSpool(): Promise<Awaited<ReturnType<typeof readDisk>>> {
    const disk = await readDisk(directory);
    const files = await listFiles(`${directory}/done`);
    const given = disk.totalBytes === 0 ? [] : evictions(files, disk, evictPercent);
    for (const { path, bytes, writtenAt } of given) {
      try {
        await removeDone(directory, path);
      } catch (error) {
        log.error("a file of the full spool cannot be deleted", { file: path, error: describe(error) });
        continue;
      }
      count("SpoolDroppedFiles", 1);
      count("SpoolDroppedBytes", bytes);
      const written = new Date(writtenAt).toISOString();
      log.error("EVIDENCE LOST: the spool is full, the oldest file was deleted", {
        file: path,
        bytes,
        written,
      });
    }
    const gone = new Set(given.map(({ path }) => path));
    const left = files.filter(({ path }) => !gone.has(path));
    const after = given.length === 0 ? disk : await readDisk(directory);
    spool = { ...spoolState(left, now()), usedPercent: usedPercent(after) };
    return after;
  }

  return {
    async check() {
      const [sample, network, disk] = await Promise.all([
        parts.sampler(),
        runCommand(config.commands.check, CHECK_SECONDS),
        limitSpool(),
      ]);
      const before = samples.at(-1);
      if (before !== undefined) totals = addIncrease(totals, increase(before, sample));
      samples = [...samples, sample].slice(-(config.tolerance.still_intervals + 2));
      const facts = {
        network: network.ok ? undefined : network.output,
        samples,
        toolCounts: config.tool.counters !== null,
        disk: { ...disk, usedPercent: spool.usedPercent },
        diskWasFull: verdict?.checks.disk.ok === false,
        leaving: parts.outOfService(),
      };
      const next = judge(facts, { ...config.tolerance, high_water_percent }, now());
      if (verdict?.healthy !== next.healthy) {
        const bad = Object.entries(next.checks).filter(([, { ok }]) => !ok);
        if (next.healthy) log.info("healthy");
        else log.error("unhealthy", Object.fromEntries(bad.map(([name, { reason }]) => [name, reason])));
      }
      verdict = next;
    },
    // The lifecycle changes between checks, and a node that leaves must report it at once.
    verdict: () => (verdict === undefined ? undefined : withLifecycle(verdict, parts.outOfService())),
    lastSample: () => samples.at(-1),
    spool: () => spool,
    totals: () => totals,
    subtract(published) {
      totals = Object.fromEntries(
        Object.entries(totals).map(([name, value]) => [name, value - (published[name] ?? 0)]),
      );
    },
  };
}

function withLifecycle(verdict: Verdict, outOfService: string | undefined): Verdict {
  const lifecycle = { ok: outOfService === undefined, reason: outOfService ?? "in service" };
  const checks = { ...verdict.checks, lifecycle };
  return { ...verdict, checks, healthy: Object.values(checks).every(({ ok }) => ok) };
}
