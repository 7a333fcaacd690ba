/** What bin/arrivals has to say of packets that were sent, by their own bytes. */
import { readFileSync } from "node:fs";
import { MAC, ethernet, udp4 } from "./packets.js";
import { ENDPOINT, mirrored, type Packet } from "./traffic.js";

/** Endpoint, VNI and address → packets and bytes. */
export type Arrivals = ReadonlyMap<string, readonly [packets: number, bytes: number]>;

export interface Summary {
  readonly rows: number;
  readonly added: number;
  readonly uncounted: number;
  readonly fragments: number;
}

/** The address that VXLAN's outer packet comes from: behind Ethernet, IP, UDP, GENEVE and its options. */
const sourceOf = (wire: Buffer): string => {
  const at = 14 + 20 + 8 + 8 + ((wire[42] ?? 0) & 0x3f) * 4;
  return [...wire.subarray(at + 12, at + 16)].join(".");
};

/** `times`: how often they were sent. */
export const arrivalsOf = (packets: readonly Packet[], times = 1): Arrivals => {
  const sums = new Map<string, readonly [number, number]>();
  for (const { wire, inner, vni, endpoint } of packets) {
    const key = `${endpoint.toString(16).padStart(16, "0")} ${vni} ${sourceOf(wire)}`;
    const [count, bytes] = sums.get(key) ?? [0, 0];
    sums.set(key, [count + times, bytes + times * inner.length]);
  }
  return sums;
};

type Row = readonly [string, number, string, number, number, number];

export const rowsIn = (path: string): readonly Row[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);

export const arrivalsIn = (path: string): Arrivals =>
  new Map(
    rowsIn(path).map(([endpoint, vni, address, packets, bytes]) => [
      `${endpoint} ${vni} ${address}`,
      [packets, bytes],
    ]),
  );

export const byName = (arrivals: Arrivals): [string, readonly [number, number]][] =>
  [...arrivals].sort(([one], [other]) => (one < other ? -1 : 1));

/** One packet of each of many sources. */
export const scanned = (sources: number): Packet[] =>
  Array.from({ length: sources }, (_, source) => {
    const inner = ethernet(
      MAC.node,
      MAC.balancer,
      0x0800,
      udp4({ from: "10.0.0.1", to: "10.0.0.2" }, 1, 2, Buffer.alloc(18)),
    );
    const address = `10.${source >> 16}.${(source >> 8) & 255}.${source & 255}`;
    return { wire: mirrored(inner, 7, address), inner, vni: 7, endpoint: ENDPOINT, flow: source };
  });
