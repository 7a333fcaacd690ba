/**
 * What addresses the parts of captures hold that were taken apart by client: a file for each below `addresses/`, written by
 * the splitter (functions/capture-split), which has read every packet.
 */
import { readdir, readFile, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { partAddresses } from "../core/keys.js";
import { tagIn } from "../core/tags.js";
import { listFiles, listOpenFiles } from "./spool-files.js";

/** A part is in open/ or done/ much sooner. */
const ORPHAN_MS = 3600_000;
const fileOf = (spool: string, path: string): string =>
  join(spool, "addresses", partAddresses(basename(path)));

/** undefined: nobody has noted them. */
export async function readAddresses(spool: string, path: string): Promise<readonly string[] | undefined> {
  if (tagIn(path) === undefined) return undefined;
  try {
    return JSON.parse(await readFile(fileOf(spool, path), "utf8")) as readonly string[];
  } catch {
    return undefined;
  }
}

export async function removeAddresses(spool: string, path: string): Promise<void> {
  if (tagIn(path) !== undefined) await unlink(fileOf(spool, path)).catch(() => undefined);
}

/** Those whose part is gone: a full disk took it, or the agent was killed. */
export async function sweepAddresses(spool: string, now: number): Promise<void> {
  const names = await readdir(join(spool, "addresses")).catch(() => []);
  if (names.length === 0) return;
  const files = [...(await listOpenFiles(spool)), ...(await listFiles(join(spool, "done")))];
  const here = new Set(files.map(({ path }) => partAddresses(basename(path))));
  for (const name of names.filter((each) => !here.has(each))) {
    const file = join(spool, "addresses", name);
    const written = await stat(file).catch(() => undefined);
    if (written !== undefined && now - written.mtimeMs > ORPHAN_MS) await unlink(file).catch(() => undefined);
  }
}
