/** `/healthz` of the agent as bundled: each fault that is injected is found, and what is no fault is not. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
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

/** For what the reason says at the end: the agent looks between any two writes, as it does between two packets. */
const failing = (check: string, reason = /./) =>
  until(node, `${check} fails: ${String(reason)}`, async () => {
    const health = await node.health();
    const found = health?.checks?.[check];
    return found?.ok === false && reason.test(found.reason) ? health : undefined;
  });
const well = () => until(node, "healthy again", async () => (await node.health())?.status === 200);

test("nobody reads the interface", async () => {
  const packet = node.read("proc/net/packet");
  node.write("proc/net/packet", "sk RefCnt Type Proto Iface R Rmem User Inode\n");
  expect(await failing("readers")).toMatchObject({ status: 503, healthy: false });
  node.write("proc/net/packet", packet);
  await well();
});

test("packets arrive and the tool stands still for more than three intervals", async () => {
  let packets = 0;
  let stands = true;
  const traffic = setInterval(() => {
    node.counters("mirror0", (packets += 10));
    if (!stands) node.write("counters.json", JSON.stringify({ packets, drops: 0 }));
  }, 20);
  try {
    await failing("tool", /stands still for \d+ intervals/);
    stands = false;
    await well();
  } finally {
    clearInterval(traffic);
  }
});

test("packets leave GENEVE and do not arrive", async () => {
  let packets = 0;
  const traffic = setInterval(() => {
    packets += 1000;
    node.counters("geneve0", packets);
    node.counters("mirror0", packets / 100);
  }, 20);
  try {
    await failing("decapsulation", /^\d+ of \d+ packets taken out of GENEVE did not arrive/);
  } finally {
    clearInterval(traffic);
  }
  await well();
});

test("the network is not as it should be: what the check said is the reason", async () => {
  node.program("check", 1, "no rule for table 6081");
  await failing("network", /^no rule for table 6081$/);
  node.program("check", 0);
  await well();
});

test("a tool that drops nearly everything keeps its node in service", async () => {
  for (let n = 1; n <= 10; n++) {
    node.counters("mirror0", n * 10_000);
    node.write("counters.json", JSON.stringify({ packets: n, drops: n * 9_999 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const checks = (await node.health())?.checks ?? {};
    expect(Object.entries(checks).filter(([, { ok }]) => !ok)).toEqual([]);
  }
  await well();
});

test("only its path is answered, and a verdict that is too old is not believed", async () => {
  const port = (JSON.parse(node.read("node.json")) as { health_port: number }).health_port;
  const status = async (path: string, method = "GET"): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method })).status;
  expect(await status("/")).toBe(404);
  expect(await status("/healthz", "POST")).toBe(404);
  await until(node, "HEAD", async () => (await status("/healthz", "HEAD")) === 200);
  await until(node, "a query", async () => (await status("/healthz?x=1")) === 200);
  // a check that hangs holds up the verdict, not the answer
  node.write("bin/check", "#!/bin/sh\nexec sleep 4\n");
  chmodSync(join(node.folder, "bin/check"), 0o755);
  await until(node, "stale", async () => ((await node.health()) as { reason?: string } | undefined)?.reason);
  expect(await node.health()).toMatchObject({ status: 503, reason: "the verdict is too old" });
});
