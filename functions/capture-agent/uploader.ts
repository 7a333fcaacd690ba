/** Uploads done files, oldest first; each is deleted when S3 has it and the journal has its line for the index. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bucket } from "./aws/bucket.js";
import type { NodeConfig } from "./config.js";
import type { Origin } from "./core/identity.js";
import { captureKey, ownKey, timesInName, timesOf, type IndexLine, type Place } from "./core/keys.js";
import type { EventName } from "./core/metrics.js";
import { identityOf as identity, uploadOrder, type SpoolFile } from "./core/spool.js";
import { createPreparation } from "./preparation.js";
import type { LossJournal } from "./system/loss-journal.js";
import type { UploadJournal } from "./system/upload-journal.js";
import { describe, type Log } from "./system/log.js";
import { examine, type Examined } from "./system/examine.js";
import { createFiledOrigins } from "./system/filed-origins.js";
import { readAddresses, removeAddresses, sweepAddresses } from "./system/part-addresses.js";
import { donePath, listFiles, removeDone, settleSplits } from "./system/spool-files.js";

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
  readonly owners: (late: boolean) => (tag: number) => Origin | "wait";
  /** All lines are in the bucket, but those that have come meanwhile. */
  readonly flushed?: (waiting: () => boolean) => Promise<void>;
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
  let hurry = false;
  const failuresOf = (file: SpoolFile): number => failures.get(identity(file)) ?? 0;

  /** It may still be waited for what tells whose packets these are. */
  const inTime = (file: SpoolFile): boolean =>
    !hurry && now() - file.writtenAt <= config.unknown_wait_seconds * 1000;
  const filed = createFiledOrigins({ folder: `${directory}/index`, log });
  const originNow = (file: SpoolFile): Origin | "wait" => filed.of(file) ?? parts.origin(file, !inTime(file));
  const preparation = createPreparation({ config, losses, sent, owners: parts.owners, inTime, count, log });

  /** Where a file goes whose key a tool has chosen. */
  function own({ path }: SpoolFile): { store: Bucket; key: string; uri: string } | undefined {
    const key = ownKey(path);
    if (parts.own === undefined || key === undefined) return undefined;
    return { store: parts.own.bucket, key, uri: `s3://${parts.own.name}/${key}` };
  }

  async function indexed(file: SpoolFile): Promise<{ line: IndexLine; origin: Origin; sha256: Buffer }> {
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
      addresses: known.addresses ?? (await readAddresses(directory, file.path)) ?? null,
    };
    return { line, origin, sha256: known.sha256 };
  }

  async function send(file: SpoolFile): Promise<void> {
    if (!sent.has(identity(file))) {
      if (await preparation.lastTry(file)) return;
      const { line, origin, sha256 } = await indexed(file);
      const { store, key } = own(file) ?? { store: bucket, key: line.key };
      await filed.keep(file, origin);
      const stored = await store.putFile(key, donePath(directory, file.path), file.bytes, sha256);
      await journal.append({ line, ...file }, async () => {
        sent.add(identity(file));
        await losses.withdraw(file); // a full disk took it while it was sent
      });
      preparation.stored(file);
      count("UploadedFiles", 1);
      count("UploadedBytes", file.bytes);
      count("UploadedPackets", line.packets ?? 0);
      log.info("uploaded", { key: line.key, bytes: file.bytes, packets: line.packets, stored });
    }
    await removeDone(directory, file.path);
    await removeAddresses(directory, file.path);
  }

  /** Files that are gone, sent or deleted, need not be remembered. */
  async function forgetOthers(files: readonly SpoolFile[]): Promise<void> {
    const here = new Set(files.map(identity));
    preparation.forgetOthers(files);
    await filed.forgetOthers(files);
    for (const memory of [sent, examined, failures]) {
      for (const known of memory.keys()) if (!here.has(known)) memory.delete(known);
    }
  }

  /** No splitter runs in done/ but those that a pass has waited for. */
  async function listed(): Promise<readonly SpoolFile[]> {
    await settleSplits(`${directory}/done`, log);
    return uploadOrder(await listFiles(`${directory}/done`));
  }

  async function pass(): Promise<number> {
    const found = await listed();
    const files = (await preparation.prepare(found)) ? await listed() : found;
    await forgetOthers(files);
    const held = (file: SpoolFile): boolean => originNow(file) === "wait" || preparation.held(file);
    const ready = files.filter((file) => sent.has(identity(file)) || !held(file));
    let failed = 0;
    const work = async (queue: SpoolFile[]): Promise<void> => {
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
    for (const last of [false, true]) {
      const queue = ready.filter((file) => preparation.last(file) === last);
      queue.sort((a, b) => failuresOf(a) - failuresOf(b));
      await Promise.all(Array.from({ length: config.spool.upload_concurrency }, () => work(queue)));
    }
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
            await sweepAddresses(directory, now());
            await parts.flushed?.(() => journal.waiting() + losses.waiting() > 0);
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
