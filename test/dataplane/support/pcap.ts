/** Capture files: the classic format, one link type (Ethernet), both byte orders of this machine's tcpdump. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const MAGIC = 0xa1b2c3d4;

export const writePcap = (path: string, frames: readonly Buffer[]): void => {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65535, 16);
  header.writeUInt32LE(1, 20);
  const parts: Buffer[] = [header];
  frames.forEach((frame, index) => {
    const record = Buffer.alloc(16);
    // A microsecond apart, so that their order is theirs in every tool.
    record.writeUInt32LE(1_700_000_000 + Math.floor(index / 1_000_000), 0);
    record.writeUInt32LE(index % 1_000_000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    parts.push(record, frame);
  });
  writeFileSync(path, Buffer.concat(parts));
};

/** The frames of a capture file, plain or by zstd. Fails when one is not whole; with `cut` the file may end in the middle of one. */
export const readPcap = (path: string, { cut = false } = {}): Buffer[] => {
  const file = path.endsWith(".zst")
    ? execFileSync("zstd", ["-dc", path], { maxBuffer: 2 ** 30 })
    : readFileSync(path);
  if (file.length < 24 || file.readUInt32LE(0) !== MAGIC) throw new Error(`${path} is no capture file`);
  const frames: Buffer[] = [];
  for (let at = 24; at < file.length;) {
    if (cut && at + 16 > file.length) break;
    const captured = file.readUInt32LE(at + 8);
    if (captured !== file.readUInt32LE(at + 12)) throw new Error(`${path} holds a frame that was cut short`);
    const end = at + 16 + captured;
    if (cut && end > file.length) break;
    if (end > file.length) throw new Error(`${path} ends in the middle of a frame`);
    frames.push(file.subarray(at + 16, end));
    at = end;
  }
  return frames;
};
