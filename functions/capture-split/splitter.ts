/**
 * Takes a pcap file apart by the VLAN tag that the data path has put on each frame, and takes the tag off: what comes out
 * are the frames as they were mirrored, and whose they are is in the name of the file. One pass, no copy of a packet but
 * that into the buffer of its file. Format: IETF opsawg-pcap, "PCAP Capture File Format".
 */

import { createAddressBlocks, FRAME_BYTES, type AddressBlocks } from "../capture-agent/core/addresses.js";

/** Of frames that have no tag, which the data path does not send: nobody's, as those with the tag 0. */
const NOBODY = 0;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ADDRESSES = 12;
const VLAN = 4;
const ETHERNET = 1;
/** Bytes that a file's buffer holds before they are written. */
const BUFFER = 1 << 16;
/** Of each client's addresses: those of 200 clients stay in the processor's cache. */
const RECENT = 256;
/** libpcap's own limit (MAXIMUM_SNAPLEN): a longer record is none. */
const LONGEST = 262_144;

/** Magic numbers, read as little-endian: [little-endian file?, units of a second]. */
const MAGIC = new Map<number, readonly [boolean, number]>([
  [0xa1b2c3d4, [true, 1e6]],
  [0xa1b23c4d, [true, 1e9]],
  [0xd4c3b2a1, [false, 1e6]],
  [0x4d3cb2a1, [false, 1e9]],
]);

export interface Part {
  readonly tag: number;
  packets: number;
  /** Milliseconds since the epoch. */
  first: number;
  last: number;
  /** Blocks that hold every address of its packets. */
  readonly addresses: readonly string[];
}

export interface Splitter {
  /**
   * Returns how many of the bytes it has taken: the next ones begin with the rest, which is less than a record. It changes
   * them. Throws where they are no pcap of Ethernet frames.
   */
  push(bytes: Buffer): number;
  /** `rest`: what was cut off at the end, which is kept as it is. */
  end(rest: Buffer): readonly Part[];
}

interface Output extends Omit<Part, "addresses"> {
  readonly found: AddressBlocks;
  readonly buffer: Buffer;
  filled: number;
}

export function createSplitter(write: (tag: number, bytes: Buffer) => void): Splitter {
  /** By tag: an array, because it is looked into for each packet. */
  const outputs: (Output | undefined)[] = [];
  let header: Buffer | undefined;
  let little = true;
  let units = 1e6;

  const number = (bytes: Buffer, at: number): number =>
    little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const put = (bytes: Buffer, value: number, at: number): void => {
    if (little) bytes.writeUInt32LE(value, at);
    else bytes.writeUInt32BE(value, at);
  };
  const flush = (output: Output): void => {
    if (output.filled > 0) write(output.tag, output.buffer.subarray(0, output.filled));
    output.filled = 0;
  };
  const append = (output: Output, bytes: Buffer, from: number, to: number): void => {
    if (output.filled + to - from > BUFFER) flush(output);
    if (to - from > BUFFER) {
      write(output.tag, bytes.subarray(from, to));
      return;
    }
    output.buffer.set(bytes.subarray(from, to), output.filled);
    output.filled += to - from;
  };
  const outputOf = (tag: number): Output => {
    const known = outputs[tag];
    if (known !== undefined) return known;
    const output = {
      tag,
      packets: 0,
      first: Infinity,
      last: 0,
      found: createAddressBlocks(RECENT),
      buffer: Buffer.allocUnsafe(BUFFER),
      filled: 0,
    };
    outputs[tag] = output;
    if (header !== undefined) append(output, header, 0, header.length);
    return output;
  };

  function begin(bytes: Buffer): void {
    const magic = MAGIC.get(bytes.readUInt32LE(0));
    if (magic === undefined) throw new Error("it is no pcap file");
    [little, units] = magic;
    if ((number(bytes, 20) & 0xffff) !== ETHERNET) throw new Error("its packets are no Ethernet frames");
    header = Buffer.from(bytes.subarray(0, FILE_HEADER));
  }

  /** Whole records from `at` on; returns where the first one begins that is not. */
  function records(bytes: Buffer, start: number): number {
    let at = start;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (at + RECORD_HEADER <= bytes.length) {
      const captured = number(bytes, at + 8);
      if (captured > LONGEST) throw new Error("it holds what is no record of a packet");
      const frame = at + RECORD_HEADER;
      const next = frame + captured;
      if (next > bytes.length) break;
      const tagged =
        captured >= ADDRESSES + VLAN &&
        bytes[frame + ADDRESSES] === 0x81 &&
        bytes[frame + ADDRESSES + 1] === 0;
      const tag = tagged
        ? (((bytes[frame + ADDRESSES + 2] ?? 0) & 0x0f) << 8) | (bytes[frame + ADDRESSES + 3] ?? 0)
        : NOBODY;
      const output = outputOf(tag);
      const time = number(bytes, at) * 1000 + (number(bytes, at + 4) * 1000) / units;
      output.packets += 1;
      if (time < output.first) output.first = time;
      if (time > output.last) output.last = time;
      let begins = at;
      if (tagged) {
        put(bytes, captured - VLAN, at + 8);
        put(bytes, number(bytes, at + 12) - VLAN, at + 12);
        // What stands before the tag moves over it: so the record is copied in one piece, and copying is what it costs.
        begins = at + VLAN;
        for (let n = frame + ADDRESSES - 1; n >= at; n--) bytes[n + VLAN] = bytes[n] ?? 0;
      }
      const inner = begins + RECORD_HEADER;
      output.found.add(view, inner, Math.min(next - inner, FRAME_BYTES));
      append(output, bytes, begins, next);
      at = next;
    }
    return at;
  }

  return {
    push(bytes) {
      if (header !== undefined) return records(bytes, 0);
      if (bytes.length < FILE_HEADER) return 0;
      begin(bytes);
      return records(bytes, FILE_HEADER);
    },
    end(rest) {
      if (header === undefined) throw new Error("it is no pcap file");
      if (rest.length > 0) append(outputOf(NOBODY), rest, 0, rest.length);
      const all = outputs.filter((output) => output !== undefined);
      for (const output of all) flush(output);
      return all.map(({ tag, packets, first, last, found }) => ({
        addresses: found.blocks(),
        tag,
        packets,
        first: packets === 0 ? 0 : Math.floor(first),
        last: Math.ceil(last),
      }));
    },
  };
}
