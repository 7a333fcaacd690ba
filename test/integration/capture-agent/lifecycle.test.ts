/** A node's lifecycle, as its agent reports it to the Auto Scaling of the local cloud. */
import type { S3Client } from "@aws-sdk/client-s3";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createBucket, indexOf, keysOf, s3Of } from "./bucket.js";
import { createNode, INSTANCE, until, type CaptureNode } from "./node.js";

let cloud: LocalCloud;
let s3: S3Client;
let bucket: string;
const nodes: CaptureNode[] = [];

beforeAll(async () => {
  cloud = await startLocalCloud();
  s3 = s3Of(cloud);
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  await cloud.reset();
  bucket = await createBucket(s3);
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.remove()));
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
});

const newNode = async (options: Partial<Parameters<typeof createNode>[1]> = {}): Promise<CaptureNode> => {
  const node = await createNode(cloud, { bucket, ...options });
  nodes.push(node);
  return node;
};
const completed = async () =>
  (await cloud.lifecycle()).filter(({ action }) => action === "CompleteLifecycleAction");
const heartbeats = async (hook: string): Promise<number> =>
  (await cloud.lifecycle()).filter(
    (call) => call.action === "RecordLifecycleActionHeartbeat" && call.hook === hook,
  ).length;
const inService = async (node: CaptureNode): Promise<void> => {
  node.start();
  await until(node, "in service", async () => (await node.health())?.status === 200);
};

describe("a launch", () => {
  test("is completed when the packet has come through, and not before", async () => {
    const node = await newNode();
    node.program("probe", 1, "no frame came out of mirror0");
    node.start();
    await until(
      node,
      "three probes",
      () => node.calls().filter((call) => call.startsWith("probe")).length >= 3,
    );
    expect(await node.health()).toMatchObject({ status: 503, phase: "launching" });
    expect(await completed()).toEqual([]);
    node.program("probe", 0);
    await until(node, "in service", async () => (await node.health())?.status === 200);
    expect(await completed()).toMatchObject([
      { group: "capture-node", hook: "launch", instance: INSTANCE, result: "CONTINUE", open: true },
    ]);
    expect(await heartbeats("launch")).toBeGreaterThan(0);
  });

  test.each([
    ["the packet does not come through", "probe", "no frame came out of mirror0"],
    ["the network is not as it should be", "check", "no table inet traffic_mirror"],
  ] as const)("is abandoned when %s, with the reason on the console", async (_, program, reason) => {
    const node = await newNode({ config: { launch_limit_seconds: 3 } });
    node.program(program, 1, reason);
    node.start();
    await until(node, "abandoned", async () => (await completed()).length > 0);
    expect(await completed()).toMatchObject([{ hook: "launch", result: "ABANDON" }]);
    expect(node.read("console")).toMatch(new RegExp(`^traffic-mirror: launch abandoned: .*${reason}\n$`));
    expect((await node.health())?.status).toBe(503);
  });

  test("waits for a metadata service and a cloud that do not answer yet", async () => {
    const node = await newNode();
    node.imds.break(true);
    await cloud.interfere({
      faults: [{ action: "autoscaling:*", code: "Throttling", status: 400, first: 6 }],
    });
    node.start();
    await until(node, "health is served", async () => (await node.health())?.status === 503);
    node.imds.break(false);
    await until(node, "in service", async () => (await node.health())?.status === 200);
    expect((await completed()).filter(({ open }) => open)).toHaveLength(1);
  });

  test("is not done again by an agent that starts anew on a node in service", async () => {
    const node = await newNode();
    await inService(node);
    const probes = node.calls().filter((call) => call.startsWith("probe")).length;
    await node.kill();
    await inService(node);
    expect(node.calls().filter((call) => call.startsWith("probe"))).toHaveLength(probes);
    expect(await completed()).toHaveLength(1);
  });
});

describe("a termination", () => {
  test("fails health, lets the flows move, stops the tool, sends what it left, and lets go", async () => {
    const node = await newNode({ config: { deregistration_seconds: 3 } });
    await inService(node);
    node.write("spool/open/current.pcap", "the last packets");
    node.write("spool/done/empty.log", "");
    node.imds.set("autoscaling/target-lifecycle-state", "Terminated");
    const draining = await until(node, "draining", async () => {
      const health = await node.health();
      return health?.checks?.["lifecycle"]?.ok === false ? health : undefined;
    });
    expect(draining).toMatchObject({ status: 503, phase: "draining" });
    expect(draining.checks?.["lifecycle"]?.reason).toContain("terminating");
    expect(node.calls().some((call) => call.startsWith("systemctl"))).toBe(false);
    await until(node, "completed", async () => (await completed()).length === 2);
    expect((await completed())[1]).toMatchObject({ hook: "terminate", result: "CONTINUE", open: true });
    expect(await heartbeats("terminate")).toBeGreaterThan(0);
    expect(node.calls()).toContain("systemctl stop traffic-mirror-tool.service");
    expect(await keysOf(s3, bucket, "captures/")).toEqual([
      expect.stringMatching(/\/current-\w{12}\.pcap$/),
      expect.stringMatching(/\/empty-e3b0c44298fc\.log$/),
    ]);
    expect(await indexOf(s3, bucket)).toHaveLength(2);
    const phases = node
      .journal()
      .flatMap(({ phase, message }) => (String(message).startsWith("phase") ? [phase] : []));
    expect(phases).toEqual(["launching", "in-service", "draining", "stopping", "uploading", "left"]);
  });

  test("goes on wherever the agent is killed, and ends once", async () => {
    const node = await newNode();
    await inService(node);
    for (let n = 0; n < 30; n++) node.write(`spool/done/file-${n}.pcap`, `content ${n}`);
    node.write("spool/open/current.pcap", "the last packets");
    await cloud.interfere({ latency: [{ action: "s3:PUT *", ms: 150 }] });
    node.imds.set("autoscaling/target-lifecycle-state", "Terminated");
    for (let kills = 0; kills < 8; kills++) {
      await new Promise((resolve) => setTimeout(resolve, 350 + kills * 100));
      await node.kill();
      node.start();
    }
    await until(node, "completed", async () => (await completed()).some(({ hook }) => hook === "terminate"));
    const ends = (await completed()).filter(({ hook }) => hook === "terminate");
    expect(ends.filter(({ open }) => open)).toHaveLength(1);
    const keys = await keysOf(s3, bucket, "captures/");
    expect(keys).toHaveLength(31);
    expect(new Set(keys).size).toBe(31);
    expect((await indexOf(s3, bucket)).map(({ key }) => key).sort()).toEqual(keys);
  });

  test("that cannot deliver says what is left and does not hold the instance for ever", async () => {
    const node = await newNode({ config: { drain_limit_seconds: 1.5 } });
    await inService(node);
    await cloud.interfere({ faults: [{ action: "s3:PUT *", code: "SlowDown", status: 503 }] });
    node.write("spool/done/a.pcap", "0123456789");
    const capture = Buffer.alloc(24 + 3 * 16); // three packets, of which nothing was captured
    capture.writeUInt32LE(0xa1b2c3d4, 0);
    node.write("spool/done/b.pcap", capture);
    node.imds.set("autoscaling/target-lifecycle-state", "Terminated");
    await until(node, "completed", async () => (await completed()).some(({ hook }) => hook === "terminate"));
    expect(node.read("console")).toMatch(/evidence left behind: 2 files with 82 bytes are left behind/);
    const told = node.journal().filter(({ message }) => message === "metrics");
    const sum = (name: string): number => told.reduce((total, line) => total + Number(line[name]), 0);
    expect([sum("LeftBehindPackets"), sum("LeftBehindUncounted")]).toEqual([3, 1]);
  });
});

test("a spot notice stops the tool at once, sends for its time and says what is left", async () => {
  const node = await newNode({ config: { deregistration_seconds: 60, spot_limit_seconds: 1.5 } });
  await inService(node);
  await cloud.interfere({ faults: [{ action: "s3:PUT */late*", code: "SlowDown", status: 503 }] });
  node.write("spool/done/early.pcap", "sent");
  node.write("spool/done/late.pcap", "not sent");
  node.imds.set("spot/instance-action", '{"action":"terminate","time":"2026-11-21T06:02:00Z"}');
  await until(node, "stopped", () => node.calls().includes("systemctl stop traffic-mirror-tool.service"));
  expect((await node.health())?.checks?.["lifecycle"]?.reason).toContain("spot");
  await until(node, "reported", () => node.read("console") !== "");
  expect(node.read("console")).toContain("1 files with 8 bytes are left behind");
  expect(await keysOf(s3, bucket, "captures/")).toEqual([expect.stringContaining("/early-")]);
  // the group comes after the notice
  node.imds.set("autoscaling/target-lifecycle-state", "Terminated");
  await until(node, "completed", async () => (await completed()).some(({ hook }) => hook === "terminate"));
});

test("a warm pool takes a node and gives it back", async () => {
  const node = await newNode({ target: "Warmed:Running" });
  await inService(node);
  expect(await completed()).toMatchObject([{ hook: "launch", result: "CONTINUE" }]);
  node.imds.set("autoscaling/target-lifecycle-state", "InService");
  // the local cloud takes the second completion for one of an action that is over, which must do no harm
  await until(node, "a second launch", async () => (await completed()).length === 2);
  await until(node, "in service", async () => (await node.health())?.status === 200);
  node.write("spool/open/last.pcap", "x");
  node.imds.set("autoscaling/target-lifecycle-state", "Warmed:Running");
  await until(node, "left", async () => (await node.health())?.phase === "left");
  expect(await keysOf(s3, bucket, "captures/")).toHaveLength(1);
  node.imds.set("autoscaling/target-lifecycle-state", "InService");
  await until(node, "back", async () => (await node.health())?.status === 200);
  expect(node.calls()).toContain("systemctl start traffic-mirror-tool.service");
});
