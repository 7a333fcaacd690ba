/** What the node knows of itself: sampled every interval, judged, and added up for CloudWatch. */
import type { NodeConfig } from "./config.js";
import { addStep, step, type Sample, type Totals } from "./core/ledger.js";
import type { EventName } from "./core/metrics.js";
import { evictions, spoolState, usedPercent, type SpoolState } from "./core/spool.js";
import { judge, type Verdict } from "./core/verdict.js";
import { runCommand } from "./system/commands.js";
import { describe, type Log } from "./system/log.js";
import { listFiles, readDisk, removeDone } from "./system/spool-files.js";

const CHECK_SECONDS = 5;

export interface Pulse {
  /** One sample, one verdict. */
  beat(): Promise<void>;
  verdict(): Verdict | undefined;
  lastSample(): Sample | undefined;
  spool(): SpoolState & { readonly usedPercent: number };
  /** What the ledger moved since the last `forget`. */
  totals(): Totals;
  forget(published: Totals): void;
}

interface Parts {
  readonly config: NodeConfig;
  readonly sampler: () => Promise<Sample>;
  readonly refusal: () => string | undefined;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
  readonly now: () => number;
}

export function createPulse(parts: Parts): Pulse {
  const { config, log, now, count } = parts;
  const { directory, high_water_percent } = config.spool;
  // Files are given up only where the node is ill already: others take the load first.
  const evictPercent = Math.max(config.spool.evict_percent, high_water_percent);
  let samples: readonly Sample[] = [];
  let totals: Totals = {};
  let verdict: Verdict | undefined;
  let spool = { files: 0, bytes: 0, behindSeconds: 0, usedPercent: 0 };

  async function bound(): Promise<Awaited<ReturnType<typeof readDisk>>> {
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
    async beat() {
      const [sample, network, disk] = await Promise.all([
        parts.sampler(),
        runCommand(config.commands.check, CHECK_SECONDS),
        bound(),
      ]);
      const before = samples.at(-1);
      if (before !== undefined) totals = addStep(totals, step(before, sample));
      samples = [...samples, sample].slice(-(config.tolerance.still_intervals + 2));
      const facts = {
        network: network.ok ? undefined : network.said,
        samples,
        toolCounts: config.tool.counters !== null,
        disk: { ...disk, usedPercent: spool.usedPercent },
        diskWasFull: verdict?.checks.disk.ok === false,
        leaving: parts.refusal(),
      };
      const next = judge(facts, { ...config.tolerance, high_water_percent }, now());
      if (verdict?.healthy !== next.healthy) {
        const bad = Object.entries(next.checks).filter(([, { ok }]) => !ok);
        if (next.healthy) log.info("healthy");
        else log.error("unhealthy", Object.fromEntries(bad.map(([name, { reason }]) => [name, reason])));
      }
      verdict = next;
    },
    // The lifecycle moves between beats, and a node that leaves says so at once.
    verdict: () => (verdict === undefined ? undefined : withRefusal(verdict, parts.refusal())),
    lastSample: () => samples.at(-1),
    spool: () => spool,
    totals: () => totals,
    forget(published) {
      totals = Object.fromEntries(
        Object.entries(totals).map(([name, value]) => [name, value - (published[name] ?? 0)]),
      );
    },
  };
}

function withRefusal(verdict: Verdict, refusal: string | undefined): Verdict {
  const lifecycle = { ok: refusal === undefined, reason: refusal ?? "in service" };
  const checks = { ...verdict.checks, lifecycle };
  return { ...verdict, checks, healthy: Object.values(checks).every(({ ok }) => ok) };
}
