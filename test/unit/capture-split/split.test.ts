/** Capture files taken apart by client: every frame once, as it was mirrored, whatever moment a crash chooses. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { nameOf, recover, splitFile } from "../../../functions/capture-split/files.js";
import { createSplitter } from "../../../functions/capture-split/splitter.js";
import { partAddresses, timesInName } from "../../../functions/capture-agent/core/keys.js";
import { tagIn } from "../../../functions/capture-agent/core/tags.js";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "split-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Packet {
  readonly tag: number | null;
  readonly payload: number;
}
const frame = ({ payload }: Packet): Buffer =>
  Buffer.concat([Buffer.alloc(12, 2), Buffer.from([8, 0]), Buffer.alloc(payload % 9000, payload % 251)]);
const tagged = (packet: Packet): Buffer => {
  const plain = frame(packet);
  if (packet.tag === null) return plain;
  const tag = Buffer.from([0x81, 0, packet.tag >> 8, packet.tag & 0xff]);
  return Buffer.concat([plain.subarray(0, 12), tag, plain.subarray(12)]);
};

function pcap(frames: readonly Buffer[], big = false): Buffer {
  const u32 = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, n) =>
      big ? bytes.writeUInt32BE(value, n * 4) : bytes.writeUInt32LE(value, n * 4),
    );
    return bytes;
  };
  return Buffer.concat([
    u32(0xa1b2c3d4, 0x00040002, 0, 0, 262_144, 1),
    ...frames.flatMap((bytes, n) => [u32(1_800_000_000 + n, 500_000, bytes.length, bytes.length), bytes]),
  ]);
}
const packetsOf = (tag: number | null, packets: readonly Packet[]): Buffer[] =>
  packets.filter((packet) => (packet.tag ?? 0) === tag).map(frame);

const packet = fc.record({
  tag: fc.option(fc.integer({ min: 0, max: 4094 }), { freq: 10 }),
  payload: fc.integer({ min: 0, max: 70_000 }),
});

test("each tag's frames come out without the tag, in their order, wherever a chunk ends", () => {
  fc.assert(
    fc.property(
      fc.array(packet, { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      (packets, sizes, big) => {
        const out = new Map<number, Buffer>();
        const splitter = createSplitter((tag, bytes) =>
          out.set(tag, Buffer.concat([out.get(tag) ?? Buffer.alloc(0), bytes])),
        );
        const bytes = pcap(packets.map(tagged), big);
        let rest = Buffer.alloc(0);
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          const chunk = Buffer.concat([rest, bytes.subarray(at, at + size)]);
          rest = Buffer.from(chunk.subarray(splitter.push(chunk)));
          // The caller's buffer is used again.
          chunk.fill(0xee);
          at += size;
        }
        const parts = splitter.end(rest);
        expect(parts.reduce((sum, part) => sum + part.packets, 0)).toBe(packets.length);
        for (const { tag, packets: count } of parts) {
          const its = packetsOf(tag, packets);
          expect(count).toBe(its.length);
          const expected = pcap(its, big);
          const got = out.get(tag) ?? Buffer.alloc(0);
          // Times differ: those of the original stay.
          expect(got.length).toBe(expected.length);
          let at = 24;
          for (const one of its) {
            expect(got.subarray(at + 16, at + 16 + one.length).equals(one)).toBe(true);
            at += 16 + one.length;
          }
        }
      },
    ),
  );
});

const some: readonly Packet[] = [
  { tag: 7, payload: 100 },
  { tag: 9, payload: 200 },
  { tag: 7, payload: 300 },
];

test("the name says whose, how many and when, and the file keeps the time of its last write", async () => {
  const path = join(folder, "20261129T040000-w0.pcap3");
  writeFileSync(path, pcap(some.map(tagged)));
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  await splitFile(path);
  const names = readdirSync(folder).sort();
  expect(names).toEqual([
    "20261129T040000-w0-3.vlan=7,packets=2,first=1800000000500,last=1800000002500.pcap",
    "20261129T040000-w0-3.vlan=9,packets=1,first=1800000001500,last=1800000001500.pcap",
  ]);
  expect(names.map(tagIn)).toEqual([7, 9]);
  expect(timesInName(`${names[0] ?? ""}.zst`)).toEqual({
    packets: 2,
    first: 1_800_000_000_500,
    last: 1_800_000_002_500,
  });
  expect(names.map((name) => statSync(join(folder, name)).mtimeMs)).toEqual([1.7e12, 1.7e12]);
});

/** A packet from one address to another, with a tag. */
const ip = (tag: number, from: readonly number[], to: readonly number[]): Buffer => {
  const plain = Buffer.alloc(60, 1);
  plain.writeUInt16BE(0x0800, 12);
  plain.set([...from, ...to], 26);
  const inserted = Buffer.from([0x81, 0, tag >> 8, tag & 0xff]);
  return Buffer.concat([plain.subarray(0, 12), inserted, plain.subarray(12)]);
};

test("what addresses each part holds is noted for the index, and a file is split without room for that", async () => {
  const bytes = pcap([
    ip(7, [10, 0, 0, 1], [10, 0, 0, 2]),
    ip(9, [10, 9, 0, 1], [192, 0, 2, 5]),
    ip(7, [10, 0, 0, 2], [10, 0, 0, 3]),
  ]);
  const path = join(folder, "a.pcap");
  const notes = join(folder, "notes");
  writeFileSync(path, bytes);
  await splitFile(path, notes);
  const parts = readdirSync(folder)
    .filter((name) => name.endsWith(".pcap"))
    .sort();
  const noted = (name: string): unknown =>
    JSON.parse(readFileSync(join(notes, partAddresses(name)), "utf8")) as unknown;
  // Whatever becomes of a part's name on its way.
  expect(parts.map((name) => noted(`left-123-${name}.zst`))).toEqual([
    ["10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32"],
    ["10.9.0.1/32", "192.0.2.5/32"],
  ]);
  for (const name of parts) rmSync(join(folder, name));
  writeFileSync(join(folder, "taken"), "");
  writeFileSync(path, bytes);
  await splitFile(path, join(folder, "taken"));
  expect(
    readdirSync(folder)
      .filter((name) => name.endsWith(".pcap"))
      .sort(),
  ).toEqual(parts);
});

test("a file that was compressed whole is split all the same", async () => {
  const path = join(folder, "a.pcap.gz");
  writeFileSync(path, gzipSync(pcap(some.map(tagged))));
  await splitFile(path);
  expect(readdirSync(folder).map(tagIn).sort()).toEqual([7, 9]);
});

test("what is cut off in the middle of a packet loses none before it, and no byte", async () => {
  const bytes = pcap(some.map(tagged));
  writeFileSync(join(folder, "a.pcap"), bytes.subarray(0, bytes.length - 10));
  await splitFile(join(folder, "a.pcap"));
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size - 24);
  // Two tags are taken off whole packets.
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes.length - 10 - 24 - 8);
});

test.each([
  ["text", Buffer.from("no capture at all, but a text")],
  ["nothing", Buffer.alloc(0)],
  [
    "another link type",
    (() => {
      const b = pcap([]);
      b.writeUInt32LE(113, 20);
      return b;
    })(),
  ],
])("%s is refused and left as it is", async (_, content) => {
  writeFileSync(join(folder, "a.pcap"), content);
  await expect(splitFile(join(folder, "a.pcap"))).rejects.toThrow(/it is no pcap|no Ethernet/);
  expect(readdirSync(folder)).toEqual(["a.pcap"]);
});

describe("after a crash", () => {
  const part = { tag: 7, packets: 1, first: 1, last: 2 };

  test("before all parts were there, the file is split anew", () => {
    writeFileSync(join(folder, "a.pcap"), "source");
    mkdirSync(join(folder, ".a.pcap.split"));
    writeFileSync(join(folder, ".a.pcap.split", "7"), "half");
    recover(folder);
    expect(readdirSync(folder)).toEqual(["a.pcap"]);
  });

  test.each([true, false])("after it, the parts take the place of the file (still there: %s)", (there) => {
    if (there) writeFileSync(join(folder, "a.pcap"), "source");
    mkdirSync(join(folder, ".a.pcap.split"));
    writeFileSync(join(folder, ".a.pcap.split", nameOf("a.pcap", part)), "whole");
    renameSync(join(folder, ".a.pcap.split"), join(folder, ".a.pcap.whole"));
    recover(folder);
    expect(readdirSync(folder)).toEqual([nameOf("a.pcap", part)]);
    expect(readFileSync(join(folder, nameOf("a.pcap", part)), "utf8")).toBe("whole");
  });
});
