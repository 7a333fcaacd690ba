/** The spool on disk. Only plain files below open/ and done/ are ours: a link could lead to anything that root may read. */
import type { Dirent } from "node:fs";
import {
  access,
  constants,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Disk, SpoolFile } from "../core/spool.js";
import { describe, errorCode, type Log } from "./log.js";

export const donePath = (spool: string, path: string): string => join(spool, "done", path);
const openPath = (spool: string, path: string): string => join(spool, "open", path);

export async function prepareSpool(spool: string): Promise<void> {
  for (const folder of ["open", "done", "index", "lost"])
    await mkdir(join(spool, folder), { recursive: true });
}

/** What the tool has not finished, drafts included: it is evidence as much as what is done. */
export const listOpenFiles = (spool: string): Promise<SpoolFile[]> =>
  listFiles(join(spool, "open"), { drafts: true });

/** What it holds; nothing where it has gone. */
const readFolder = (folder: string): Promise<Dirent[]> =>
  readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });

/**
 * Every plain file below a folder, at most 16 folders deep. What vanishes meanwhile is left out, and so are drafts:
 * files whose names begin with a dot. Copies are what a splitter has under way: the file that it takes apart counts. Parts
 * are what one that was killed has left whole: they count as drafts do, or alone, and the file does not.
 */
export async function listFiles(
  folder: string,
  { drafts = false, parts = false, depth = 16 } = {},
  below = "",
): Promise<SpoolFile[]> {
  const found: SpoolFile[] = [];
  const entries = await readFolder(join(folder, below));
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    if ((parts || drafts) && names.has(`.${entry.name}.whole`)) continue;
    const whole = parts && entry.isDirectory() && /^\..*\.whole$/.test(entry.name);
    if (!drafts && !whole && entry.name.startsWith(".")) continue;
    if (/^\..*\.split$/.test(entry.name)) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && depth > 0) {
      found.push(...(await listFiles(folder, { drafts, parts, depth: depth - 1 }, path)));
    }
    if (!entry.isFile()) continue;
    const stat = await lstat(join(folder, path)).catch(() => undefined);
    if (stat?.isFile()) found.push({ path, bytes: stat.size, writtenAt: Math.round(stat.mtimeMs) });
  }
  return found;
}

/**
 * Moves what a tool that has ended left in open/ to done/. Returns how many files that were. One that cannot be moved
 * stays, is counted as open, and keeps no other.
 */
export async function adoptOpenFiles(spool: string, log: Log): Promise<number> {
  let adopted = 0;
  await settleSplits(join(spool, "open"), log);
  for (const { path } of await listOpenFiles(spool)) {
    try {
      // A draft is never uploaded, nor what lies in a folder of drafts, and this one is finished by nobody.
      const parts = path.split("/").map((part) => part.replace(/^\.+/, "") || "draft");
      const wanted = join(...parts);
      const folder = dirname(donePath(spool, wanted));
      await mkdir(folder, { recursive: true });
      await rename(openPath(spool, path), await untaken(folder, basename(wanted)));
      adopted += 1;
    } catch (error) {
      log.error("an open file cannot be moved to done/", { file: path, error: describe(error) });
    }
  }
  return adopted;
}

/**
 * A splitter that was ended leaves the parts of a file in a folder beside it (functions/capture-split): `.<name>.split`
 * where the file counts, `.<name>.whole` where all of its parts are there and count instead. Not while one runs there.
 */
export async function settleSplits(folder: string, log: Log, depth = 16): Promise<void> {
  for (const entry of await readFolder(folder)) {
    if (!entry.isDirectory()) continue;
    const [, source, state] = /^\.(.+)\.(split|whole)$/.exec(entry.name) ?? [];
    if (source === undefined) {
      if (depth > 0) await settleSplits(join(folder, entry.name), log, depth - 1);
      continue;
    }
    const remains = join(folder, entry.name);
    try {
      if (state === "whole") await deletedNow(join(folder, source));
      for (const name of await readdir(remains)) {
        if (state === "split") await deletedNow(join(remains, name));
        else await rename(join(remains, name), await untaken(folder, name));
      }
      await rmdir(remains);
    } catch (error) {
      log.error("the parts of a split file cannot be moved", { file: remains, error: describe(error) });
    }
  }
}

/** Never over a finished file of the same name: that one is whole. */
async function untaken(folder: string, name: string): Promise<string> {
  const taken = await access(join(folder, name)).then(
    () => true,
    () => false,
  );
  return join(folder, taken ? `left-${Date.now()}-${name}` : name);
}

/** Removes a done file. That it is gone already is as good. */
export async function removeDone(spool: string, path: string): Promise<void> {
  await deletedNow(donePath(spool, path));
}

/** Deletes a file. False when it was gone already. */
export async function deletedNow(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Bytes of deleted files that this process still reads, to upload them: the disk has them back as soon as that ends. */
export async function heldBytes(spool: string): Promise<number> {
  const fds = "/proc/self/fd";
  const below = `${await realpath(spool).catch(() => spool)}/`;
  let held = 0;
  for (const fd of await readdir(fds).catch(() => [])) {
    const target = await readlink(`${fds}/${fd}`).catch(() => "");
    if (!target.startsWith(below) || !target.endsWith(" (deleted)")) continue;
    held += (await stat(`${fds}/${fd}`).catch(() => ({ blocks: 0 }))).blocks * 512;
  }
  return held;
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
  try {
    const file = await open(draft, "w", 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined); // of a full disk it would keep a part
    throw error;
  }
}
