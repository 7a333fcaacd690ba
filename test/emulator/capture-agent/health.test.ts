/** `/healthz` of the agent as bundled: each fault that is injected is found, and what is no fault is not. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { createBucket, s3Of } from "./bucket.js";
import { createNode, until, type CaptureNode } from "./node.js";

let cloud: LocalCloud;
let node: CaptureNode;

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  await cloud.reset();
  node = await createNode(cloud, { bucket: await createBucket(s3Of(cloud)) });
  node.start();
  await until(node, "in service", async () => (await node.health())?.status === 200);
});
afterEach(() => node.remove());

const ill = (check: string) =>
  until(node, `${check} is ill`, async () => {
    const health = await node.health();
    return health?.checks?.[check]?.ok === false ? health : undefined;
  });
const well = () => until(node, "healthy again", async () => (await node.health())?.status === 200);

test("nobody reads the interface", async () => {
  const packet = node.read("proc/net/packet");
  node.write("proc/net/packet", "sk RefCnt Type Proto Iface R Rmem User Inode\n");
  expect(await ill("readers")).toMatchObject({ status: 503, healthy: false });
  node.write("proc/net/packet", packet);
  await well();
});

test("packets arrive and the tool stands still for more than three intervals", async () => {
  let packets = 0;
  const traffic = setInterval(() => node.counters("mirror0", (packets += 10)), 20);
  try {
    expect((await ill("tool")).checks?.["tool"]?.reason).toMatch(/stands still for \d intervals/);
    node.write("counters.json", JSON.stringify({ packets: 10, drops: 0 }));
    await well();
  } finally {
    clearInterval(traffic);
  }
});

test("packets leave GENEVE and do not arrive", async () => {
  node.counters("geneve0", 10_000);
  node.counters("mirror0", 100);
  expect((await ill("decapsulation")).checks?.["decapsulation"]?.reason).toContain("9900 of 10000");
});

test("the network is not as it should be: what the check said is the reason", async () => {
  node.program("check", 1, "no rule for table 6081");
  expect((await ill("network")).checks?.["network"]?.reason).toBe("no rule for table 6081");
  node.program("check", 0);
  await well();
});

test("a tool that drops nearly everything keeps its node in service", async () => {
  for (let n = 1; n <= 10; n++) {
    node.counters("mirror0", n * 10_000);
    node.write("counters.json", JSON.stringify({ packets: n, drops: n * 9_999 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await node.health())?.status).toBe(200);
  }
});

test("only its path is answered, and a verdict that is too old is not believed", async () => {
  const port = (JSON.parse(node.read("node.json")) as { health_port: number }).health_port;
  const status = async (path: string, method = "GET"): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method })).status;
  expect(await status("/")).toBe(404);
  expect(await status("/healthz", "POST")).toBe(404);
  expect(await status("/healthz", "HEAD")).toBe(200);
  expect(await status("/healthz?x=1")).toBe(200);
  // a check that hangs holds up the verdict, not the answer
  node.write("bin/check", "#!/bin/sh\nexec sleep 4\n");
  chmodSync(join(node.folder, "bin/check"), 0o755);
  await until(node, "stale", async () => ((await node.health()) as { reason?: string } | undefined)?.reason);
  expect(await node.health()).toMatchObject({ status: 503, reason: "the verdict is too old" });
});
