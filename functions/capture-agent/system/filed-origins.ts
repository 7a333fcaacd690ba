/**
 * Under whose name each file was tried to be stored. An answer that was lost does not say whether the bucket has it, so
 * the next try keeps the name, whatever has become known meanwhile: else there would be two objects. Of an endpoint that
 * nobody knew the map may come any time, a restart of the agent's in between: these are on disk as well.
 */
import { open, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Origin } from "../core/identity.js";
import { identityOf as identity, type SpoolFile } from "../core/spool.js";
import { describe, errorCode, type Log } from "./log.js";

type Line = readonly [identity: string, origin: Origin];

export function createFiledOrigins({ folder, log }: { readonly folder: string; readonly log: Log }) {
  const path = join(folder, "filed.jsonl");
  const filed = new Map<string, Origin>();
  let onDisk = true; // perhaps
  let read = false;

  async function write(line: Line): Promise<void> {
    onDisk = true;
    const file = await open(path, "a", 0o644);
    try {
      await file.writeFile(`\n${JSON.stringify(line)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  return {
    of: (file: SpoolFile): Origin | undefined => filed.get(identity(file)),
    /** Before a file is sent. Where the disk is full it is in memory alone. */
    async keep(file: SpoolFile, origin: Origin): Promise<void> {
      if (filed.has(identity(file))) return;
      filed.set(identity(file), origin);
      if (origin.endpoint === undefined) return;
      await write([identity(file), origin]).catch((error: unknown) => {
        log.warn("under whose name a file is sent is not on disk", {
          file: file.path,
          error: describe(error),
        });
      });
    },
    /** Takes up what an earlier life of the agent wrote, once; then forgets what is not there any more. */
    async forgetOthers(files: readonly SpoolFile[]): Promise<void> {
      if (!read) for (const [name, origin] of parse(await text(path))) filed.set(name, origin);
      read = true;
      const here = new Set(files.map(identity));
      for (const name of filed.keys()) if (!here.has(name)) filed.delete(name);
      if (!onDisk || [...filed.values()].some(({ endpoint }) => endpoint !== undefined)) return;
      await unlink(path).catch((error: unknown) => {
        if (errorCode(error) !== "ENOENT") throw error;
      });
      onDisk = false;
    },
  };
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  }
}

/** A line that a full disk or a kill cut off is left out. */
function parse(content: string): Line[] {
  return content.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}
