/**
 * A capture file is replaced by the files of its clients, all of them or none: they are written into a folder beside it,
 * whose new name says that it is whole; only then does the file go. What a crash leaves is put in order by the next start.
 */
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { partAddresses } from "../capture-agent/core/keys.js";
import { createSplitter, type Part, type Splitter } from "./splitter.js";

const READ = 1 << 22;
/** What comes out of a compressed capture is taken for so many times as much. */
const COMPRESSED = 4;
/** Of the disk, which stays free for who captures: a file that is not split is filed where no client reads, and not lost. */
const LEFT_FREE = 0.1;
const PARTIAL = ".split";
const WHOLE = ".whole";

/** What the folder of a capture file holds from a run that did not come to its end. */
export function recover(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(".")) continue;
    if (name.endsWith(PARTIAL)) rmSync(join(folder, name), { recursive: true, force: true });
    if (name.endsWith(WHOLE)) finish(folder, name.slice(1, -WHOLE.length));
  }
}

function finish(folder: string, source: string): void {
  const whole = join(folder, `.${source}${WHOLE}`);
  rmSync(join(folder, source), { force: true });
  for (const name of readdirSync(whole)) {
    const taken = existsSync(join(folder, name));
    renameSync(join(whole, name), join(folder, taken ? `left-${Date.now()}-${name}` : name));
  }
  rmdirSync(whole);
}

/** "…-w0.pcap3", the fourth file that one period filled, is "…-w0-3". */
function stemOf(source: string): string {
  const [, stem = source, more = ""] = /^(.*)\.pcap(\d*)(?:\.(?:zst|gz))?$/.exec(source) ?? [];
  return more === "" ? stem : `${stem}-${more}`;
}

/** Where only the end of a cut-off packet is, there is nothing to say of times. */
export const nameOf = (source: string, { tag, packets, first, last }: Omit<Part, "addresses">): string =>
  `${stemOf(source)}.vlan=${tag}${packets === 0 ? "" : `,packets=${packets},first=${first},last=${last}`}.pcap`;

/** Parts are written before the file goes. Where that would fill the disk, packets that come meanwhile would be lost. */
function roomFor(folder: string, bytes: number): void {
  const { blocks, bavail, bsize } = statfsSync(folder);
  if (bavail * bsize - bytes < blocks * bsize * LEFT_FREE)
    throw new Error("the disk has no room for its parts");
}

/** For the agent's index. Where there is no room for it the index says that it does not know. */
function keepAddresses(folder: string, part: string, addresses: readonly string[]): void {
  const file = join(folder, partAddresses(part));
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(addresses));
    renameSync(`${file}.new`, file);
  } catch {
    return;
  }
}

/** `addresses`: a folder for what addresses each part holds. */
export async function splitFile(path: string, addresses?: string): Promise<void> {
  const [folder, source] = [dirname(path), basename(path)];
  const partial = join(folder, `.${source}${PARTIAL}`);
  const { atime, mtime, size } = statSync(path);
  roomFor(folder, /\.(zst|gz)$/.test(path) ? COMPRESSED * size : size);
  mkdirSync(partial);
  const files = new Map<number, number>();
  try {
    const splitter = createSplitter((tag, bytes) => {
      const file = files.get(tag) ?? openSync(join(partial, String(tag)), "w", 0o644);
      files.set(tag, file);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
    const rest = /\.(zst|gz)$/.test(path) ? await readExpanded(path, splitter) : readPlain(path, splitter);
    for (const part of splitter.end(rest)) {
      const name = join(partial, nameOf(source, part));
      renameSync(join(partial, String(part.tag)), name);
      if (addresses !== undefined) keepAddresses(addresses, basename(name), part.addresses);
      // The end of what the file holds, by which files are sent and given up.
      utimesSync(name, atime, mtime);
    }
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  } finally {
    for (const file of files.values()) closeSync(file);
  }
  renameSync(partial, join(folder, `.${source}${WHOLE}`));
  finish(folder, source);
}

/** Both return what is behind the last whole packet. */
function readPlain(path: string, splitter: Splitter): Buffer {
  // One buffer for all of it: new ones would cost as much as the copying.
  const buffer = Buffer.allocUnsafe(READ);
  const file = openSync(path, "r");
  let kept = 0;
  try {
    for (;;) {
      const read = readSync(file, buffer, kept, READ - kept, null);
      if (read === 0) return buffer.subarray(0, kept);
      const taken = splitter.push(buffer.subarray(0, kept + read));
      buffer.copyWithin(0, taken, kept + read);
      kept = kept + read - taken;
    }
  } finally {
    closeSync(file);
  }
}

/** Files that the shell had no time to split before it compressed them. */
async function readExpanded(path: string, splitter: Splitter): Promise<Buffer> {
  const program = path.endsWith(".gz") ? "gzip" : "zstd";
  const expanding = spawn(program, ["--quiet", "--decompress", "--stdout", path], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    expanding.on("error", reject).on("close", resolve);
  });
  // Its failure is looked at below; meanwhile nobody waits for it.
  ended.catch(() => undefined);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of expanding.stdout as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    rest = bytes.subarray(splitter.push(bytes));
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${program} ended with ${code ?? "a signal"}`);
  return rest;
}
