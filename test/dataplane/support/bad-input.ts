/**
 * What should not arrive, or seldom does, each with what becomes of it: "mirrored" (it comes out of mirror0), or the
 * counter that grows, the firewall's or the kernel's. One element of `wire` is one packet at the node's interface.
 */
import {
  MAC,
  awsOptions,
  ethernet,
  geneve,
  ipv4,
  ipv6,
  tagged,
  tcp4,
  udp,
  udp4,
  udp6,
  vxlan,
} from "./packets.js";
import { BALANCER, NODE, mirrored } from "./traffic.js";

export type Way = "kernel" | "bpf";

export interface BadInput {
  readonly name: string;
  readonly wire: readonly Buffer[];
  /** Where it is mirrored, the frame that comes out, before the tag of the BPF data path. */
  readonly inner?: Buffer;
  readonly vni?: number;
  readonly fate: Record<Way, string>;
}

const VNI = 0x12345;
const NODE6 = "fd00:0:0:0:0:0:0:10";
const OTHER6 = "fd00:0:0:0:0:0:0:99";
const SOURCE = "172.31.0.5";
const ENDPOINT = "172.31.255.9";
const VM_MAC = "0a:00:00:00:00:01";
const VM_MAC2 = "0a:00:00:00:00:02";

const frame = ethernet(
  VM_MAC,
  VM_MAC2,
  0x0800,
  udp4({ from: "10.9.0.1", to: "10.9.0.2" }, 5000, 9999, Buffer.from("a mirrored datagram of no meaning")),
);
const good = mirrored(frame, VNI);

const toNode = (packet: Buffer): Buffer => ethernet(MAC.node, MAC.balancer, 0x0800, packet);
const balancer = { from: BALANCER, to: NODE };
const outer = { from: SOURCE, to: ENDPOINT };
const inGeneve = (inside: Buffer, options = awsOptions(), protocol = 0x0800, version = 0): Buffer =>
  toNode(udp4(balancer, 60_000, 6081, geneve(inside, options, protocol, version)));
const inVxlan = (inner: Buffer, vni = VNI): Buffer => udp4(outer, 50_000, 4789, vxlan(vni, inner));

/** The first `size` bytes of the GENEVE datagram's payload, in headers that agree with it. */
const cut = (size: number): Buffer => toNode(udp4(balancer, 60_000, 6081, good.subarray(42, 42 + size)));

/** A packet's IP payload in two fragments, the second of which begins at a multiple of 8. */
const fragments = (packet: Buffer, ip: typeof balancer, at: number): readonly [Buffer, Buffer] => [
  ipv4({ ...ip, id: 77, fragment: 0x2000 }, packet.subarray(20, 20 + at)),
  ipv4({ ...ip, id: 77, fragment: at / 8 }, packet.subarray(20 + at)),
];

const both = (fate: string): Record<Way, string> => ({ kernel: fate, bpf: fate });
const passes = (name: string, inner: Buffer, vni = VNI): BadInput => ({
  name,
  wire: [mirrored(inner, vni)],
  inner,
  vni,
  fate: both("mirrored"),
});
const refused = (name: string, wire: Buffer, fate: Record<Way, string>): BadInput => ({
  name,
  wire: [wire],
  fate,
});

const notGeneve: readonly BadInput[] = [
  refused("udp-to-another-port", toNode(udp4(balancer, 1, 9999, frame)), both("outside_refused")),
  refused(
    "tcp-to-a-listening-port",
    toNode(tcp4(balancer, { from: 1, to: 80, sequence: 1, acknowledgement: 0, flags: 2 }, Buffer.alloc(0))),
    both("outside_refused"),
  ),
  refused(
    "vxlan-without-geneve",
    toNode(udp4(balancer, 1, 4789, vxlan(VNI, frame))),
    both("outside_refused"),
  ),
  refused("geneve-without-options", inGeneve(inVxlan(frame), Buffer.alloc(0)), both("geneve_refused")),
  refused(
    "geneve-of-another-vendor",
    inGeneve(inVxlan(frame), Buffer.from("0101010200000000aabbccdd", "hex")),
    both("geneve_refused"),
  ),
  refused("geneve-version-1", inGeneve(inVxlan(frame), awsOptions(), 0x0800, 1), both("geneve_refused")),
  refused(
    "geneve-over-ipv6",
    ethernet(
      MAC.node,
      MAC.balancer,
      0x86dd,
      udp6({ from: OTHER6, to: NODE6 }, 60_000, 6081, geneve(inVxlan(frame))),
    ),
    both("geneve_refused"),
  ),
];

const inside: readonly BadInput[] = [
  refused("vxlan-to-another-port", inGeneve(udp4(outer, 50_000, 4790, vxlan(VNI, frame))), {
    kernel: "inner_refused",
    bpf: "geneve_refused",
  }),
  refused("udp-in-geneve-to-the-node-itself", inGeneve(udp4({ from: SOURCE, to: NODE }, 1, 9999, frame)), {
    kernel: "inner_refused",
    bpf: "geneve_refused",
  }),
  refused(
    "tcp-in-geneve-to-the-node-itself",
    inGeneve(
      tcp4(
        { from: SOURCE, to: NODE },
        { from: 1, to: 80, sequence: 1, acknowledgement: 0, flags: 2 },
        Buffer.alloc(0),
      ),
    ),
    { kernel: "inner_refused", bpf: "geneve_refused" },
  ),
  refused(
    "ethernet-in-geneve",
    inGeneve(
      ethernet(MAC.broadcast, MAC.balancer, 0x0800, udp4({ from: SOURCE, to: NODE }, 1, 9999, frame)),
      awsOptions(),
      0x6558,
    ),
    { kernel: "inner_refused", bpf: "geneve_refused" },
  ),
  refused("arp-in-geneve", inGeneve(Buffer.alloc(28), awsOptions(), 0x0806), {
    kernel: "geneve_accepted",
    bpf: "geneve_refused",
  }),
  refused("vxlan-without-a-vni", inGeneve(udp4(outer, 50_000, 4789, vxlan(VNI, frame, 0))), {
    kernel: "vxlan_accepted",
    bpf: "geneve_refused",
  }),
];

const truncated: readonly BadInput[] = [
  refused(
    "cut-in-the-udp-header",
    toNode(ipv4(balancer, udp(60_000, 6081, Buffer.alloc(0)).subarray(0, 5))),
    both("geneve_refused"),
  ),
  refused("cut-in-the-geneve-header", cut(6), both("geneve_refused")),
  refused("cut-in-the-options", cut(20), { kernel: "geneve0.rx_dropped", bpf: "geneve_refused" }),
  refused("cut-in-the-inner-ip-header", cut(8 + 32 + 12), {
    kernel: "geneve0.rx_length_errors",
    bpf: "geneve_refused",
  }),
  refused("cut-in-the-vxlan-header", cut(8 + 32 + 28 + 4), {
    kernel: "IpExt.InTruncatedPkts",
    bpf: "geneve_refused",
  }),
  refused("vxlan-of-four-bytes", inGeneve(udp4(outer, 50_000, 4789, Buffer.from([8, 0, 0, 0]))), {
    kernel: "vxlan_accepted",
    bpf: "geneve_refused",
  }),
  refused("frame-of-ten-bytes", inGeneve(inVxlan(frame.subarray(0, 10))), {
    kernel: "vxlan_accepted",
    bpf: "geneve_refused",
  }),
];

const tiny = frame.subarray(0, 24);
const valid = udp4(balancer, 60_000, 6081, good.subarray(42));
const inFragments = fragments(valid, balancer, 64);
const longFrame = ethernet(
  VM_MAC,
  VM_MAC2,
  0x0800,
  udp4({ from: "10.9.0.1", to: "10.9.0.2" }, 1, 2, Buffer.alloc(600, 7)),
);
const outerFragments = fragments(inVxlan(longFrame), outer, 400);

const fragmented: readonly BadInput[] = [
  {
    name: "geneve-in-fragments",
    wire: inFragments.map(toNode),
    inner: frame,
    vni: VNI,
    // Put together by the kernel before it looks for the port; the program sees single fragments.
    fate: { kernel: "mirrored", bpf: "geneve_refused" },
  },
  refused("geneve-first-fragment-only", toNode(inFragments[0]), both("Ip.ReasmReqds")),
  {
    name: "vxlan-in-fragments",
    wire: outerFragments.map((part) => inGeneve(part)),
    inner: longFrame,
    vni: VNI,
    fate: { kernel: "mirrored", bpf: "geneve_refused" },
  },
  passes(
    "frame-that-is-a-fragment",
    ethernet(
      VM_MAC,
      VM_MAC2,
      0x0800,
      ipv4({ from: "10.9.0.1", to: "10.9.0.2", id: 5, fragment: 100 }, Buffer.alloc(64, 1)),
    ),
  ),
];

const unusual: readonly BadInput[] = [
  passes("frame-with-a-vlan-tag", tagged(frame, 42)),
  passes("frame-with-two-vlan-tags", tagged(tagged(frame, 42), 43)),
  passes(
    "frame-of-ipv6",
    ethernet(
      VM_MAC,
      VM_MAC2,
      0x86dd,
      udp6({ from: "2001:db8:0:0:0:0:0:1", to: "2001:db8:0:0:0:0:0:2" }, 1, 53, Buffer.from("six")),
    ),
  ),
  passes("frame-of-arp", ethernet(MAC.broadcast, VM_MAC, 0x0806, Buffer.alloc(28, 1))),
  passes(
    "frame-for-the-node-itself",
    ethernet(
      MAC.broadcast,
      VM_MAC,
      0x0800,
      udp4({ from: "10.9.0.1", to: NODE }, 1, 9999, Buffer.from("not for you")),
    ),
  ),
  passes(
    "frame-of-8500-bytes",
    ethernet(VM_MAC, VM_MAC2, 0x0800, ipv4({ from: "10.9.0.1", to: "10.9.0.2" }, Buffer.alloc(8500 - 34, 3))),
  ),
  passes(
    "frame-that-fills-the-mtu",
    ethernet(VM_MAC, VM_MAC2, 0x0800, ipv4({ from: "10.9.0.1", to: "10.9.0.2" }, Buffer.alloc(8863 - 34, 4))),
  ),
  passes("largest-vni", frame, 0xffffff),
  {
    name: "frame-of-24-bytes",
    wire: [mirrored(tiny, VNI)],
    inner: tiny,
    vni: VNI,
    fate: { kernel: "mirror0.rx_length_errors", bpf: "geneve_refused" },
  },
  {
    name: "vxlan-over-ipv6",
    wire: [
      inGeneve(
        ipv6(
          { from: OTHER6, to: "fd01:0:0:0:0:0:0:7" },
          udp6({ from: OTHER6, to: "fd01:0:0:0:0:0:0:7" }, 50_000, 4789, vxlan(VNI, frame)).subarray(40),
        ),
        awsOptions(),
        0x86dd,
      ),
    ],
    inner: frame,
    vni: VNI,
    fate: both("mirrored"),
  },
];

export const badInputs: readonly BadInput[] = [
  ...notGeneve,
  ...inside,
  ...truncated,
  ...fragmented,
  ...unusual,
];

/** Every kind of packet that would reach a socket, were there no firewall. */
export const unguarded: readonly Buffer[] = badInputs
  .filter(({ name }) =>
    ["udp-to-another-port", "udp-in-geneve-to-the-node-itself", "frame-for-the-node-itself"].includes(name),
  )
  .flatMap(({ wire }) => wire);

/** `count` good packets with a few bytes overwritten each, the same for the same seed (mulberry32). */
export const noise = (count: number, seed = 5): Buffer[] => {
  let state = seed;
  const random = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return Array.from({ length: count }, () => {
    const packet = Buffer.from(good);
    for (let times = 1 + random(4); times > 0; times -= 1) {
      // Behind the outer IP header, which decides only whether it is for this node at all.
      packet[34 + random(packet.length - 34)] = random(256);
    }
    return random(4) === 0 ? packet.subarray(0, 34 + random(packet.length - 34)) : packet;
  });
};
