/**
 * What is done to files of done/ before they are sent: captures that a stop has left whole are split by client, and lines
 * of logs get their clients. What cannot be done is tried again, as there may be room soon, or a line's endpoint in the
 * map; after a while, when its turn to be sent has come and it still cannot, a file goes as it is.
 */
import type { NodeConfig } from "./config.js";
import type { Origin } from "./core/identity.js";
import { isLog, labelled, UnknownYet } from "./core/labels.js";
import type { EventName } from "./core/metrics.js";
import { identityOf as identity, type SpoolFile } from "./core/spool.js";
import { labelFile } from "./system/label.js";
import { describe, errorCode, type Log } from "./system/log.js";
import type { LossJournal } from "./system/loss-journal.js";
import { isWhole, split } from "./system/split.js";
import { donePath } from "./system/spool-files.js";

interface Parts {
  readonly config: NodeConfig;
  readonly losses: LossJournal;
  readonly sent: ReadonlySet<string>;
  /** Whose a tag is; "wait": it may still become known, but with `late`. */
  readonly owners: (late: boolean) => (tag: number) => Origin | "wait";
  readonly inTime: (file: SpoolFile) => boolean;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
}

type Need = "split" | "labels";

export type Preparation = ReturnType<typeof createPreparation>;

export function createPreparation({ config, losses, sent, owners, inTime, count, log }: Parts) {
  const { directory } = config.spool;
  /** Logs whose lines say whose they are: by path and last write, since their size changes with that. */
  const withLabels = new Set<string>();
  /** The tag whose owner a log waits for, so that it is not read again before that is known. */
  const waitsFor = new Map<string, number>();
  const logOf = ({ path, writtenAt }: SpoolFile): string => `${path}\n${writtenAt}`;
  /** What goes as it is if it still cannot be done when the file is sent, and why it could not. */
  const overdue = new Map<string, string>();

  function needOf(file: SpoolFile): Need | undefined {
    if (config.spool.split && isWhole(file)) return "split";
    return config.spool.labels && isLog(file.path) && !withLabels.has(logOf(file)) ? "labels" : undefined;
  }

  async function label(file: SpoolFile): Promise<string | undefined> {
    const ownerOf = owners(!inTime(file));
    const tag = waitsFor.get(logOf(file));
    try {
      if (tag !== undefined && ownerOf(tag) === "wait") throw new UnknownYet(tag);
      await labelFile(donePath(directory, file.path), (line) => labelled(line, ownerOf));
      withLabels.add(logOf(file));
      return undefined;
    } catch (error) {
      if (error instanceof UnknownYet) waitsFor.set(logOf(file), error.tag);
      // What gzip cannot read today it cannot read tomorrow.
      if (errorCode(error)?.startsWith("Z_") === true) overdue.set(identity(file), describe(error));
      return describe(error);
    }
  }

  /** undefined, or why it stays as it is. */
  async function tried(file: SpoolFile, need: Need): Promise<string | undefined> {
    const ended = losses.uploading(file);
    try {
      const why = need === "split" ? await split(config.commands.split, directory, file) : await label(file);
      // A full disk took it meanwhile, and it or its parts are there again.
      if (why === undefined) await losses.withdraw(file);
      return why;
    } finally {
      ended();
    }
  }

  return {
    /** Does what can be done. Whether files are others now. */
    async prepare(files: readonly SpoolFile[]): Promise<boolean> {
      let changed = false;
      for (const file of files) {
        const need = needOf(file);
        // One that was sent already has only to be deleted.
        if (need === undefined || sent.has(identity(file)) || overdue.has(identity(file))) continue;
        const why = await tried(file, need);
        if (why === undefined) changed = true;
        else if (!inTime(file)) overdue.set(identity(file), why);
      }
      return changed;
    },
    /** It is not to be sent yet. */
    held: (file: SpoolFile): boolean => needOf(file) !== undefined && !overdue.has(identity(file)),
    /** The others go first: each that is sent makes room. */
    last: (file: SpoolFile): boolean => overdue.has(identity(file)),
    /** Right before a file is sent. Whether it is another one now, that the next pass will send. */
    async lastTry(file: SpoolFile): Promise<boolean> {
      const need = needOf(file);
      if (need === undefined) return false;
      const why = await tried(file, need);
      if (why === undefined) return true;
      overdue.set(identity(file), why);
      return false;
    },
    /** The bucket has it. */
    stored(file: SpoolFile): void {
      const need = needOf(file);
      if (need === undefined) return;
      count(need === "split" ? "UnsplitFiles" : "UnlabelledFiles", 1);
      const what =
        need === "split"
          ? "a capture is not split by client and is below client=all"
          : "a log was sent without its clients";
      log.error(what, { file: file.path, error: overdue.get(identity(file)) });
    },
    forgetOthers(files: readonly SpoolFile[]): void {
      const here = new Set(files.flatMap((file) => [identity(file), logOf(file)]));
      for (const memory of [withLabels, waitsFor, overdue]) {
        for (const known of memory.keys()) if (!here.has(known)) memory.delete(known);
      }
    },
  };
}
