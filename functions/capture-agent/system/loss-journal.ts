/**
 * The journal of losses: what a full disk took, from before a file is deleted until the bucket has its line. A record
 * is a file of its own below `lost/`, named by how much is lost (core/losses.ts). It is there before the deletion, so a
 * crash at any point leaves the captured file or its record; where both are left, nothing was lost. What the metrics
 * have told is renamed to `<record>.told`. Records become lines in `sending-<time>.jsonl`, which is sent as a part of
 * the index is: once.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { PartSent } from "../core/balance.js";
import {
  lossHour,
  lossKey,
  lossLine,
  readRecord,
  recordName,
  type Loss,
  type LossLine,
} from "../core/losses.js";
import type { Place } from "../core/keys.js";
import type { EventName } from "../core/metrics.js";
import { identityOf, type SpoolFile } from "../core/spool.js";
import { describe, errorCode, type Log } from "./log.js";
import { replaceFile } from "./spool-files.js";
import type { IndexStore } from "./upload-journal.js";

interface Entry {
  readonly name: string;
  readonly loss: Loss;
  deleted: boolean;
  counted: boolean;
  told: boolean;
}

export type LossJournal = ReturnType<typeof createLossJournal>;

interface Parts {
  readonly folder: string;
  /** Identities of files that the bucket has and the journal of uploads knows: deleting one of them loses nothing. */
  readonly sent: ReadonlySet<string>;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
  readonly now: () => number;
  readonly partSent?: PartSent;
}

const digestOfIdentity = (identity: string): string =>
  createHash("sha256").update(identity).digest("hex").slice(0, 16);
const digestOf = (file: SpoolFile): string => digestOfIdentity(identityOf(file));
const TOLD = ".told";

export function createLossJournal({ folder, sent, count, log, now, partSent }: Parts) {
  /** By the digest of the file's identity. */
  const entries = new Map<string, Entry>();
  const uploading = new Set<string>();
  let unsent = 0;
  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time: records are renamed and removed by name. Nothing here waits for the network. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const remove = (name: string): Promise<void> =>
    unlink(join(folder, name)).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
    });
  const nameOf = ({ name, told }: Entry): string => (told ? `${name}${TOLD}` : name);

  /** An upload that has the file open may still succeed, and then nothing is lost. */
  function countOnce(digest: string): void {
    const entry = entries.get(digest);
    if (entry === undefined || !entry.deleted || entry.counted || uploading.has(digest)) return;
    entry.counted = true;
    count("SpoolDroppedFiles", 1);
    count("SpoolDroppedBytes", entry.loss.bytes);
    if (entry.loss.packets === null) count("SpoolDroppedUncounted", 1);
    else count("SpoolDroppedPackets", entry.loss.packets);
  }

  async function withdraw(file: SpoolFile): Promise<void> {
    const entry = entries.get(digestOf(file));
    if (entry === undefined) return;
    await remove(nameOf(entry));
    entries.delete(digestOf(file));
  }

  const sealed = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => /^sending-\d+\.jsonl$/.test(name)).sort();
  interface Sealed {
    readonly digest: string;
    readonly line: LossLine;
  }
  const readSealed = async (name: string): Promise<Sealed[]> =>
    (await readFile(join(folder, name), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Sealed);

  async function seal(place: Place, all: boolean): Promise<void> {
    const due = [...entries].filter(([, { counted, told }]) => counted && (told || all));
    if (due.length === 0) return;
    const text = due.map(([digest, { loss }]) => JSON.stringify({ digest, line: lossLine(place, loss) }));
    await replaceFile(join(folder, `sending-${now()}.jsonl`), `${text.join("\n")}\n`);
    for (const [digest, entry] of due) {
      await remove(nameOf(entry));
      entries.delete(digest);
    }
  }

  return {
    /** Before a file is deleted. Where the disk has no room even for a name, the record is in memory alone. */
    record: (loss: Loss): Promise<void> =>
      inTurn(async () => {
        if (sent.has(identityOf(loss))) return;
        const digest = digestOf(loss);
        const name = recordName(loss, digest);
        entries.set(digest, { name, loss, deleted: false, counted: false, told: false });
        try {
          await mkdir(folder, { recursive: true });
          const file = await open(join(folder, name), "w", 0o644);
          try {
            await file.writeFile(JSON.stringify(loss));
            await file.datasync();
          } finally {
            await file.close();
          }
        } catch (error) {
          log.warn("the record of a loss is not on disk", { file: loss.path, error: describe(error) });
        }
      }),
    /** It is deleted. */
    deleted(file: SpoolFile): void {
      const entry = entries.get(digestOf(file));
      if (entry !== undefined) entry.deleted = true;
      countOnce(digestOf(file));
    },
    /** It is not lost: it could not be deleted, or the bucket has it after all. */
    withdraw: (file: SpoolFile): Promise<void> => inTurn(() => withdraw(file)),
    /** An upload of the file begins; what is returned says that it ended. */
    uploading(file: SpoolFile): () => void {
      const digest = digestOf(file);
      uploading.add(digest);
      return () => {
        uploading.delete(digest);
        countOnce(digest);
      };
    },
    /** Takes up what an earlier life of the agent recorded. `there`: all files of the spool, as they would be recorded. */
    recover: (there: readonly SpoolFile[]): Promise<void> =>
      inTurn(async () => {
        await mkdir(folder, { recursive: true });
        const parts = await sealed();
        unsent = parts.length;
        const known = new Set([
          ...there.map(digestOf),
          ...[...sent].map(digestOfIdentity),
          ...(await Promise.all(parts.map(readSealed))).flat().map(({ digest }) => digest),
        ]);
        for (const file of await readdir(folder)) {
          if (file.endsWith(".tmp")) await remove(file);
          const told = file.endsWith(TOLD);
          const name = told ? file.slice(0, -TOLD.length) : file;
          const record = readRecord(name, await readFile(join(folder, file), "utf8").catch(() => ""));
          if (record === undefined || entries.has(record.digest)) continue;
          const { loss, digest } = record;
          if (known.has(digest)) await remove(file);
          else entries.set(digest, { name, loss, deleted: true, counted: told, told });
          countOnce(digest);
        }
      }),
    /** What the metrics that are about to be sent tell of; call what is returned when they are. */
    telling(): () => Promise<void> {
      const told = [...entries.values()].filter((entry) => entry.counted && !entry.told);
      return () =>
        inTurn(async () => {
          for (const entry of told) {
            await rename(join(folder, entry.name), join(folder, `${entry.name}${TOLD}`)).catch(
              (error: unknown) => {
                if (errorCode(error) !== "ENOENT") throw error; // in memory alone
              },
            );
            entry.told = true;
          }
        });
    },
    /** Sends the lines of what was told, or of all. Throws when a part could not be sent; it stays. */
    async flush(bucket: IndexStore, place: Place, all: boolean): Promise<void> {
      if (entries.size === 0 && unsent === 0) return;
      await inTurn(() => seal(place, all));
      const parts = await sealed();
      unsent = parts.length;
      for (const name of parts) {
        const lines = (await readSealed(name)).map(({ line }) => line);
        for (const hour of new Set(lines.map(lossHour))) {
          const text = lines.filter((line) => lossHour(line) === hour).map((line) => JSON.stringify(line));
          const body = `${text.join("\n")}\n`;
          const sha256 = createHash("sha256").update(body).digest("hex");
          await bucket.putText(lossKey(place, hour, Number(/\d+/.exec(name)?.[0]), sha256), body);
        }
        const counted = lines.map(({ packets, last }) => ({ packets, writtenAt: Date.parse(last) }));
        await partSent?.("givenUp", name, counted);
        await remove(name);
        unsent -= 1;
      }
    },
    /** How many records and parts are not sent. */
    waiting: (): number => entries.size + unsent,
  };
}
