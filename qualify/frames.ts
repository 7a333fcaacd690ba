/**
 * What stands in a capture file of GENEVE packets that the load balancer sent: Ethernet, IPv4, UDP, GENEVE (RFC 8926), IPv4,
 * UDP, VXLAN (RFC 7348), and the mirrored frame. The file is little-endian pcap, as tcpdump writes it on the nodes.
 */
export interface Mirrored {
  /** Source port of the VXLAN packet. */
  readonly port: number;
  /** Address and port of the mirrored packet. */
  readonly from: string;
  readonly to: string;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET_BYTES = 14;
const IPV4 = 0x0800;
const UDP = 17;
const VXLAN_PORT = 4789;

interface Datagram {
  readonly from: string;
  readonly to: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  /** Where its content begins. */
  readonly at: number;
}

/** Undefined where there is something else, or the frame was cut off before. */
const datagram = (frame: Buffer, ip: number): Datagram | undefined => {
  if (frame.length < ip + 20) return undefined;
  const udp = ip + (frame.readUInt8(ip) & 0x0f) * 4;
  const fragment = frame.readUInt16BE(ip + 6) & 0x1fff;
  if (frame.readUInt8(ip) >> 4 !== 4 || frame.readUInt8(ip + 9) !== UDP || fragment !== 0) return undefined;
  if (frame.length < udp + 8) return undefined;
  const address = (at: number): string => [...frame.subarray(at, at + 4)].join(".");
  return {
    from: address(ip + 12),
    to: address(ip + 16),
    sourcePort: frame.readUInt16BE(udp),
    targetPort: frame.readUInt16BE(udp + 2),
    at: udp + 8,
  };
};

const mirrored = (frame: Buffer): Mirrored | undefined => {
  const outer = datagram(frame, ETHERNET_BYTES);
  if (outer === undefined || frame.length <= outer.at) return undefined;
  const options = (frame.readUInt8(outer.at) & 0x3f) * 4;
  const vxlan = datagram(frame, outer.at + 8 + options);
  if (vxlan?.targetPort !== VXLAN_PORT) return undefined;
  const inner = vxlan.at + 8;
  if (frame.length < inner + ETHERNET_BYTES || frame.readUInt16BE(inner + 12) !== IPV4) return undefined;
  const packet = datagram(frame, inner + ETHERNET_BYTES);
  return (
    packet && {
      port: vxlan.sourcePort,
      from: `${packet.from}:${packet.sourcePort}`,
      to: `${packet.to}:${packet.targetPort}`,
    }
  );
};

/** Packets of UDP over IPv4 in the file. */
export const mirroredIn = (file: Buffer): readonly Mirrored[] => {
  const found: Mirrored[] = [];
  let at = FILE_HEADER;
  while (at + RECORD_HEADER <= file.length) {
    const length = file.readUInt32LE(at + 8);
    const each = mirrored(file.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    if (each !== undefined) found.push(each);
    at += RECORD_HEADER + length;
  }
  return found;
};
