import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  /** Unix permission bits, where the archive was made on a Unix. */
  readonly mode?: number;
  readonly data: Buffer;
}

const CENTRAL = 0x02014b50;
const END = 0x06054b50;

const endOf = (zip: Buffer): number => {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - 22 - 0xffff); at--) {
    if (zip.readUInt32LE(at) === END) return at;
  }
  throw new Error("not a zip archive: no end of central directory");
};

/** The files of a zip archive, read from its central directory; stored and deflated entries only. */
export const readZip = (zip: Buffer): ZipEntry[] => {
  const end = endOf(zip);
  const count = zip.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== CENTRAL) throw new Error("not a zip archive: bad central directory");
    const madeOnUnix = zip.readUInt8(at + 5) === 3;
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const skip = nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    const mode = (zip.readUInt32LE(at + 38) >>> 16) & 0o777;
    const local = zip.readUInt32LE(at + 42);
    const name = zip.subarray(at + 46, at + 46 + nameLength).toString();
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const raw = zip.subarray(start, start + packed);
    if (method !== 0 && method !== 8)
      throw new Error(`${name}: compression method ${method} is not supported`);
    if (!name.endsWith("/")) {
      entries.push({
        name,
        data: method === 8 ? inflateRawSync(raw) : Buffer.from(raw),
        ...(madeOnUnix && mode !== 0 ? { mode } : {}),
      });
    }
    at += 46 + skip;
  }
  return entries;
};

/** Unpacks with the archive's own permissions, as Lambda does: a bundle without the read bit fails there. */
export const unzipTo = (zip: Buffer, folder: string): void => {
  for (const entry of readZip(zip)) {
    const file = normalize(join(folder, entry.name));
    if (!file.startsWith(folder + sep)) throw new Error(`${entry.name} leaves the folder it is unpacked to`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, entry.data, { mode: entry.mode ?? 0o644 });
  }
};
