import { Flows } from "../../../twin/balancer/flows.js";
import { HEAD, headOf, wrap } from "../../../twin/balancer/geneve.js";
import { after, REGISTERED, type Health } from "../../../twin/balancer/health.js";
import { awsOptions, geneve, udp4 } from "../../dataplane/support/packets.js";

const FLOW = {
  endpointId: "vpce-0b448aa66e9f4ca20",
  from: "10.65.0.7",
  fromPort: 50_123,
  to: "10.65.0.250",
  cookie: 0x01020304,
};

describe("what a target receives", () => {
  const packet = wrap(headOf(FLOW), Buffer.from("vxlan and frame"));

  test("is GENEVE as RFC 8926 and public programs have it: version 0, 32 bytes of options, an IPv4 packet", () => {
    expect(packet.subarray(0, 8).toString("hex")).toBe("0800080000000000");
    // Class 0x0108, types 1 (endpoint, 8 bytes), 2 (attachment, 8 bytes), 3 (flow cookie, 4 bytes).
    expect(packet.subarray(8, 40).toString("hex")).toBe(
      ["01080102", "b448aa66e9f4ca20", "01080202", "0000000000000000", "01080301", "01020304"].join(""),
    );
  });

  test("holds the packet that came to the endpoint, byte for byte but for its time to live", () => {
    const sent = udp4({ from: FLOW.from, to: FLOW.to }, FLOW.fromPort, 4789, Buffer.from("vxlan and frame"));
    const inner = Buffer.from(packet.subarray(40));
    // Time to live and the sum over it.
    for (const at of [8, 10, 11]) inner[at] = sent[at] ?? 0;
    expect(inner.toString("hex")).toBe(sent.toString("hex"));
    expect(HEAD).toBe(68);
  });

  test("is what the node's own tests build", () => {
    const options = awsOptions(0xb448aa66e9f4ca20n, FLOW.cookie);
    expect(packet.subarray(0, 40)).toEqual(geneve(Buffer.alloc(0), options));
  });

  test("has a header whose sum is right, whatever the length", () => {
    for (const length of [0, 1, 60, 8500]) {
      const header = wrap(headOf(FLOW), Buffer.alloc(length)).subarray(40, 60);
      let sum = 0;
      for (let at = 0; at < 20; at += 2) sum += header.readUInt16BE(at);
      expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff);
    }
  });
});

describe("health", () => {
  const thresholds = { healthy: 2, unhealthy: 3 };
  const answers = (from: Health, ...all: boolean[]): boolean =>
    all.reduce((health, passed) => after(health, passed, thresholds), from).healthy;

  test("a target is healthy after so many passes in a row, and no earlier", () => {
    expect(answers(REGISTERED, true)).toBe(false);
    expect(answers(REGISTERED, true, false, true)).toBe(false);
    expect(answers(REGISTERED, true, true)).toBe(true);
  });

  test("and unhealthy after so many failures in a row", () => {
    const healthy = { healthy: true, against: 0 };
    expect(answers(healthy, false, false)).toBe(true);
    expect(answers(healthy, false, false, true, false, false)).toBe(true);
    expect(answers(healthy, false, false, false)).toBe(false);
  });
});

describe("flows", () => {
  const keys = Array.from({ length: 200 }, (_, flow) => `10.65.0.${flow}>10.65.0.250`);
  const two = [
    { address: "a", healthy: true },
    { address: "b", healthy: true },
  ];
  const placed = (flows: Flows, now = 0) => keys.map((key) => flows.place(key, now)?.target);

  test("spread over the healthy targets and stay where they are when another one comes", () => {
    const flows = new Flows();
    flows.targets = two;
    const before = placed(flows);
    expect(new Set(before)).toEqual(new Set(["a", "b"]));
    flows.targets = [...two, { address: "c", healthy: true }];
    expect(placed(flows)).toEqual(before);
  });

  test("leave a target that is unhealthy or gone, with their cookies, and only those", () => {
    const flows = new Flows();
    flows.targets = two;
    const before = keys.map((key) => flows.place(key, 0));
    flows.targets = [
      { address: "a", healthy: false },
      { address: "b", healthy: true },
    ];
    expect(new Set(placed(flows))).toEqual(new Set(["b"]));
    flows.targets = [{ address: "c", healthy: true }];
    expect(new Set(placed(flows))).toEqual(new Set(["c"]));
    expect(keys.map((key) => flows.place(key, 0)?.cookie)).toEqual(before.map((each) => each?.cookie));
  });

  test("go to every target where none is healthy, and nowhere without one", () => {
    const flows = new Flows();
    expect(flows.place("flow", 0)).toBeUndefined();
    flows.targets = two.map(({ address }) => ({ address, healthy: false }));
    expect(new Set(placed(flows))).toEqual(new Set(["a", "b"]));
  });

  test("are forgotten after two minutes without a packet", () => {
    const flows = new Flows();
    flows.targets = two;
    placed(flows);
    flows.place(keys[0] ?? "", 60_000);
    flows.forgetIdle(120_001);
    expect(flows.size).toBe(1);
  });
});
