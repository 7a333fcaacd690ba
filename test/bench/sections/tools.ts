import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../scripts/lib/run.js";
import { cache, inputFolder, prepare } from "../../dataplane/support/machines.js";
import { writePcap } from "../../dataplane/support/pcap.js";
import { foundRow, type Row, type Section } from "../section.js";
import { frames } from "./writer.js";

const run = promisify(execFile);

/** The share of a vCPU at which a fleet grows: the default of `scaling.cpu_percent`. */
const CPU_PERCENT = 60;
const MBPS = 200;
const BYTES = 5e8;

/** Seconds of a processor for a GB, and the capacity plan's `gbps_per_vcpu` that follows. */
const ofTool = async (kind: string, input: string, file: string): Promise<readonly Row[]> => {
  const script = join(root, "test", "dataplane", "machine", "tools.sh");
  const PATH = `${join(cache, "suricata", "usr", "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`;
  const { stdout } = await run(script, [kind, input, file, String(MBPS), String(BYTES)], {
    env: { ...process.env, PATH },
  });
  const [seconds = NaN, bytes = NaN, taken = NaN, lost = NaN] = stdout.trim().split(" ").map(Number);
  const each = (seconds / bytes) * 1e9;
  return [
    foundRow(`${kind}, processor seconds per GB`, each.toFixed(2)),
    foundRow(`${kind}, gbps_per_vcpu at ${CPU_PERCENT} %`, ((8 / each) * (CPU_PERCENT / 100)).toFixed(2)),
    // What was lost cost nothing.
    foundRow(`${kind}, packets lost of ${taken + lost}`, String(lost), "0", lost === 0),
  ];
};

/** Zeek and Arkime are not in Debian: docs/capture.md says how they are measured where they are. */
export const tools: Section = {
  name: "tools",
  title: "Capture node, tools with their shipped configurations and no rules, two workers, random payload",
  columns: ["found", "limit"],
  measure: async () => {
    await prepare();
    const [load = NaN] = loadavg();
    const folder = mkdtempSync(join(tmpdir(), "bench-tools-"));
    try {
      const file = join(folder, "frames.pcap");
      writePcap(file, frames());
      const input = await inputFolder("input-tools", []);
      return [
        foundRow("load of this machine before, which takes its share of all below", load.toFixed(1)),
        ...(await ofTool("tcpdump", input, file)),
        ...(await ofTool("suricata", input, file)),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
