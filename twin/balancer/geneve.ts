/**
 * What a Gateway Load Balancer sends to its targets: the packet that came to the endpoint, whole with its IP header, behind
 * a GENEVE header (RFC 8926) with three options of AWS's: class 0x0108, types 1 to 3 are endpoint, attachment and flow
 * cookie (seen in several public programs, not documented by AWS (?)).
 */
const AWS = 0x0108;
const OPTIONS = 32;
const GENEVE = 8 + OPTIONS;
const IPV4 = 20;
const UDP = 8;
/** All that stands before the payload of the packet that came to the endpoint. */
export const HEAD = GENEVE + IPV4 + UDP;

const VXLAN_PORT = 4789;

export interface Flow {
  /** Of the VPC endpoint, `vpce-` and hexadecimal digits: eight bytes of them are in the option (?). */
  readonly endpointId: string;
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly cookie: number;
}

const option = (type: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(AWS, 0);
  head.writeUInt8(type, 2);
  head.writeUInt8(value.length / 4, 3);
  return Buffer.concat([head, value]);
};

const endpointBytes = (id: string): Buffer =>
  Buffer.from(
    id
      .replace(/^vpce-/, "")
      .padStart(16, "0")
      .slice(-16),
    "hex",
  );

const cookieBytes = (cookie: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(cookie >>> 0);
  return bytes;
};

const address = (text: string): Buffer => Buffer.from(text.split(".").map(Number));

/** What is the same for all packets of a flow; lengths and sums are filled in for each. */
export const headOf = (flow: Flow): Buffer => {
  const geneve = Buffer.alloc(8);
  geneve.writeUInt8(OPTIONS / 4, 0); // version 0
  geneve.writeUInt16BE(0x0800, 2); // an IPv4 packet; the VNI is 0
  const ip = Buffer.alloc(IPV4);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt8(255, 8);
  ip.writeUInt8(17, 9);
  address(flow.from).copy(ip, 12);
  address(flow.to).copy(ip, 16);
  const udp = Buffer.alloc(UDP);
  udp.writeUInt16BE(flow.fromPort, 0);
  udp.writeUInt16BE(VXLAN_PORT, 2);
  return Buffer.concat([
    geneve,
    option(1, endpointBytes(flow.endpointId)),
    option(2, Buffer.alloc(8)),
    option(3, cookieBytes(flow.cookie)),
    ip,
    udp,
  ]);
};

const sum = (header: Buffer): number => {
  let total = 0;
  for (let at = 0; at < header.length; at += 2) total += header.readUInt16BE(at);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
};

/** `payload`: of the UDP packet to the endpoint, so VXLAN with the frame in it. */
export const wrap = (head: Buffer, payload: Buffer): Buffer => {
  const packet = Buffer.allocUnsafe(HEAD + payload.length);
  head.copy(packet);
  payload.copy(packet, HEAD);
  packet.writeUInt16BE(IPV4 + UDP + payload.length, GENEVE + 2);
  packet.writeUInt16BE(UDP + payload.length, GENEVE + IPV4 + 4);
  packet.writeUInt16BE(0, GENEVE + 10);
  packet.writeUInt16BE(sum(packet.subarray(GENEVE, GENEVE + IPV4)), GENEVE + 10);
  return packet;
};
