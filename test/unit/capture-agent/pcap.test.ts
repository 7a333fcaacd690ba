import fc from "fast-check";
import { createPcapWalker, type PcapWalker } from "../../../functions/capture-agent/core/pcap.js";

interface Packet {
  readonly seconds: number;
  readonly fraction: number;
  readonly length: number;
}

/** A pcap file as tcpdump writes it. */
const pcap = (packets: readonly Packet[], magic = 0xa1b2c3d4, little = true): Buffer => {
  const header = Buffer.alloc(24);
  const put = (buffer: Buffer, value: number, at: number): void => {
    if (little) buffer.writeUInt32LE(value, at);
    else buffer.writeUInt32BE(value, at);
  };
  put(header, magic, 0);
  const records = packets.map(({ seconds, fraction, length }) => {
    const record = Buffer.alloc(16 + length, 0xa1);
    [seconds, fraction, length, length].forEach((value, at) => put(record, value, at * 4));
    return record;
  });
  return Buffer.concat([header, ...records]);
};

const walk = (...chunks: readonly Uint8Array[]): ReturnType<PcapWalker["result"]> => {
  const walker = createPcapWalker();
  for (const chunk of chunks) walker.push(chunk);
  return walker.result();
};

const three: Packet[] = [
  { seconds: 1_700_000_000, fraction: 250_000, length: 60 },
  { seconds: 1_700_000_001, fraction: 0, length: 0 },
  { seconds: 1_700_000_003, fraction: 999_000, length: 1500 },
];

test.each([
  ["microseconds, little-endian", pcap(three)],
  ["microseconds, big-endian", pcap(three, 0xa1b2c3d4, false)],
])("reads times and number of packets: %s", (_, file) => {
  expect(walk(file)).toEqual({ first: 1_700_000_000_250, last: 1_700_000_003_999, packets: 3 });
});

test("reads nanoseconds", () => {
  const packets = [{ seconds: 10, fraction: 500_000_000, length: 4 }];
  expect(walk(pcap(packets, 0xa1b23c4d))).toEqual({ first: 10_500, last: 10_500, packets: 1 });
});

test("a file that was cut off counts for its whole packets", () => {
  const file = pcap(three);
  expect(walk(file.subarray(0, file.length - 1510))?.packets).toBe(2);
});

test.each([
  ["no packets", pcap([])],
  ["the beginning of one alone", pcap(three).subarray(0, 60)],
])("counts none in a file with %s", (_, file) => {
  expect(walk(file)).toEqual({ packets: 0 });
});

test.each([
  ["an empty file", Buffer.alloc(0)],
  ["pcapng", Buffer.from("0a0d0d0a1c0000004d3c2b1a0100000000000000", "hex")],
  ["text", Buffer.from("ts uid id.orig_h id.orig_p and so on and so on\n")],
])("knows nothing of %s", (_, file) => {
  expect(walk(file)).toBeUndefined();
});

test("it does not matter where the chunks are cut", () => {
  const packet = fc.record({
    seconds: fc.nat({ max: 2 ** 31 }),
    fraction: fc.nat({ max: 999_999 }),
    length: fc.nat({ max: 100 }),
  });
  const packets = fc.array(packet, { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(packets, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (some, cuts) => {
      const file = pcap(some);
      const chunks: Buffer[] = [];
      for (let at = 0, turn = 0; at < file.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1;
        chunks.push(file.subarray(at, at + size));
        at += size;
      }
      expect(walk(...chunks)).toEqual(walk(file));
      expect(walk(file)?.packets).toBe(some.length);
    }),
  );
});
