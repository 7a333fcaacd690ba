/**
 * Walks through a pcap file as it streams by: times of the first and the last packet and how many there are.
 * Format: IETF opsawg-pcap, "PCAP Capture File Format": 24 bytes of header, then 16 bytes before each packet.
 */
import { FRAME_BYTES } from "./addresses.js";

export interface PacketTimes {
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly packets: number;
}

/** A capture that holds no whole packet. */
export interface NoPackets {
  readonly packets: 0;
}

export interface PcapWalker {
  push(chunk: Uint8Array): void;
  /** It is no pcap: nothing that follows will be one. */
  foreign(): boolean;
  /** undefined when it is no pcap (pcapng, a log). Cut off is not wrong. */
  result(): PacketTimes | NoPackets | undefined;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;
/** Magic numbers, read as little-endian: [little-endian file?, units of a second]. */
const MAGIC = new Map<number, readonly [boolean, number]>([
  [0xa1b2c3d4, [true, 1e6]],
  [0xa1b23c4d, [true, 1e9]],
  [0xd4c3b2a1, [false, 1e6]],
  [0x4d3cb2a1, [false, 1e9]],
]);

/** What begins a frame, as far as it was captured: `length` bytes from `at` on, at most FRAME_BYTES are used. */
export type OnFrame = (view: DataView, at: number, length: number) => void;

export function createPcapWalker(onFrame?: OnFrame): PcapWalker {
  const held = new Uint8Array(RECORD_HEADER + FRAME_BYTES);
  const heldView = new DataView(held.buffer);
  let filled = 0;
  let skip = 0;
  let little = true;
  let units = 1e6;
  let ethernet = false;
  let state: "file" | "records" | "foreign" = "file";
  let first = 0;
  let last = 0;
  let packets = 0;

  /** The header of the file, or of a packet with what is wanted of its frame. Returns how many bytes that were. */
  function take(view: DataView, at: number): number {
    if (state === "file") {
      const magic = MAGIC.get(view.getUint32(at, true));
      if (magic === undefined) {
        state = "foreign";
        return 0;
      }
      [little, units] = magic;
      ethernet = (view.getUint32(at + 20, little) & 0xffff) === ETHERNET;
      state = "records";
      return FILE_HEADER;
    }
    const time = view.getUint32(at, little) * 1000 + (view.getUint32(at + 4, little) * 1000) / units;
    // Several readers may write one file: the order of packets is nearly, not strictly, that of time.
    first = packets === 0 ? time : Math.min(first, time);
    last = packets === 0 ? time : Math.max(last, time);
    packets += 1;
    const captured = view.getUint32(at + 8, little);
    const begun = Math.min(captured, FRAME_BYTES);
    if (ethernet) onFrame?.(view, at + RECORD_HEADER, begun);
    skip = captured - begun;
    return RECORD_HEADER + begun;
  }
  /** How many bytes `take` needs, as far as is known from those that are there. */
  function wanted(view: DataView, at: number, there: number): number {
    if (state === "file") return FILE_HEADER;
    if (there < RECORD_HEADER) return RECORD_HEADER;
    return RECORD_HEADER + Math.min(view.getUint32(at + 8, little), FRAME_BYTES);
  }

  return {
    push(chunk) {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let at = 0;
      while (at < chunk.length && state !== "foreign") {
        const left = chunk.length - at;
        if (skip > 0) {
          const step = Math.min(skip, left);
          skip -= step;
          at += step;
        } else if (filled === 0 && wanted(view, at, left) <= left) {
          at += take(view, at);
        } else {
          // Cut by the end of the chunk: what is there is held until the rest comes.
          const step = Math.min(wanted(heldView, 0, filled) - filled, left);
          held.set(chunk.subarray(at, at + step), filled);
          filled += step;
          at += step;
          if (filled === wanted(heldView, 0, filled)) {
            take(heldView, 0);
            filled = 0;
          }
        }
      }
    },
    foreign: () => state === "foreign",
    result: () => {
      const whole = skip > 0 ? packets - 1 : packets; // the last one is cut off
      if (state !== "records") return undefined;
      return whole === 0
        ? { packets: 0 }
        : { first: Math.floor(first), last: Math.ceil(last), packets: whole };
    },
  };
}
