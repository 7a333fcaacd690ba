/**
 * The journal of uploads: lines of the index that are not in the bucket yet. A line is on disk before the file that
 * it describes is deleted, so a crash at any point leaves the file or its line. New lines go to `pending.jsonl`. To
 * be sent it is renamed to `sending-<time>.jsonl`; the key is made of that time and of what is sent, so a second try has
 * the same key and nothing else has it. What is sent stays as `sent-<time>.jsonl` for as long as a file of it could not be
 * deleted: else the next start would send that file's line again.
 */
import { createHash } from "node:crypto";
import { open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { PartSent } from "../core/balance.js";
import { indexKey, partition, type IndexLine, type Place } from "../core/keys.js";
import { describe, errorCode, type Log } from "./log.js";

/** Where the lines go in the end. */
export interface IndexStore {
  putText(key: string, text: string): Promise<unknown>;
}

export interface JournalEntry {
  readonly line: IndexLine;
  /** The file below done/ as it was: what has the same three was sent. */
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

export interface UploadJournal {
  /** What was sent before a crash and may not be deleted yet. Call it once, first. */
  recover(): Promise<readonly JournalEntry[]>;
  /**
   * Returns when the entry is on disk, or in memory where the disk is full. `then` is done before any part is sent, so
   * that a crash in between finds the entry.
   */
  append(entry: JournalEntry, then?: () => Promise<void>): Promise<void>;
  /** Sends all entries. Throws when a part could not be sent; it stays. */
  flush(): Promise<void>;
  /** How many entries are not sent. */
  waiting(): number;
}

interface Parts {
  readonly folder: string;
  readonly bucket: IndexStore;
  readonly place: Place;
  readonly now: () => number;
  readonly log: Log;
  readonly partSent?: PartSent;
  /** Whether the file of a line may still be on disk. */
  readonly remains?: (entry: JournalEntry) => boolean;
}

export function createUploadJournal(parts: Parts): UploadJournal {
  const { folder, bucket, place, now, log, partSent, remains = () => false } = parts;
  const pending = join(folder, "pending.jsonl");
  let unwritten: JournalEntry[] = [];
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time: workers append while a flush renames. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const seal = (): Promise<void> =>
    rename(pending, join(folder, `sending-${now()}.jsonl`)).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
    });
  const sealed = async (kind: "sending" | "sent"): Promise<string[]> =>
    (await readdir(folder)).filter((name) => new RegExp(`^${kind}-\\d+\\.jsonl$`).test(name)).sort();
  const entriesOf = async (name: string): Promise<JournalEntry[]> =>
    parse(await readFile(join(folder, name), "utf8"));

  const send = async (entries: readonly JournalEntry[], at: number, part: string): Promise<void> => {
    const hours = new Map<string, string[]>();
    for (const { line } of entries) {
      const hour = partition(Date.parse(line.first));
      hours.set(hour, [...(hours.get(hour) ?? []), JSON.stringify(line)]);
    }
    for (const [hour, lines] of hours) {
      const text = `${lines.join("\n")}\n`;
      const sha256 = createHash("sha256").update(text).digest("hex");
      await bucket.putText(indexKey(place, { hour, writtenAt: at, sha256 }), text);
    }
    const lines = entries.map(({ line: { packets }, writtenAt }) => ({ packets, writtenAt }));
    await partSent?.("indexed", part, lines);
  };

  const write = async (entries: readonly JournalEntry[]): Promise<void> => {
    const file = await open(pending, "a", 0o644);
    try {
      // Where the disk was full in the middle of a line, the next one must not become part of it.
      await file.writeFile(entries.map((entry) => `\n${JSON.stringify(entry)}\n`).join(""));
      await file.datasync();
    } finally {
      await file.close();
    }
  };

  return {
    recover: () =>
      inTurn(async () => {
        await seal(); // its last line may be cut off: nothing is appended to that
        const found: JournalEntry[] = [];
        for (const name of await sealed("sending")) found.push(...(await entriesOf(name)));
        waiting = found.length;
        for (const name of await sealed("sent")) found.push(...(await entriesOf(name)));
        return found;
      }),
    append: (entry, then) =>
      inTurn(async () => {
        waiting += 1;
        try {
          await write([...unwritten, entry]);
          unwritten = [];
        } catch (error) {
          // Uploads free the disk space that is missing, so they go on and the entry waits in memory.
          unwritten = [...unwritten, entry];
          log.warn("the index is not on disk", { key: entry.line.key, error: describe(error) });
        }
        await then?.();
      }),
    flush: () =>
      inTurn(async () => {
        if (waiting === 0) return;
        await seal();
        for (const name of await sealed("sent")) {
          if (!(await entriesOf(name)).some(remains)) await unlink(join(folder, name));
        }
        for (const name of await sealed("sending")) {
          const entries = await entriesOf(name);
          await send(entries, Number(/\d+/.exec(name)?.[0]), name);
          if (entries.some(remains))
            await rename(join(folder, name), join(folder, name.replace("sending", "sent")));
          else await unlink(join(folder, name));
        }
        const at = now();
        await send(unwritten, at, `memory-${at}`);
        unwritten = [];
        waiting = 0;
      }),
    waiting: () => waiting,
  };
}

/** A line that a crash cut off is left out: its file was not deleted, and is sent again under the same key. */
function parse(text: string): JournalEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as JournalEntry];
    } catch {
      return [];
    }
  });
}
