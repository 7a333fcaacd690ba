/** How the probes of packets read a node, and what their instances send. */
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mirroredIn } from "../../../qualify/frames.js";
import { captured, countsIn, counting } from "../../../qualify/node.js";
import { answering, talking, word } from "../../../qualify/talk.js";
import { ethernet, geneve, ipv4, MAC, tcp4, udp4, vxlan } from "../../dataplane/support/packets.js";

const inner = (content: Buffer) => ethernet(MAC.node, MAC.balancer, 0x0800, content);
const packet = (port: number, frame: Buffer) => {
  const mirrored = udp4({ from: "10.65.0.9", to: "10.65.0.20" }, port, 4789, vxlan(4711, frame));
  return inner(udp4({ from: "10.64.0.8", to: "10.64.0.7" }, 60_000, 6081, geneve(mirrored)));
};
const ask = udp4({ from: "10.65.0.1", to: "10.65.0.2" }, 40_000, 9, Buffer.from("x"));
const answer = udp4({ from: "10.65.0.2", to: "10.65.0.1" }, 9, 40_000, Buffer.from("x"));

/** As tcpdump writes it, cut at 256 bytes. */
const file = (...frames: readonly Buffer[]): Buffer => {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  const records = frames.flatMap((frame) => {
    const kept = frame.subarray(0, 256);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(kept.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, kept];
  });
  return Buffer.concat([header, ...records]);
};

test("mirrored packets are told from all else that comes to a node", () => {
  const flags = { from: 1, to: 2, sequence: 0, acknowledgement: 0, flags: 16 };
  const others = [
    packet(50_002, inner(tcp4({ from: "10.65.0.1", to: "10.65.0.2" }, flags, Buffer.alloc(9)))),
    packet(50_003, ethernet(MAC.node, MAC.balancer, 0x86dd, Buffer.alloc(60))),
    packet(50_004, inner(ipv4({ from: "10.65.0.1", to: "10.65.0.2", fragment: 185 }, Buffer.alloc(20)))),
    inner(udp4({ from: "10.64.0.8", to: "10.64.0.7" }, 1, 53, Buffer.alloc(8))),
    packet(50_005, inner(ask)).subarray(0, 120),
  ];
  const whole = file(packet(50_000, inner(ask)), ...others, packet(50_001, inner(answer)));
  const found = [
    { port: 50_000, from: "10.65.0.1:40000", to: "10.65.0.2:9" },
    { port: 50_001, from: "10.65.0.2:9", to: "10.65.0.1:40000" },
  ];
  expect(mirroredIn(whole)).toEqual(found);
  // The last record cut off, and nothing at all.
  expect(mirroredIn(whole.subarray(0, whole.length - 200)).slice(0, 1)).toEqual(found.slice(0, 1));
  expect(mirroredIn(Buffer.alloc(0))).toEqual([]);
});

test("what counts words on a node is a script, and its answer is read", () => {
  for (const script of [captured(60), counting(["a", "b"])]) {
    expect(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" }).stderr).toBe("");
  }
  expect(countsIn("    148 qualify-a-lasting\n      3 qualify-a-fresh\n")).toEqual(
    new Map([
      ["qualify-a-lasting", 148],
      ["qualify-a-fresh", 3],
    ]),
  );
  expect(countsIn("")).toEqual(new Map());
});

test("one instance talks in a lasting flow and in many, and the other answers each", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port: free } = socket.address();
  socket.close();
  await once(socket, "close");
  const flows = [
    { content: word("qualify-abc", "lasting"), number: 1 },
    { content: word("qualify-abc", "many"), number: 3 },
  ];
  // Between them stands a listener that hands on what it hears, and what is answered.
  const between = createSocket("udp4");
  between.bind(0, "127.0.0.1");
  await once(between, "listening");
  const programs = [answering(free), talking("127.0.0.1", flows, between.address().port)].map((text) =>
    spawn("python3", ["-c", text], { stdio: "ignore" }),
  );
  const asked = new Map<string, Set<number>>();
  const answered = new Set<string>();
  await new Promise<void>((resolve) => {
    between.on("message", (content, { port }) => {
      const said = content.toString();
      if (port === free) answered.add(said);
      else {
        asked.set(said, (asked.get(said) ?? new Set()).add(port));
        between.send(content, free, "127.0.0.1");
      }
      if (answered.size === 2 && asked.get("qualify-abc-many")?.size === 3) resolve();
    });
  });
  for (const program of programs) program.kill("SIGKILL");
  between.close();
  expect([...(asked.get("qualify-abc-lasting") ?? [])]).toHaveLength(1);
  expect([...answered].sort()).toEqual(["qualify-abc-lasting", "qualify-abc-many"]);
});
