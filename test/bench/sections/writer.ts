import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../scripts/lib/run.js";
import { inputFolder, prepare } from "../../dataplane/support/machines.js";
import { MAC, ethernet, udp4 } from "../../dataplane/support/packets.js";
import { writePcap } from "../../dataplane/support/pcap.js";
import { foundRow, type Row, type Section } from "../section.js";

const run = promisify(execFile);

/** Five minutes: WRITER_SECONDS=300. */
const SECONDS = Number(process.env["WRITER_SECONDS"] ?? 30);
const RATE = 1000;
/** Of the processor time that `zstd -1` alone needs for the same bytes in the same run. */
const MOST_RATIO = 1.6;
const MOST_START = 2000;
const MOST_STOP = 5000;
/** Files that the workers are filling, and the one that each compressor has. */
const BACKLOG = 6 * 64 * 2 ** 20;

/** 20 MB of payload that does not compress, 870 bytes a frame: more than zstd looks back. */
export const frames = (): Buffer[] =>
  Array.from({ length: 24_000 }, (_, n) => {
    const ip = { from: `10.0.${n % 250}.1`, to: `10.1.0.${(n * 7) % 250}` };
    const payload = randomBytes([64, 600, 1400, 1400][n % 4]! - 42);
    return ethernet(MAC.node, MAC.balancer, 0x0800, udp4(ip, 1024 + (n % 5000), 443, payload));
  });

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

const measure = async (): Promise<readonly Row[]> => {
  const [load = NaN] = loadavg();
  const folder = mkdtempSync(join(tmpdir(), "bench-writer-"));
  try {
    const file = join(folder, "frames.pcap");
    writePcap(file, frames());
    const node = join(await inputFolder("input-writer", []), "node");
    const script = join(root, "test", "dataplane", "machine", "writer.sh");
    const { stdout } = await run(script, [node, file, String(RATE), String(SECONDS)]);
    const lines = new Map(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" "))
        .map(([name = "", ...values]) => [name, values.map(Number)]),
    );
    const of = (name: string, at: number): number => lines.get(name)?.[at] ?? NaN;
    const alone = (of("alone", 0) / of("alone", 1)) * 1e9;
    const tool = (of("tool", 0) / of("tool", 1)) * 1e9;
    const [plain, ratio] = [of("tool", 4), tool / alone];
    const [sent, lost, backlog] = [of("rate", 0), of("rate", 3), of("rate", 5)];
    const share = (100 * of("rate", 1)) / SECONDS;
    const reached = sent >= 0.95 * RATE;
    return [
      foundRow("load of this machine before, which takes its share of all below", load.toFixed(1)),
      foundRow("zstd -1 alone, processor seconds per GB", alone.toFixed(2)),
      foundRow("the tool, processor seconds per GB", tool.toFixed(2)),
      // What was not compressed cost nothing.
      foundRow(
        "ratio",
        ratio.toFixed(2),
        `<= ${MOST_RATIO}`,
        ratio <= MOST_RATIO && plain === 0 && of("tool", 3) === 0,
      ),
      foundRow("handed over uncompressed meanwhile", mebibytes(plain), "0 MiB", plain === 0),
      foundRow(
        "a start with 2 GB left behind, ms",
        String(of("start", 0)),
        `<= ${MOST_START}`,
        of("start", 0) <= MOST_START,
      ),
      foundRow(
        "a stop under that load, ms",
        String(of("stop", 0)),
        `<= ${MOST_STOP}`,
        of("stop", 0) <= MOST_STOP,
      ),
      foundRow(
        `Mbps sent for ${SECONDS} s (sender: ${share.toFixed(0)} % of a processor)`,
        String(sent),
        `${RATE}`,
      ),
      ...(reached
        ? [
            foundRow("packets lost", String(lost), "0", lost === 0),
            foundRow("waiting half-way", mebibytes(of("rate", 4))),
            foundRow(
              "waiting at the end",
              mebibytes(backlog),
              `<= ${mebibytes(BACKLOG)}`,
              backlog <= BACKLOG,
            ),
          ]
        : [foundRow("this machine cannot send so much: nothing is said about the rate", "")]),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const writer: Section = {
  name: "writer",
  title: "Capture node, built-in tool, two workers, random payload, spool in memory",
  columns: ["found", "limit"],
  measure: async () => {
    await prepare();
    return measure();
  },
};
