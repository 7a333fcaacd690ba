/**
 * Walks through a pcap file as it streams by: times of the first and the last packet and how many there are.
 * Format: IETF opsawg-pcap, "PCAP Capture File Format": 24 bytes of header, then 16 bytes before each packet.
 */

export interface PacketTimes {
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly packets: number;
}

export interface PcapWalker {
  push(chunk: Uint8Array): void;
  /** It is no pcap: nothing that follows will be one. */
  foreign(): boolean;
  /** undefined when it is no pcap (pcapng, a log) or holds no whole packet header. Cut off is not wrong. */
  result(): PacketTimes | undefined;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Magic numbers, read as little-endian: [little-endian file?, units of a second]. */
const MAGIC = new Map<number, readonly [boolean, number]>([
  [0xa1b2c3d4, [true, 1e6]],
  [0xa1b23c4d, [true, 1e9]],
  [0xd4c3b2a1, [false, 1e6]],
  [0x4d3cb2a1, [false, 1e9]],
]);

export function createPcapWalker(): PcapWalker {
  const header = new Uint8Array(FILE_HEADER);
  const view = new DataView(header.buffer);
  let filled = 0;
  let wanted = FILE_HEADER;
  let skip = 0;
  let little = true;
  let units = 1e6;
  let state: "file" | "records" | "foreign" = "file";
  let first = 0;
  let last = 0;
  let packets = 0;

  const headerComplete = (): void => {
    if (state === "file") {
      const magic = MAGIC.get(view.getUint32(0, true));
      if (magic === undefined) {
        state = "foreign";
        return;
      }
      [little, units] = magic;
      state = "records";
      wanted = RECORD_HEADER;
    } else {
      const time = view.getUint32(0, little) * 1000 + (view.getUint32(4, little) * 1000) / units;
      // Several readers may write one file: the order of packets is nearly, not strictly, that of time.
      first = packets === 0 ? time : Math.min(first, time);
      last = packets === 0 ? time : Math.max(last, time);
      packets += 1;
      skip = view.getUint32(8, little);
    }
    filled = 0;
  };

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length && state !== "foreign") {
        if (skip > 0) {
          const step = Math.min(skip, chunk.length - at);
          skip -= step;
          at += step;
          continue;
        }
        const take = Math.min(wanted - filled, chunk.length - at);
        header.set(chunk.subarray(at, at + take), filled);
        filled += take;
        at += take;
        if (filled === wanted) headerComplete();
      }
    },
    foreign: () => state === "foreign",
    result: () => (packets === 0 ? undefined : { first: Math.floor(first), last: Math.ceil(last), packets }),
  };
}
