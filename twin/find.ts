/** Packets of a host, found in the bucket by its index, as docs/capture.md says: no tool of ours is needed. */
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { execFileSync, spawnSync } from "node:child_process";

/** A line of the index, as far as it is read here. */
interface IndexLine {
  readonly key: string;
  readonly first: string;
  readonly last: string;
  readonly addresses: readonly string[] | null;
}

export interface Wanted {
  readonly host: string;
  /** pcap-filter(7), beside the host. */
  readonly filter: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

export interface Found {
  readonly key: string;
  /** Each packet as tcpdump prints it, with what it carries. */
  readonly packets: readonly string[];
}

const HOUR_MS = 3_600_000;

/** A file may begin an hour before what is looked for. */
const partitions = (from: number, to: number): string[] => {
  const found = new Set<string>();
  for (let at = from - HOUR_MS; at <= to; at += HOUR_MS) found.add(partition(at));
  return [...found.add(partition(to))];
};

const partition = (at: number): string => {
  const text = new Date(at).toISOString();
  return `index/date=${text.slice(0, 10)}/hour=${text.slice(11, 13)}/`;
};

const number = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Whether a block of IPv4 holds the address. */
export const holds = (block: string, address: string): boolean => {
  const [net = "", bits = "32"] = block.split("/");
  if (net.includes(":")) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(net) / size) === Math.floor(number(address) / size);
};

/** `null`: not known, so it may be there. */
export const mayHold = (line: IndexLine, { host, from, to }: Wanted): boolean =>
  Date.parse(line.first) <= to &&
  Date.parse(line.last) >= from &&
  (line.addresses === null || line.addresses.some((block) => holds(block, host)));

const list = async (s3: S3Client, Bucket: string, Prefix: string): Promise<readonly string[]> => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents.map(({ Key = "" }) => Key);
};

export const fetchObject = async (s3: S3Client, Bucket: string, Key: string): Promise<Buffer> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

export const indexLines = async (
  s3: S3Client,
  bucket: string,
  from: number,
  to: number,
): Promise<readonly IndexLine[]> => {
  const keys = (await Promise.all(partitions(from, to).map((prefix) => list(s3, bucket, prefix)))).flat();
  const parts = await Promise.all(keys.map((key) => fetchObject(s3, bucket, key)));
  return parts.flatMap((part) =>
    part
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as IndexLine),
  );
};

export const findPackets = async (
  s3: S3Client,
  bucket: string,
  wanted: Wanted,
): Promise<readonly Found[]> => {
  const lines = await indexLines(s3, bucket, wanted.from, wanted.to);
  const files = lines.filter((line) => /\.pcap(\.zst)?$/.test(line.key) && mayHold(line, wanted));
  const found: Found[] = [];
  for (const { key } of files) {
    const stored = await fetchObject(s3, bucket, key);
    const input = key.endsWith(".zst")
      ? execFileSync("zstd", ["-dc"], { input: stored, maxBuffer: 1 << 28 })
      : stored;
    const filter = `host ${wanted.host} and (${wanted.filter})`;
    const read = spawnSync("tcpdump", ["-n", "-A", "-tttt", "-r", "-", filter], {
      input,
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
      maxBuffer: 1 << 28,
    });
    if (read.status !== 0) throw new Error(`tcpdump on ${key}: ${read.stderr}`);
    const packets = read.stdout.split(/^(?=\d{4}-\d\d-\d\d )/m).filter((packet) => packet !== "");
    if (packets.length > 0) found.push({ key, packets });
  }
  return found;
};
