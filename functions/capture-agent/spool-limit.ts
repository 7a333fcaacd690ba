/** Keeps room on the spool's disk: when it is full, the oldest files are deleted, and each is recorded as lost. */
import { join } from "node:path";
import type { NodeConfig } from "./config.js";
import { lossOf } from "./core/losses.js";
import {
  abandonedFiles,
  evictions,
  spoolState,
  usedPercent,
  type Disk,
  type SpoolFile,
} from "./core/spool.js";
import { createCounter } from "./system/examine.js";
import { describe, type Log } from "./system/log.js";
import type { LossJournal } from "./system/loss-journal.js";
import { deletedNow, heldBytes, listFiles, listOpenFiles, type readDisk } from "./system/spool-files.js";

interface Parts {
  readonly config: NodeConfig;
  readonly disk: typeof readDisk;
  readonly losses: LossJournal;
  readonly log: Log;
  readonly now: () => number;
}

/** For each check, so that the verdict is not late. */
const COUNT_SECONDS = 5;
/** How a file of open/ is called where those of done/ are called by their path alone. */
const named = (file: SpoolFile): SpoolFile => ({ ...file, path: `open/${file.path}` });

/** A part of a split file is called as it will be when that is settled, which may be before it is deleted. */
const settled = (file: SpoolFile): SpoolFile => ({
  ...file,
  path: file.path.replace(/(^|\/)\.[^/]+\.whole\//, "$1"),
});

/** All files of the spool, as their losses would be recorded. */
export async function listForLosses(spool: string): Promise<readonly SpoolFile[]> {
  return [
    ...(await listFiles(join(spool, "done"), { parts: true })).map(settled),
    ...(await listOpenFiles(spool)).map(named),
  ];
}

/** Returns how full the disk is, and what the spool holds. */
export function createSpoolLimit({ config, disk: readDisk, losses, log, now }: Parts) {
  const { directory, high_water_percent, open_idle_seconds } = config.spool;
  /** Bytes by which the spool grew in each of the last intervals. */
  let growths: readonly number[] = [0, 0, 0];
  let usedBefore = Infinity;

  /**
   * Where it goes on growing, room is left for three more such intervals: a tool that finds none loses packets in the
   * middle of a file, and nobody counts them (libpcap's pcap_dump() tells no error). The least of the last three, since a
   * burst of finished files is no such growth. Files are deleted only where the node is unhealthy already: other nodes
   * take the load first.
   */
  function percentFor({ totalBytes, freeBytes }: Disk): number {
    growths = [...growths.slice(1), Math.max(0, totalBytes - freeBytes - usedBefore)];
    const roomy = 100 - (100 * 3 * Math.min(...growths)) / totalBytes;
    return Math.max(Math.min(config.spool.evict_percent, roomy), high_water_percent);
  }

  /** Whether it is gone. */
  async function evict(
    file: SpoolFile,
    folder: "open" | "done",
    packetsOf: ReturnType<typeof createCounter>,
  ): Promise<boolean> {
    const path = `${directory}/${folder}/${file.path}`;
    const loss = lossOf(folder === "open" ? named(file) : settled(file), await packetsOf(path));
    await losses.record(loss);
    try {
      if (!(await deletedNow(path))) {
        await losses.withdraw(loss); // sent meanwhile, or moved
        return true;
      }
    } catch (error) {
      await losses.withdraw(loss);
      log.error("a file of the full spool cannot be deleted", { file: file.path, error: describe(error) });
      return false;
    }
    losses.deleted(loss);
    const { bytes, packets, writtenAt } = loss;
    log.error("EVIDENCE LOST: the spool is full, the oldest file was deleted", {
      file: loss.path,
      bytes,
      packets,
      written: new Date(writtenAt).toISOString(),
    });
    return true;
  }

  return async () => {
    const disk = await readDisk(directory);
    const done = await listFiles(`${directory}/done`, { parts: true });
    const open = await listOpenFiles(directory);
    const given = new Set<SpoolFile>();
    const idle = abandonedFiles(open, now(), open_idle_seconds);
    // Else those that are being uploaded would be paid for twice, by the next oldest.
    const freed = { ...disk, freeBytes: disk.freeBytes + (await heldBytes(directory)) };
    const packetsOf = createCounter(COUNT_SECONDS);
    const measured = disk.totalBytes > 0;
    for (const file of measured ? evictions([...done, ...idle], freed, percentFor(disk)) : []) {
      if (await evict(file, idle.includes(file) ? "open" : "done", packetsOf)) given.add(file);
    }
    const after = given.size === 0 ? disk : await readDisk(directory);
    usedBefore = after.totalBytes - after.freeBytes;
    const kept = (files: readonly SpoolFile[]) =>
      spoolState(
        files.filter((file) => !given.has(file)),
        now(),
      );
    return { disk: after, ...kept(done), usedPercent: usedPercent(after), open: kept(open) };
  };
}
