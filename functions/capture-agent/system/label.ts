/** Replaces a finished log by the same one whose lines say whose they are. What is labelled already stays as it is. */
import { createReadStream, createWriteStream } from "node:fs";
import { rename, stat, unlink, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createGzip } from "node:zlib";

/** Throws where the file cannot be read or written anew, and leaves it as it is. */
export async function labelFile(path: string, label: (line: string) => string): Promise<void> {
  // Not sent as long as it begins with a dot.
  const draft = join(dirname(path), `.${basename(path)}.labels`);
  const { atimeMs, mtimeMs } = await stat(path);
  const zipped = path.endsWith(".gz");
  const source = createReadStream(path);
  const text = zipped ? source.pipe(createGunzip()) : source;
  const failed = new Promise<never>((_, reject) => {
    for (const stream of new Set([source, text])) stream.on("error", reject);
  });
  // It is awaited below; until then nobody hears of it.
  failed.catch(() => undefined);
  async function* lines(): AsyncGenerator<string> {
    for await (const line of createInterface({ input: text, crlfDelay: Infinity })) yield `${label(line)}\n`;
  }
  try {
    const output = createWriteStream(draft, { mode: 0o644 });
    const labelledLines = Readable.from(lines());
    const written = zipped
      ? pipeline(labelledLines, createGzip({ level: constants.Z_BEST_SPEED }), output)
      : pipeline(labelledLines, output);
    await Promise.race([written, failed]);
    await utimes(draft, atimeMs / 1000, mtimeMs / 1000);
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
}
