import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../../scripts/lib/run.js";
import { inputFolder, prepare } from "../../dataplane/support/machines.js";
import { MAC, ethernet, udp4 } from "../../dataplane/support/packets.js";
import { writePcap } from "../../dataplane/support/pcap.js";
import { mirrored } from "../../dataplane/support/traffic.js";
import { median, type Row, type Section } from "../section.js";

const run = promisify(execFile);

/** Frames in the file, and how often it is sent. */
const FRAMES = 1000;
const LOOPS = 200;
/** Least share of the packets per second that must be left. The sender's own work is part of both. */
const LEAST = 0.35;

const frames = (size: number): Buffer[] =>
  Array.from({ length: FRAMES }, (_, index) => {
    const ip = { from: `10.0.${index % 250}.1`, to: `10.1.0.${index % 250}` };
    const frame = ethernet(
      MAC.node,
      MAC.balancer,
      0x0800,
      udp4(ip, 1024 + index, 443, Buffer.alloc(size - 42)),
    );
    return mirrored(frame, index, "172.31.0.5", [1024 + index, 2048 + index]);
  });

const measure = async (size: number): Promise<Row> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-dataplane-"));
  try {
    const file = join(folder, "frames.pcap");
    writePcap(file, frames(size));
    const node = join(await inputFolder("input-bench", []), "node");
    const script = join(root, "test", "dataplane", "machine", "bench.sh");
    const { stdout } = await run(script, [node, file, String(LOOPS)]);
    const rates: Record<string, number[]> = { plain: [], decapsulated: [] };
    for (const line of stdout.trim().split("\n")) {
      const [way = "", packets, nanoseconds] = line.split(" ");
      const arrived = Number(packets);
      // A rate of packets that were lost would be no rate.
      if (arrived !== FRAMES * LOOPS)
        throw new Error(`${way}: ${arrived} of ${FRAMES * LOOPS} packets arrived`);
      rates[way]?.push(arrived / (Number(nanoseconds) / 1e9));
    }
    const [plain, decapsulated] = [median(rates["plain"] ?? []), median(rates["decapsulated"] ?? [])];
    const ratio = decapsulated / plain;
    const cells = [
      ...[plain, decapsulated].map((rate) => `${Math.round(rate / 1000)}`),
      ratio.toFixed(2),
      `>= ${LEAST}`,
    ];
    return { name: `frames of ${size} bytes`, cells, ok: ratio >= LEAST };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const dataplane: Section = {
  name: "dataplane",
  title:
    "Capture node, tc-BPF way (1,000 packets per second on one processor, sender included; median of three)",
  columns: ["same veth", "to mirror0", "ratio", "limit"],
  measure: async () => {
    await prepare();
    return [await measure(100), await measure(1400), await measure(8500)];
  },
};
