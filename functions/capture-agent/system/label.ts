/** Replaces a finished log by the same one whose lines say whose they are. What is labelled already stays as it is. */
import { createReadStream, createWriteStream } from "node:fs";
import { rename, stat, unlink, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createGzip } from "node:zlib";

/** A character for each byte, both ways: a log need not be UTF-8, and leaves as it came. */
const BYTES = "latin1";

/**
 * Throws where the file cannot be read or written anew, or where `label` throws, and leaves it as it is. Lines end with a
 * line feed; all else, carriage returns too, is what the tool wrote.
 */
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
  async function* labelledText(): AsyncGenerator<Buffer> {
    let rest = "";
    for await (const chunk of text as AsyncIterable<Buffer>) {
      const lines = `${rest}${chunk.toString(BYTES)}`.split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) yield Buffer.from(`${lines.map(label).join("\n")}\n`, BYTES);
    }
    if (rest !== "") yield Buffer.from(label(rest), BYTES);
  }
  try {
    const output = createWriteStream(draft, { mode: 0o644 });
    const labelled = Readable.from(labelledText());
    const written = zipped
      ? pipeline(labelled, createGzip({ level: constants.Z_BEST_SPEED }), output)
      : pipeline(labelled, output);
    await Promise.race([written, failed]);
    await utimes(draft, atimeMs / 1000, mtimeMs / 1000);
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  } finally {
    source.destroy();
  }
}
