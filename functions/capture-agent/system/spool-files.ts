/** The spool on disk. Only plain files below done/ are ours: a link could lead to anything that root may read. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, lstat, mkdir, open, readdir, rename, statfs, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { createPcapWalker, type PacketTimes } from "../core/pcap.js";
import type { Disk, SpoolFile } from "../core/spool.js";
import { describe, errorCode } from "./log.js";

export const donePath = (spool: string, path: string): string => join(spool, "done", path);

export async function prepareSpool(spool: string): Promise<void> {
  for (const folder of ["open", "done", "index"]) await mkdir(join(spool, folder), { recursive: true });
}

/** Every plain file below a folder, at most `depth` folders deep. What vanishes meanwhile is left out. */
export async function listFiles(folder: string, depth = 16, below = ""): Promise<SpoolFile[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  const found: SpoolFile[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && depth > 0) found.push(...(await listFiles(folder, depth - 1, path)));
    if (!entry.isFile()) continue;
    const stat = await lstat(join(folder, path)).catch(() => undefined);
    if (stat?.isFile()) found.push({ path, bytes: stat.size, writtenAt: Math.round(stat.mtimeMs) });
  }
  return found;
}

/** Moves what a tool that has ended left in open/ to done/. Returns how many files that were. */
export async function adoptOpenFiles(spool: string): Promise<number> {
  const files = await listFiles(join(spool, "open"));
  for (const { path } of files) {
    await mkdir(dirname(donePath(spool, path)), { recursive: true });
    // Never over a finished file of the same name: that one is whole.
    const taken = await access(donePath(spool, path)).then(
      () => true,
      () => false,
    );
    const target = taken ? join(dirname(path), `left-${Date.now()}-${path.split("/").at(-1) ?? ""}`) : path;
    await rename(join(spool, "open", path), donePath(spool, target));
  }
  return files.length;
}

/** Removes a done file. That it is gone already is as good. */
export async function removeDone(spool: string, path: string): Promise<void> {
  await unlink(donePath(spool, path)).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
  });
}

/**
 * Digest of a file, and the times of its packets when it is a pcap; both in one pass. A plain one costs a third more
 * than the digest alone; a compressed one three times as much, and is read only when `unzip` is set.
 */
export async function examine(
  path: string,
  unzip: boolean,
): Promise<{ sha256: Buffer; bytes: number; times: PacketTimes | undefined }> {
  const hash = createHash("sha256");
  const walker = createPcapWalker();
  const zipped = unzip && path.endsWith(".gz") ? createGunzip() : undefined;
  const unzipped = new Promise<void>((resolve) => {
    if (zipped === undefined) {
      resolve();
      return;
    }
    zipped.on("data", (chunk: Buffer) => walker.push(chunk));
    zipped.on("end", resolve);
    // Cut off, or no gzip at all: what was read until then counts.
    zipped.on("error", () => resolve());
  });
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (zipped === undefined) {
      walker.push(chunk);
    } else if (!zipped.destroyed && !zipped.write(chunk)) {
      await Promise.race([new Promise((resolve) => zipped.once("drain", resolve)), unzipped]);
    }
  }
  zipped?.end();
  await unzipped;
  return { sha256: hash.digest(), bytes, times: walker.result() };
}

export async function readDisk(spool: string): Promise<Disk & { writable: boolean; error?: string }> {
  try {
    const { blocks, bavail, bfree, bsize } = await statfs(spool);
    // Blocks that are kept for root are not free for a tool that runs as somebody else, nor counted by df.
    const usable = blocks - (bfree - bavail);
    const disk = { totalBytes: usable * bsize, freeBytes: bavail * bsize };
    try {
      await access(join(spool, "done"), constants.W_OK);
      return { ...disk, writable: true };
    } catch (error) {
      return { ...disk, writable: false, error: describe(error) };
    }
  } catch (error) {
    return { totalBytes: 0, freeBytes: 0, writable: false, error: describe(error) };
  }
}

/** Replaces a small file so that after a crash there is the old one or the new one. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  const file = await open(draft, "w", 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
