/**
 * What a full disk took. How much it was is in the name of the record, because a disk without a free byte still takes
 * the name of an empty file; what else is known is its content.
 */
import { partition, timesOf, type Place, type TimeSource } from "./keys.js";
import type { NoPackets, PacketTimes } from "./pcap.js";
import type { SpoolFile } from "./spool.js";

export interface Loss extends SpoolFile {
  /** null: nobody could count them. */
  readonly packets: number | null;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly times: TimeSource;
}

export function lossOf(file: SpoolFile, read: PacketTimes | NoPackets | undefined): Loss {
  const { first, last, packets, source } = timesOf(file.path, file.writtenAt, read);
  const { path, bytes, writtenAt } = file;
  return { path, bytes, writtenAt, packets, first, last, times: source };
}

/** `digest` distinguishes files of one size and time. */
export const recordName = ({ bytes, packets, writtenAt }: Loss, digest: string): string =>
  `${writtenAt}-${bytes}-${packets ?? "uncounted"}-${digest}`;

/** The record that a name and what could be written of its content make; undefined where it is no record. */
export function readRecord(name: string, content: string): { loss: Loss; digest: string } | undefined {
  const [, time, size, count, digest = ""] = /^(\d+)-(\d+)-(\d+|uncounted)-([0-9a-f]+)$/.exec(name) ?? [];
  if (time === undefined) return undefined;
  const [writtenAt, bytes] = [Number(time), Number(size)];
  const packets = count === "uncounted" ? null : Number(count);
  const bare = { path: "", bytes, writtenAt, packets, first: writtenAt, last: writtenAt };
  try {
    return { loss: JSON.parse(content) as Loss, digest };
  } catch {
    return { loss: { ...bare, times: "written" }, digest }; // cut off, or empty
  }
}

/** A line below `index/lost/`: as one of the index, without an object. */
export interface LossLine {
  readonly lost: "disk-full";
  readonly zone: string;
  readonly node: string;
  /** Where it was in the spool: below done/, or `open/…`. Empty where the disk had no room for it. */
  readonly path: string;
  readonly first: string;
  readonly last: string;
  readonly times: TimeSource;
  readonly packets: number | null;
  readonly bytes: number;
}

export const lossLine = (place: Place, { path, bytes, packets, first, last, times }: Loss): LossLine => ({
  lost: "disk-full",
  zone: place.zone,
  node: place.node,
  path,
  first: new Date(first).toISOString(),
  last: new Date(last).toISOString(),
  times,
  packets,
  bytes,
});

/** Of one part of the lines: like a part of the index, so a second try has the same key and nothing else has it. */
export const lossKey = (place: Place, hour: string, writtenAt: number, sha256: string): string =>
  `${place.prefix}index/lost/${hour}/${place.zone}-${place.node}-${writtenAt}-${sha256.slice(0, 12)}.jsonl`;

export const lossHour = ({ first }: LossLine): string => partition(Date.parse(first));
