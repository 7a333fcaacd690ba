import fc from "fast-check";
import { BlockList } from "node:net";
import { createAddressBlocks, type AddressBlocks } from "../../../functions/capture-agent/core/addresses.js";

const quad = (address: string): number[] => address.split(".").map(Number);
const ipv4 = (from: string, to: string, ...tags: number[]): Buffer => {
  const packet = Buffer.alloc(20);
  packet.set([...quad(from), ...quad(to)], 12);
  return frame(0x0800, packet, tags);
};
const ipv6 = (from: Buffer, to: Buffer): Buffer =>
  frame(0x86dd, Buffer.concat([Buffer.alloc(8), from, to]), []);
function frame(type: number, packet: Buffer, tags: readonly number[]): Buffer {
  const words = Buffer.alloc(2 * (2 * tags.length + 1));
  tags.forEach((tag, n) => words.writeUInt16BE(tag, 4 * n));
  words.writeUInt16BE(type, words.length - 2);
  return Buffer.concat([Buffer.alloc(12), words, packet]);
}
const add = (found: AddressBlocks, content: Buffer): void =>
  found.add(new DataView(content.buffer, content.byteOffset), 0, content.length);
const blocksOf = (...frames: readonly Buffer[]): readonly string[] => {
  const found = createAddressBlocks();
  for (const one of frames) add(found, one);
  return found.blocks();
};
const listOf = (blocks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", length] = block.split("/");
    list.addSubnet(address, Number(length), address.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
};

test("few addresses are kept whole, once each, with and without VLAN tags", () => {
  expect(
    blocksOf(
      ipv4("10.0.1.5", "52.94.236.248"),
      ipv4("52.94.236.248", "10.0.1.5", 0x8100),
      ipv4("192.168.0.1", "0.0.0.0", 0x88a8, 0x8100),
    ),
  ).toEqual(["0.0.0.0/32", "10.0.1.5/32", "192.168.0.1/32", "52.94.236.248/32"]);
});

test("IPv6 is written as RFC 5952 wants it", () => {
  const [one, two, three] = [
    "20010db8000000000001000000000001",
    "00000000000000000000000000000001",
    "fe80".padEnd(32, "0"),
  ];
  const bytes = (hex = ""): Buffer => Buffer.from(hex, "hex");
  expect(blocksOf(ipv6(bytes(one), bytes(two)), ipv6(bytes(three), bytes(two)))).toEqual([
    "2001:db8::1:0:0:1/128",
    "::1/128",
    "fe80::/128",
  ]);
});

test("ARP, what is cut off and what is shorter than a frame say nothing", () => {
  const whole = ipv4("10.0.0.1", "10.0.0.2");
  const arp = frame(0x0806, Buffer.alloc(28), []);
  expect(blocksOf(arp, whole.subarray(0, 33), whole.subarray(0, 13), Buffer.alloc(0))).toEqual([]);
});

test("thousands of peers on the internet do not blur the hosts of private networks", () => {
  const hosts = Array.from(
    { length: 100 },
    (_, n) => `${n % 2 ? "10" : "172.16"}.0.${n}${n % 2 ? ".7" : ""}`,
  );
  const frames = Array.from({ length: 20_000 }, (_, n) =>
    ipv4(hosts[n % 100] ?? "", `${160 + (n % 50)}.${(n >> 3) % 256}.${n % 251}.${(n * 7) % 256}`),
  ).filter((one) => !["a9fe", "ac10", "c0a8"].includes(one.subarray(30, 32).toString("hex")));
  const blocks = blocksOf(...frames);
  expect(blocks).toEqual(expect.arrayContaining(hosts.map((host) => `${host}/32`)));
  const others = listOf(blocks.filter((block) => !block.endsWith("/32")));
  expect([others.check("172.217.16.1"), others.check("172.32.0.0"), others.check("9.255.255.255")]).toEqual([
    true,
    true,
    true,
  ]);
  expect(
    ["172.16.0.1", "172.31.0.1", "10.9.9.9", "192.168.1.1", "100.64.0.1"].filter((one) => others.check(one)),
  ).toEqual([]);
  expect(blocks.length).toBeLessThanOrEqual(100 + 128);
});

test("whatever the packets, every address is in a block, and there are few", () => {
  const v4 = fc.oneof(
    fc.tuple(fc.constantFrom(10, 172, 192), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
  );
  const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(v4, v4), { maxLength: 400, size: "max" }),
      fc.array(fc.tuple(v6, v6), { maxLength: 100, size: "max" }),
      (some, others) => {
        const blocks = blocksOf(
          ...some.map(([from, to]) => ipv4(from.join("."), to.join("."))),
          ...others.map(([from, to]) => ipv6(Buffer.from(from), Buffer.from(to))),
        );
        const list = listOf(blocks);
        for (const address of some.flat()) expect(list.check(address.join("."), "ipv4")).toBe(true);
        for (const address of others.flat()) {
          const text = Buffer.from(address).toString("hex").match(/.{4}/g)?.join(":") ?? "";
          expect(list.check(text, "ipv6")).toBe(true);
        }
        expect(blocks.length).toBeLessThanOrEqual(128 + 128 + 64);
      },
    ),
    { numRuns: 100, endOnFailure: true },
  );
});
