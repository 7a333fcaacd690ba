/** What is to be known of a finished file before it is sent: its digest, and the times of its packets. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { createAddressBlocks } from "../core/addresses.js";
import { createPcapWalker, type NoPackets, type PacketTimes } from "../core/pcap.js";

const ZSTD_SECONDS = 600;

export interface Examined {
  readonly sha256: Buffer;
  readonly bytes: number;
  readonly times: PacketTimes | NoPackets | undefined;
  /** Blocks that hold every address of the packets; undefined where they were not read. */
  readonly addresses: readonly string[] | undefined;
}

/**
 * The packets of a plain capture are counted in the same pass, those of one compressed by zstd by that program, since
 * Node has no zstd before version 22.15. Those of a gzip file cost ten times as much, and are counted only with `unzip`.
 * `known`: who wrote the file has counted them already.
 */
export async function examine(path: string, unzip: boolean, known?: PacketTimes): Promise<Examined> {
  const hash = createHash("sha256");
  const found = createAddressBlocks();
  const walker = createPcapWalker(found.add);
  const expanding = known === undefined ? expandedOf(path, unzip) : undefined;
  const expanded = expanding === undefined ? undefined : walk(expanding, walker);
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (known === undefined && !isCompressed(path)) walker.push(chunk);
  }
  await expanded;
  const times = walker.result();
  return { sha256: hash.digest(), bytes, times: known ?? times, addresses: times && found.blocks() };
}

/**
 * The packets of files that are about to be lost, file by file. One that is still being read after
 * so many seconds, and all that follow it, are not counted.
 */
export function createCounter(seconds: number) {
  const end = Date.now() + seconds * 1000;
  return async (path: string): Promise<PacketTimes | NoPackets | undefined> => {
    if (Date.now() >= end) return undefined;
    const stream = expandedOf(path, true) ?? createReadStream(path, { highWaterMark: 1 << 20 });
    const walker = createPcapWalker();
    const late = setTimeout(() => stream.destroy(), end - Date.now());
    try {
      await walk(stream, walker);
    } finally {
      clearTimeout(late);
      stream.destroy();
    }
    return Date.now() >= end ? undefined : walker.result();
  };
}

const isCompressed = (path: string): boolean => /\.(zst|gz)$/.test(path);

function expandedOf(path: string, unzip: boolean): Readable | undefined {
  if (path.endsWith(".zst")) {
    const zstd = spawn("zstd", ["--quiet", "--decompress", "--stdout", path], {
      stdio: ["ignore", "pipe", "ignore"],
      timeout: ZSTD_SECONDS * 1000,
      killSignal: "SIGKILL",
    });
    // Where there is none, the file's name has to do for its times. Its end is that of its output.
    zstd.on("error", () => zstd.stdout.destroy());
    return zstd.stdout;
  }
  if (!unzip || !path.endsWith(".gz")) return undefined;
  const zipped = createReadStream(path, { highWaterMark: 1 << 20 });
  const unzipped = createGunzip();
  zipped.on("error", () => unzipped.destroy());
  return zipped.pipe(unzipped);
}

/** Cut off, or not compressed at all: what was read until then counts. What is no capture is not read to its end. */
async function walk(stream: Readable, walker: ReturnType<typeof createPcapWalker>): Promise<void> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      walker.push(chunk);
      if (walker.foreign()) break;
    }
  } catch {
    return;
  }
}
