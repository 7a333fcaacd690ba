/** Uploads done files, oldest first; each is deleted when S3 has it and the journal has its line for the index. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bucket } from "./aws/bucket.js";
import type { NodeConfig } from "./config.js";
import type { Origin } from "./core/identity.js";
import { captureKey, ownKey, timesInName, timesOf, type IndexLine, type Place } from "./core/keys.js";
import { isLog, labelled } from "./core/labels.js";
import type { EventName } from "./core/metrics.js";
import { identityOf as identity, uploadOrder, type SpoolFile } from "./core/spool.js";
import type { LossJournal } from "./system/loss-journal.js";
import type { UploadJournal } from "./system/upload-journal.js";
import { describe, type Log } from "./system/log.js";
import { examine, type Examined } from "./system/examine.js";
import { labelFile } from "./system/label.js";
import { isWhole, split } from "./system/split.js";
import { donePath, listFiles, removeDone } from "./system/spool-files.js";

export interface Uploader {
  /** Tries each file once. Returns how many failed. Never throws for a single file. */
  pass(): Promise<number>;
  /** Repeats without end, with growing pauses while uploads fail. `leaving`: the index is sent at once. */
  run(leaving: () => boolean): Promise<never>;
}

interface Parts {
  readonly config: NodeConfig;
  readonly bucket: Bucket;
  /** The bucket of files whose keys a tool has chosen, with its name. */
  readonly own?: { readonly name: string; readonly bucket: Bucket };
  readonly journal: UploadJournal;
  readonly losses: LossJournal;
  /** Identities of what is sent and in the journal, and still on disk: what a crash or a failed deletion left. */
  readonly sent: Set<string>;
  readonly place: Place;
  /** Whose packets a file holds; `late`: it has waited long enough for that to become known. */
  readonly origin: (file: SpoolFile, late: boolean) => Origin | "wait";
  readonly owners: () => (tag: number) => Origin;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
  readonly now: () => number;
}

/** In upload intervals. */
const LONGEST_PAUSE_FACTOR = 12;
/** Failures after which a pass ends: S3 is not there, and each try costs reading a file. */
const MAX_FAILURES_PER_PASS = 8;

export function createUploader(parts: Parts): Uploader {
  const { config, bucket, journal, losses, sent, place, count, log, now } = parts;
  const { directory, unzip_packets: unzip } = config.spool;
  const examined = new Map<string, Examined>();
  /** How often each file failed. Those that failed go last, so that one that always fails delays no other. */
  const failures = new Map<string, number>();
  /** Captures that could not be taken apart by client: they go where no client reads. */
  const unsplit = new Set<string>();
  /** Logs whose lines say whose they are, or cannot: by path and last write, since their size changes with that. */
  const withLabels = new Set<string>();
  const logOf = ({ path, writtenAt }: SpoolFile): string => `${path}\n${writtenAt}`;
  let hurry = false;
  const failuresOf = (file: SpoolFile): number => failures.get(identity(file)) ?? 0;

  /** It may still be waited for what tells whose packets these are. */
  const inTime = (file: SpoolFile): boolean =>
    !hurry && now() - file.writtenAt <= config.unknown_wait_seconds * 1000;
  const originNow = (file: SpoolFile): Origin | "wait" => parts.origin(file, !inTime(file));

  /** Where a file goes whose key a tool has chosen. */
  function own({ path }: SpoolFile): { store: Bucket; key: string; uri: string } | undefined {
    const key = ownKey(path);
    if (parts.own === undefined || key === undefined) return undefined;
    return { store: parts.own.bucket, key, uri: `s3://${parts.own.name}/${key}` };
  }

  async function indexed(file: SpoolFile): Promise<{ line: IndexLine; sha256: Buffer }> {
    const known =
      examined.get(identity(file)) ??
      (await examine(donePath(directory, file.path), unzip, timesInName(file.path)));
    if (known.bytes !== file.bytes) throw new Error("the file changes although it is in done/");
    examined.set(identity(file), known);
    const origin = originNow(file);
    if (origin === "wait") throw new Error("whose packets these are is not known yet");
    const { first, last, packets, source } = timesOf(file.path, file.writtenAt, known.times);
    const sha256 = known.sha256.toString("hex");
    const line = {
      key: own(file)?.uri ?? captureKey(place, { path: file.path, origin, first, sha256 }),
      ...origin,
      zone: place.zone,
      node: place.node,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
      times: source,
      packets,
      bytes: file.bytes,
      sha256,
      addresses: known.addresses ?? null,
    };
    return { line, sha256: known.sha256 };
  }

  async function send(file: SpoolFile): Promise<void> {
    if (!sent.has(identity(file))) {
      const { line, sha256 } = await indexed(file);
      const { store, key } = own(file) ?? { store: bucket, key: line.key };
      const stored = await store.putFile(key, donePath(directory, file.path), file.bytes, sha256);
      await journal.append({ line, ...file }, async () => {
        sent.add(identity(file));
        await losses.withdraw(file); // a full disk took it while it was sent
      });
      count("UploadedFiles", 1);
      count("UploadedBytes", file.bytes);
      count("UploadedPackets", line.packets ?? 0);
      log.info("uploaded", { key: line.key, bytes: file.bytes, packets: line.packets, stored });
    }
    await removeDone(directory, file.path);
  }

  /** Files that are gone, sent or deleted, need not be remembered. */
  function forgetOthers(files: readonly SpoolFile[]): void {
    const here = new Set(files.map(identity));
    for (const memory of [sent, examined, failures, unsplit]) {
      for (const known of memory.keys()) if (!here.has(known)) memory.delete(known);
    }
  }

  const listed = async (): Promise<readonly SpoolFile[]> => uploadOrder(await listFiles(`${directory}/done`));

  /** What the tool had no time for when it stopped. One that was sent already has only to be deleted. */
  async function splitWhole(files: readonly SpoolFile[]): Promise<readonly SpoolFile[]> {
    const whole = files.filter(
      (file) => isWhole(file) && !sent.has(identity(file)) && !unsplit.has(identity(file)),
    );
    for (const file of whole) {
      const ended = losses.uploading(file);
      const why = await split(config.commands.split, directory, file);
      // A full disk took it meanwhile, and its parts are there.
      if (why === undefined) await losses.withdraw(file);
      ended();
      if (why === undefined) continue;
      // There may be room soon. What has waited as long as for an endpoint's owner goes as it is.
      if (inTime(file)) continue;
      unsplit.add(identity(file));
      count("UnsplitFiles", 1);
      log.error("a capture is not split by client and goes to client=all", { file: file.path, error: why });
    }
    return whole.length === 0 ? files : listed();
  }

  /** A log that cannot be labelled is sent as it is: it loses nothing but the client's name. */
  async function labelLogs(files: readonly SpoolFile[]): Promise<readonly SpoolFile[]> {
    for (const known of withLabels)
      if (!files.some((file) => logOf(file) === known)) withLabels.delete(known);
    const logs = files.filter(
      (file) => isLog(file.path) && !sent.has(identity(file)) && !withLabels.has(logOf(file)),
    );
    for (const file of logs) {
      const owners = parts.owners();
      const ended = losses.uploading(file);
      try {
        await labelFile(donePath(directory, file.path), (line) => labelled(line, owners));
        await losses.withdraw(file); // a full disk took it meanwhile, and it is there again
      } catch (error) {
        log.warn("a log is sent without its clients", { file: file.path, error: describe(error) });
      } finally {
        ended();
      }
      withLabels.add(logOf(file));
    }
    return logs.length === 0 ? files : listed();
  }

  async function pass(): Promise<number> {
    const found = await listed();
    const whole = config.spool.split ? await splitWhole(found) : found;
    const files = config.spool.labels ? await labelLogs(whole) : whole;
    forgetOthers(files);
    const held = (file: SpoolFile): boolean =>
      originNow(file) === "wait" || (config.spool.split && isWhole(file) && !unsplit.has(identity(file)));
    const ready = files.filter((file) => sent.has(identity(file)) || !held(file));
    const queue = [...ready].sort((a, b) => failuresOf(a) - failuresOf(b));
    let failed = 0;
    const work = async (): Promise<void> => {
      for (
        let file = queue.shift();
        file !== undefined && failed < MAX_FAILURES_PER_PASS;
        file = queue.shift()
      ) {
        const ended = losses.uploading(file);
        try {
          await send(file);
        } catch (error) {
          failed += 1;
          failures.set(identity(file), failuresOf(file) + 1);
          // The bytes are not what was read: read the file again.
          if (error instanceof Error && error.name === "BadDigest") examined.delete(identity(file));
          count("UploadFailures", 1);
          log.warn("upload failed, will be tried again", { file: file.path, error: describe(error) });
        } finally {
          ended();
        }
      }
    };
    await Promise.all(Array.from({ length: config.spool.upload_concurrency }, work));
    return failed;
  }

  return {
    pass,
    async run(leaving) {
      let pause = 1;
      let indexedAt = now();
      for (;;) {
        try {
          hurry = leaving();
          const failed = await pass();
          const due = leaving() || now() - indexedAt >= config.spool.index_interval_seconds * 1000;
          if (due && journal.waiting() + losses.waiting() > 0) {
            await journal.flush();
            await losses.flush(bucket, place, leaving());
            indexedAt = now();
          }
          pause = failed > 0 ? Math.min(pause * 2, LONGEST_PAUSE_FACTOR) : 1;
        } catch (error) {
          count("UploadFailures", 1);
          log.warn("upload pass failed", { error: describe(error) });
          pause = Math.min(pause * 2, LONGEST_PAUSE_FACTOR);
        }
        await sleep(config.spool.upload_interval_seconds * 1000 * pause);
      }
    },
  };
}
