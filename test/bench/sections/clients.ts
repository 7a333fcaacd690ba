import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { bundle } from "../../../scripts/lib/bundle.js";
import { root } from "../../../scripts/lib/run.js";
import { inputFolder, prepare } from "../../dataplane/support/machines.js";
import { MAC, ethernet, tagged, udp4 } from "../../dataplane/support/packets.js";
import { writePcap } from "../../dataplane/support/pcap.js";
import { foundRow, type Row, type Section } from "../section.js";

const run = promisify(execFile);

const CLIENTS = 200;
const RATE = 400;
/** Of what a GB costs on the node in all: capturing, compressing, and the agent's reading before it sends. */
const MOST_RATIO = 1.3;

/** 20 MB of payload that does not compress, 870 bytes a frame, in turns of all clients. */
const frames = (): Buffer[] =>
  Array.from({ length: 24_000 }, (_, n) => {
    const ip = { from: `10.0.${n % 250}.1`, to: `10.1.0.${(n * 7) % 250}` };
    const payload = randomBytes([64, 600, 1400, 1400][n % 4]! - 42);
    const frame = ethernet(MAC.node, MAC.balancer, 0x0800, udp4(ip, 1024 + (n % 5000), 443, payload));
    return tagged(frame, 1 + (n % CLIENTS));
  });

/** The agent's reading of each file of a folder. */
const EXAMINE = `
import { readdirSync } from "node:fs";
import { examine } from "./functions/capture-agent/system/examine.js";
import { timesInName } from "./functions/capture-agent/core/keys.js";
const folder = process.argv[2];
for (const name of readdirSync(folder)) await examine(folder + "/" + name, false, timesInName(name));
`;

const measure = async (): Promise<readonly Row[]> => {
  const [load = NaN] = loadavg();
  const folder = mkdtempSync(join(tmpdir(), "bench-clients-"));
  try {
    const file = join(folder, "frames.pcap");
    writePcap(file, frames());
    const node = join(await inputFolder("input-clients", []), "node");
    const reader = await bundle({ code: EXAMINE });
    writeFileSync(join(node, "examine.mjs"), reader["index.mjs"] ?? new Uint8Array());
    const script = join(root, "test", "dataplane", "machine", "clients.sh");
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
    const { stdout } = await run(script, [node, file, String(RATE)], { env });
    const lines = new Map(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" "))
        .map(([name = "", ...values]) => [name, values.map(Number)]),
    );
    const of = (name: string, at: number): number => lines.get(name)?.[at] ?? NaN;
    const perGb = (name: string, at: number): number => (of(name, at) / of(name, 2)) * 1e9;
    const all = (name: string): number => perGb(name, 0) + perGb(name, 1);
    const ratio = all("split") / all("whole");
    const row = (what: string, name: string): Row =>
      foundRow(
        `${what}: tool + agent's reading, processor seconds per GB`,
        `${perGb(name, 0).toFixed(2)} + ${perGb(name, 1).toFixed(2)}`,
      );
    const lost = of("whole", 4) + of("split", 4);
    return [
      foundRow("load of this machine before, which takes its share of all below", load.toFixed(1)),
      row("one file a rotation", "whole"),
      row(`a file for each of ${CLIENTS} clients (${of("split", 5)} files)`, "split"),
      foundRow("ratio", ratio.toFixed(2), `<= ${MOST_RATIO}`, ratio <= MOST_RATIO),
      foundRow("packets lost", String(lost), "0", lost === 0),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const clients: Section = {
  name: "clients",
  title: `Capture node, built-in tool, ${CLIENTS} clients filed apart, random payload, spool in memory`,
  columns: ["found", "limit"],
  measure: async () => {
    await prepare();
    return measure();
  },
};
