/** Samples the node every interval, judges whether it is healthy, and adds up the counts for CloudWatch. */
import type { NodeConfig } from "./config.js";
import { addIncrease, increase, type Sample, type Totals } from "./core/packet-counts.js";
import type { SpoolState } from "./core/spool.js";
import { judge, type Verdict } from "./core/verdict.js";
import { runCommand } from "./system/commands.js";
import type { Log } from "./system/log.js";
import { createSpoolLimit } from "./spool-limit.js";
import type { LossJournal } from "./system/loss-journal.js";
import type { readDisk } from "./system/spool-files.js";

const CHECK_SECONDS = 5;

export interface HealthMonitor {
  /** Takes one sample and makes one verdict. */
  check(): Promise<void>;
  verdict(): Verdict | undefined;
  lastSample(): Sample | undefined;
  /** What is done; how full the disk is; what is open. */
  spool(): SpoolState & { readonly usedPercent: number; readonly open: SpoolState };
  /** What was counted and is not published yet. */
  totals(): Totals;
  /** Takes off what was published. */
  subtract(published: Totals): void;
}

interface Parts {
  readonly config: NodeConfig;
  readonly sampler: () => Promise<Sample>;
  readonly outOfService: () => string | undefined;
  readonly disk: typeof readDisk;
  readonly losses: LossJournal;
  /** What the counters showed when they were published last, by an earlier start: what came since counts. */
  readonly baseline?: Sample | undefined;
  readonly log: Log;
  readonly now: () => number;
}

export function createHealthMonitor(parts: Parts): HealthMonitor {
  const { config, log, now } = parts;
  const { high_water_percent } = config.spool;
  const limitSpool = createSpoolLimit(parts);
  let samples: readonly Sample[] = [];
  let totals: Totals = {};
  let verdict: Verdict | undefined;
  const empty = { files: 0, bytes: 0, behindSeconds: 0 };
  let spool = { ...empty, usedPercent: 0, open: empty };

  return {
    async check() {
      const [sample, network, { disk, ...found }] = await Promise.all([
        parts.sampler(),
        runCommand(config.commands.check, CHECK_SECONDS),
        limitSpool(),
      ]);
      spool = found;
      const before = samples.at(-1) ?? parts.baseline;
      if (before !== undefined) totals = addIncrease(totals, increase(before, sample));
      samples = [...samples, sample].slice(-(config.tolerance.still_intervals + 2));
      const facts = {
        network: network.ok ? undefined : network.output,
        samples,
        toolCounts: config.tool.counters !== null,
        filtered: config.tool.filtered,
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
