/**
 * The twin's parts with real packets, in namespaces of this machine: what an instance sends and receives is copied as its
 * session says, goes through the balancer and arrives as a node gets it.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBalancer, type Balancer } from "../../twin/balancer/index.js";
import { Fabric, type Host } from "../../twin/machine/fabric.js";
import { end } from "../../twin/machine/run.js";
import { startMirroring, stopMirroring } from "../../twin/mirror/session.js";
import type { FilterRule, MirrorSession } from "../../twin/mirror/model.js";
import { prepare } from "./support/machines.js";

const [WEB, PEER, NODE, ENDPOINT] = ["10.65.0.7", "10.65.0.8", "10.64.0.10", "10.65.0.250"] as const;
const VNI = 0x123456;

const rule = (changes: Partial<FilterRule>): FilterRule => ({
  direction: "ingress",
  number: 100,
  action: "accept",
  source: "0.0.0.0/0",
  destination: "0.0.0.0/0",
  ...changes,
});

let fabric: Fabric;
let [web, peer, node] = [] as unknown as [Host, Host, Host];
let balancer: Balancer;
let folder = "";

beforeAll(async () => {
  await prepare();
  folder = mkdtempSync(join(tmpdir(), "twin-test-"));
  fabric = await Fabric.raise();
  web = await fabric.host("web", [WEB], [ENDPOINT]);
  peer = await fabric.host("peer", [PEER]);
  node = await fabric.host("node", [NODE]);
  balancer = await startBalancer(fabric, {
    endpoints: [{ id: "vpce-0b448aa66e9f4ca20", address: ENDPOINT }],
    // Of a port at which nobody listens: with no healthy target all get the flows.
    health: { port: 8080, path: "/", intervalSeconds: 60, timeoutSeconds: 1, healthy: 2, unhealthy: 2 },
    stickiness: "none",
  });
  balancer.register([NODE]);
});
afterAll(async () => {
  await fabric.strike();
  rmSync(folder, { recursive: true });
});

/** UDP to and from the instance, with a payload that says which packet it is; resolves when all have come. */
const SENDER = `
const [, from, to, port, sizes] = process.argv, dgram = require("node:dgram"), socket = dgram.createSocket("udp4");
socket.bind(Number(port), from, () => {
  let left = sizes.split(",").length;
  for (const size of sizes.split(",")) socket.send(Buffer.alloc(Number(size), size), Number(port), to, () => --left || socket.close());
});`;
const send = (from: Host, to: Pick<Host, "address">, port: number, ...sizes: number[]) =>
  from.run(process.execPath, "-e", SENDER, from.address, to.address, String(port), sizes.join(","));

interface Copy {
  readonly vni: number;
  readonly source: string;
  readonly endpoint: string;
  readonly frame: Buffer;
}

/** A packet as it lies in UDP 6081 at the node. */
const copyIn = (packet: Buffer): Copy => {
  const inner = packet.subarray(14 + 20 + 8 + 40);
  return {
    endpoint: packet.subarray(14 + 20 + 8 + 12, 14 + 20 + 8 + 20).toString("hex"),
    source: [...inner.subarray(12, 16)].join("."),
    vni: inner.readUIntBE(28 + 4, 3),
    frame: inner.subarray(28 + 8),
  };
};

const packetsIn = (path: string): Buffer[] => {
  const file = readFileSync(path);
  const packets: Buffer[] = [];
  for (let at = 24; at + 16 <= file.length;) {
    const size = file.readUInt32LE(at + 8);
    packets.push(file.subarray(at + 16, at + 16 + size));
    at += 16 + size;
  }
  return packets;
};

/** [source port, bytes of the payload] of each copied frame of UDP over IPv4. */
const told = ({ frame }: Copy): [string, number, number] => [
  [...frame.subarray(26, 30)].join("."),
  frame.readUInt16BE(34),
  frame.length - 42,
];

/** Mirrors by `session` while `work` is done, and gives what arrived at the node, in order. */
const arrivalsOf = async (session: Partial<MirrorSession>, work: () => Promise<unknown>): Promise<Copy[]> => {
  await startMirroring(web, { id: "tms-1", vni: VNI, endpoint: ENDPOINT, rules: [], ...session });
  const file = join(folder, "arrived.pcap");
  rmSync(file, { force: true });
  const args = ["-i", "eth0", "-n", "-U", "-s", "0", "-B", "8192", "-Z", "root", "-w", file, "udp port 6081"];
  const sniffer = node.start("tcpdump", args);
  await new Promise<void>((resolve) => {
    let said = "";
    sniffer.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("listening on")) resolve();
    });
  });
  await work();
  // The last one that anybody sends, by a port that every session of this file lets through.
  await send(web, peer, 9999, 9);
  const last = (copies: Copy[]): boolean => copies.some((copy) => told(copy)[1] === 9999);
  let copies: Copy[] = [];
  do {
    await new Promise((resolve) => setTimeout(resolve, 50));
    copies = packetsIn(file).map(copyIn);
  } while (!last(copies));
  await end(sniffer);
  await stopMirroring(web);
  return copies.filter((copy) => told(copy)[1] !== 9999);
};

const END = rule({
  direction: "egress",
  number: 1,
  protocol: 17,
  destinationPorts: { from: 9999, to: 9999 },
});

test("a copy carries the session's VNI, comes from the source's address, and names the endpoint", async () => {
  const copies = await arrivalsOf({ rules: [END, rule({ direction: "egress" })] }, () =>
    send(web, peer, 7000, 5),
  );
  expect(copies.map(({ vni, source, endpoint }) => [vni, source, endpoint])).toEqual([
    [VNI, WEB, "b448aa66e9f4ca20"],
  ]);
  expect(copies.map(told)).toEqual([[WEB, 7000, 5]]);
});

test("the direction and the number of a rule decide: what is rejected first is not copied, nor what no rule names", async () => {
  const rules = [
    END,
    rule({ number: 20, protocol: 17 }),
    rule({ number: 10, action: "reject", protocol: 17, destinationPorts: { from: 7001, to: 7001 } }),
    rule({ number: 30, protocol: 17, destinationPorts: { from: 7001, to: 7001 } }),
  ];
  const copies = await arrivalsOf({ rules }, async () => {
    await send(peer, web, 7000, 1);
    await send(peer, web, 7001, 2);
    await send(web, peer, 7002, 3);
    await send(peer, web, 7003, 4);
  });
  // What is answered by ICMP, since nobody listens there, is of no rule.
  expect(copies.map(told)).toEqual([
    [PEER, 7000, 1],
    [PEER, 7003, 4],
  ]);
});

test("what is addressed to somebody who has gone comes to nobody, and is not copied", async () => {
  await peer.run("ip", "neigh", "replace", "10.65.0.99", "lladdr", "02:00:00:00:ff:ff", "dev", "eth0");
  const copies = await arrivalsOf({ rules: [END, rule({ protocol: 17 })] }, async () => {
    await send(peer, { address: "10.65.0.99" }, 7000, 1);
    await send(peer, web, 7000, 2);
  });
  expect(copies.map(told)).toEqual([[PEER, 7000, 2]]);
});

test("a packet length cuts the copy to so many bytes of the frame, and leaves shorter ones as they are", async () => {
  const session = { packetLength: 100, rules: [END, rule({ direction: "egress" })] };
  const copies = await arrivalsOf(session, () => send(web, peer, 7000, 57, 58, 59, 1400));
  expect(copies.map(({ frame }) => frame.length)).toEqual([99, 100, 100, 100]);
  // As much of the packet as fits, unchanged: its header still says how long it was.
  expect(copies[3]?.frame.readUInt16BE(16)).toBe(1428);
});

test("the balancer has sent as many as it received", async () => {
  const { received, dropped, targets } = await balancer.tell();
  expect(dropped).toBe(0);
  expect(targets.map(({ sent }) => sent)).toEqual([received]);
  expect(received).toBeGreaterThan(8);
});
