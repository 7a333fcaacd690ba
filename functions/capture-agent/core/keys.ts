/**
 * The key of a file in the capture bucket, and its line in the index. A key holds only what the node knows: the
 * kernel's decapsulation loses endpoint and VNI, and then client and VNI are `all`.
 */
import type { Origin } from "./identity.js";
import type { NoPackets, PacketTimes } from "./pcap.js";

export interface Place {
  readonly prefix: string;
  readonly zone: string;
  readonly node: string;
}

/** What functions/capture-split puts into a name: the tag, how many packets, milliseconds of the first and of the last. */
const FACTS = /\.vlan=\d{1,4}(?:,packets=(\d+),first=(\d+),last=(\d+))?(?=[.])/;

/** The times that a file's name gives by itself, as who split it has counted them. */
export function timesInName(path: string): PacketTimes | undefined {
  const [, packets, first, last] = FACTS.exec(path.split("/").at(-1) ?? "") ?? [];
  return packets === undefined
    ? undefined
    : { packets: Number(packets), first: Number(first), last: Number(last) };
}

/** How a file is called that holds the addresses of such a part, however that is compressed or was moved aside. */
export const partAddresses = (part: string): string =>
  `${part.replace(/^left-\d+-/, "").replace(/\.(zst|gz)$/, "")}.json`;

/** Where the times of an index line come from: every packet, the file's name, or the time of its last write. */
export type TimeSource = "packets" | "name" | "written";

export interface Times {
  readonly first: number;
  readonly last: number;
  readonly packets: number | null;
  readonly source: TimeSource;
}

/**
 * The range of time that a file covers. The end of a file that cannot be read is its last write, which is not
 * earlier than its last packet; the start is in its name, or is not known to be earlier than the end.
 */
export function timesOf(path: string, writtenAt: number, read: PacketTimes | NoPackets | undefined): Times {
  if (read !== undefined && "first" in read) return { ...read, source: "packets" };
  const packets = read?.packets ?? null;
  const named = timeInName(path.split("/").at(-1) ?? "");
  if (named !== undefined && named <= writtenAt) {
    return { first: named, last: writtenAt, packets, source: "name" };
  }
  return { first: writtenAt, last: writtenAt, packets, source: "written" };
}

/** `20261121T060057` or `20261121-060057`, UTC, or ten digits of seconds since the epoch. */
function timeInName(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /(?<!\d)(\d{4})(\d\d)(\d\d)[T_-](\d\d)(\d\d)(\d\d)(?!\d)/.exec(name) ?? [];
  if (year !== undefined) {
    const time = Date.parse(
      `${year}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`,
    );
    return Number.isNaN(time) ? undefined : time;
  }
  const [, epoch] = /(?<!\d)(\d{10})(?!\d)/.exec(name) ?? [];
  return epoch === undefined ? undefined : Number(epoch) * 1000;
}

/** `date=2026-11-21/hour=06`, UTC. */
export function partition(time: number): string {
  const text = new Date(time).toISOString();
  return `date=${text.slice(0, 10)}/hour=${text.slice(11, 13)}`;
}

/** Only characters that are safe in S3 keys (Amazon S3, "Naming Amazon S3 objects"); a key stays below 1,024 bytes. */
const safe = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, "_").slice(-120);

interface CapturedFile {
  /** Below done/. */
  readonly path: string;
  readonly origin: Origin;
  /** Time of the first packet, milliseconds since the epoch. */
  readonly first: number;
  readonly sha256: string;
}

/**
 * The digest is in the key, so the same file has the same key however often it is tried, another one never has it,
 * and "there is one of that key already" means that it is done.
 */
export function captureKey(place: Place, file: CapturedFile): string {
  const { path, origin, first, sha256 } = file;
  const parts = path.split("/").filter((part) => !/^(vni|vlan)=\d+$/.test(part));
  const name = safe((parts.pop() ?? "").replace(FACTS, ""));
  const folders = parts.slice(0, 4).map((part) => `${safe(part)}/`);
  const dot = name.indexOf(".", 1);
  const digest = sha256.slice(0, 12);
  const stored = dot < 0 ? `${name}-${digest}` : `${name.slice(0, dot)}-${digest}${name.slice(dot)}`;
  return (
    `${place.prefix}captures/client=${safe(origin.client)}/vni=${origin.vni}/zone=${place.zone}/` +
    `${partition(first)}/node=${place.node}/${folders.join("")}${stored}`
  );
}

export interface IndexLine {
  readonly key: string;
  readonly client: string;
  readonly vni: string;
  readonly zone: string;
  readonly node: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly first: string;
  readonly last: string;
  readonly times: TimeSource;
  readonly packets: number | null;
  readonly bytes: number;
  readonly sha256: string;
  /** Blocks that hold the source and the destination of every IP packet; null: not known, so it may be any. */
  readonly addresses: readonly string[] | null;
}

/**
 * Key of one part of the index: the files that begin in that hour and that this node sent since its last part. The
 * digest is in it as in a capture's: by the time alone, two parts of one millisecond (a clock that was set back) would
 * have one key, and the second would be taken for delivered.
 */
export function indexKey(
  place: Place,
  part: { readonly hour: string; readonly writtenAt: number; readonly sha256: string },
): string {
  const { hour, writtenAt, sha256 } = part;
  return `${place.prefix}index/${hour}/${place.zone}-${place.node}-${writtenAt}-${sha256.slice(0, 12)}.jsonl`;
}
