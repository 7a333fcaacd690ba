/** Packets as bytes: just enough of each protocol to build what a Gateway Load Balancer sends, and what it never would. */

export const MAC = {
  node: "02:00:00:00:00:10",
  balancer: "02:00:00:00:00:01",
  broadcast: "ff:ff:ff:ff:ff:ff",
} as const;

export const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/[^0-9a-f]/gi, ""), "hex");

const mac = (text: string): Buffer => bytes(text);

const u16 = (...values: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => buffer.writeUInt16BE(value & 0xffff, index * 2));
  return buffer;
};

const sum16 = (data: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < data.length; at += 2) sum += (data[at] ?? 0) * 256 + (data[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

export const ethernet = (to: string, from: string, type: number, payload: Buffer): Buffer =>
  Buffer.concat([mac(to), mac(from), u16(type), payload]);

/** The frame with an 802.1Q tag behind its addresses, as tcpdump writes what the kernel keeps beside the packet. */
export const tagged = (frame: Buffer, vlan: number): Buffer =>
  Buffer.concat([frame.subarray(0, 12), u16(0x8100, vlan), frame.subarray(12)]);

const address4 = (text: string): Buffer => Buffer.from(text.split(".").map(Number));

/** Written in full: eight groups. */
const address6 = (text: string): Buffer => u16(...text.split(":").map((group) => parseInt(group, 16)));

export interface Ip {
  readonly from: string;
  readonly to: string;
  readonly protocol?: number;
  /** Identification, flags and fragment offset in 8 bytes, as in the header. */
  readonly id?: number;
  readonly fragment?: number;
}

export const ipv4 = ({ from, to, protocol = 17, id = 0, fragment = 0 }: Ip, payload: Buffer): Buffer => {
  const header = Buffer.concat([
    u16(0x4500, 20 + payload.length, id, fragment, (64 << 8) | protocol, 0),
    address4(from),
    address4(to),
  ]);
  header.writeUInt16BE(sum16(header), 10);
  return Buffer.concat([header, payload]);
};

export const ipv6 = ({ from, to, protocol = 17 }: Ip, payload: Buffer): Buffer =>
  Buffer.concat([
    u16(0x6000, 0, payload.length, (protocol << 8) | 64),
    address6(from),
    address6(to),
    payload,
  ]);

/** The sum over the pseudo header, the header with a zero in place of the sum, and the payload. */
const transportSum = (addresses: Buffer, protocol: number, segment: Buffer): number =>
  sum16(Buffer.concat([addresses, u16(0, protocol, 0, segment.length), segment]));

export const udp = (from: number, to: number, payload: Buffer): Buffer =>
  Buffer.concat([u16(from, to, 8 + payload.length, 0), payload]);

export const udp4 = (ip: Ip, from: number, to: number, payload: Buffer): Buffer =>
  ipv4(ip, udp(from, to, payload));

/** Over IPv6 the checksum is not optional. */
export const udp6 = (ip: Ip, from: number, to: number, payload: Buffer): Buffer => {
  const segment = udp(from, to, payload);
  const sum = transportSum(Buffer.concat([address6(ip.from), address6(ip.to)]), 17, segment);
  segment.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  return ipv6(ip, segment);
};

export interface Tcp {
  readonly from: number;
  readonly to: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags: number;
}

export const tcp4 = (ip: Ip, tcp: Tcp, payload: Buffer): Buffer => {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(tcp.from, 0);
  head.writeUInt16BE(tcp.to, 2);
  head.writeUInt32BE(tcp.sequence >>> 0, 4);
  head.writeUInt32BE(tcp.acknowledgement >>> 0, 8);
  head.writeUInt16BE((5 << 12) | tcp.flags, 12);
  head.writeUInt16BE(64240, 14);
  const segment = Buffer.concat([head, payload]);
  segment.writeUInt16BE(transportSum(Buffer.concat([address4(ip.from), address4(ip.to)]), 6, segment), 16);
  return ipv4({ ...ip, protocol: 6 }, segment);
};

/** RFC 7348; `flags` 8 says that the VNI is valid. */
export const vxlan = (vni: number, frame: Buffer, flags = 8): Buffer =>
  Buffer.concat([Buffer.from([flags, 0, 0, 0]), u16(vni >>> 8, (vni & 0xff) << 8), frame]);

/** The load balancer's three options: endpoint, attachment, flow cookie (class 0x0108, types 1 to 3). */
export const awsOptions = (endpoint = 0x1122334455667788n, cookie = 0): Buffer => {
  const options = Buffer.alloc(32);
  options.writeUInt32BE(0x01080102, 0);
  options.writeBigUInt64BE(endpoint, 4);
  options.writeUInt32BE(0x01080202, 12);
  options.writeBigUInt64BE(0n, 16);
  options.writeUInt32BE(0x01080301, 24);
  options.writeUInt32BE(cookie >>> 0, 28);
  return options;
};

/** RFC 8926; `protocol` is the EtherType of what is inside. */
export const geneve = (payload: Buffer, options = awsOptions(), protocol = 0x0800, version = 0): Buffer =>
  Buffer.concat([
    Buffer.from([(version << 6) | (options.length / 4), 0]),
    u16(protocol, 0, 0),
    options,
    payload,
  ]);
