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

/** Frames in the file, each of another source: for counting there is no worse order. And how often it is sent. */
const FRAMES = 10_000;
const LOOPS = 20;
/** Least share of the packets that must be left to a second of processor time. The sender's own work is part of all. */
const LEAST = { decapsulated: 0.5, counted: 0.4 } as const;

const frames = (size: number): Buffer[] =>
  Array.from({ length: FRAMES }, (_, index) => {
    const ip = { from: `10.0.${index % 250}.1`, to: `10.1.0.${index % 250}` };
    const frame = ethernet(
      MAC.node,
      MAC.balancer,
      0x0800,
      udp4(ip, 1024 + index, 443, Buffer.alloc(size - 42)),
    );
    // Neighbours in the order are none in memory: 7,919 is prime to their number.
    const source = (index * 7919) % FRAMES;
    const address = `172.31.${source >> 8}.${source & 255}`;
    return mirrored(frame, source % 10, address, [1024 + index, 2048 + index]);
  });

const measure = async (size: number): Promise<Row> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-dataplane-"));
  try {
    const file = join(folder, "frames.pcap");
    writePcap(file, frames(size));
    const node = join(await inputFolder("input-bench", []), "node");
    const script = join(root, "test", "dataplane", "machine", "bench.sh");
    const { stdout } = await run(script, [node, file, String(LOOPS)]);
    const rates = new Map<string, number[]>();
    for (const line of stdout.trim().split("\n")) {
      const [way = "", packets, nanoseconds] = line.split(" ");
      const arrived = Number(packets);
      // A rate of packets that were lost would be no rate.
      if (arrived !== FRAMES * LOOPS)
        throw new Error(`${way}: ${arrived} of ${FRAMES * LOOPS} packets arrived`);
      rates.set(way, [...(rates.get(way) ?? []), arrived / (Number(nanoseconds) / 1e9)]);
    }
    const rate = (way: string): number => median(rates.get(way) ?? []);
    const ratios = (["decapsulated", "counted"] as const).map((way) => ({
      ratio: rate(way) / rate("plain"),
      least: LEAST[way],
    }));
    const cells = [
      ...["plain", "decapsulated", "counted"].map((way) => `${Math.round(rate(way) / 1000)}`),
      ratios.map(({ ratio }) => ratio.toFixed(2)).join(", "),
      ratios.map(({ least }) => `>= ${least}`).join(", "),
    ];
    return { name: `frames of ${size} bytes`, cells, ok: ratios.every(({ ratio, least }) => ratio >= least) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const dataplane: Section = {
  name: "dataplane",
  title:
    "Capture node, tc-BPF way (1,000 packets in a second of processor time, sender included; median of three)",
  columns: ["same veth", "to mirror0", "counted too", "ratios", "limits"],
  measure: async () => {
    await prepare();
    return [await measure(100), await measure(1400), await measure(8500)];
  },
};
