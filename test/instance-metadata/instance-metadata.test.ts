/**
 * The node's programs against the metadata service as AWS plays it: tokens of version 2, the target state of Auto Scaling,
 * a spot notice, and a service that starts anew and so forgets its tokens.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { root } from "../../scripts/lib/run.js";
import { createBucket, s3Of } from "../integration/capture-agent/bucket.js";
import { createNode, until, type CaptureNode } from "../integration/capture-agent/node.js";
import { createMetadataMock, MOCK_INSTANCE, type MetadataMock } from "./mock.js";

const bin = join(root, "modules", "capture-fleet", "node", "bin");
let cloud: LocalCloud;
let mock: MetadataMock;
const nodes: CaptureNode[] = [];

beforeAll(async () => {
  cloud = await startLocalCloud();
  mock = await createMetadataMock();
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.remove()));
  expect(await cloud.refused()).toEqual([]);
  await cloud.reset();
});
afterAll(async () => {
  await mock.stop();
  await cloud.stop();
});

const inService = async (config: Record<string, unknown>): Promise<CaptureNode> => {
  const bucket = await createBucket(s3Of(cloud));
  const node = await createNode(cloud, { bucket, config, metadata: mock.url });
  nodes.push(node);
  node.start();
  await until(node, "in service", async () => (await node.health())?.status === 200, 60);
  return node;
};
/** Of whom, and with what. A call that was slow to be answered is repeated by the SDK: what it says counts once. */
const completed = async (hook: string): Promise<string[]> => {
  const calls = (await cloud.lifecycle()).filter(
    (call) => call.action === "CompleteLifecycleAction" && call.hook === hook,
  );
  return [...new Set(calls.map(({ instance, result }) => `${instance} ${result ?? ""}`))];
};
const complaints = (node: CaptureNode): number =>
  node.journal().filter(({ message }) => String(message).includes("metadata service")).length;

/** The service as it is after a maintenance of the host: the same, its tokens forgotten, and something else to tell. */
const restarted = async (node: CaptureNode, happens: Parameters<MetadataMock["start"]>[0]): Promise<void> => {
  const before = complaints(node);
  await mock.stop();
  await until(node, "it notices", () => complaints(node) > before);
  await mock.start(happens);
};
const stops = (node: CaptureNode): string[] =>
  node.calls().filter((call) => call.startsWith("systemctl stop"));

describe("the agent", () => {
  test("goes into service, and leaves when the group says so, through restarts of the service and its own", async () => {
    await mock.start();
    const node = await inService({ deregistration_seconds: 5 });
    expect(await completed("launch")).toEqual([`${MOCK_INSTANCE} CONTINUE`]);
    await restarted(node, {});
    expect((await node.health())?.phase).toBe("in-service");
    expect(stops(node)).toEqual([]);
    // Nothing but a token of the new service shows it the target state "Terminated".
    await restarted(node, { terminated: 0 });
    await until(node, "leaving", async () => ((await node.health())?.phase ?? "in-service") !== "in-service");
    // In the middle of leaving: neither the agent nor the service remembers.
    await mock.stop();
    await node.kill();
    node.start();
    await mock.start({ terminated: 0 });
    await until(node, "completed", async () => (await completed("terminate")).length > 0);
    expect(await completed("terminate")).toEqual([`${MOCK_INSTANCE} CONTINUE`]);
    // An expired token is renewed without a word.
    expect(node.journal().filter(({ error }) => String(error).includes("401"))).toEqual([]);
  });

  test("stops its tool at a spot notice, and does not wait for the load balancer", async () => {
    await mock.start();
    const node = await inService({ deregistration_seconds: 3600 });
    expect(stops(node)).toEqual([]);
    await restarted(node, { spotNotice: 0 });
    await until(node, "stopped", () => node.calls().includes("systemctl stop traffic-mirror-tool.service"));
    const reason = async () => (await node.health())?.checks?.["lifecycle"]?.reason;
    await until(node, "said why", async () => (await reason())?.includes("spot") === true);
  });

  test("is not put into service by a service that says nothing yet", async () => {
    await mock.stop();
    const bucket = await createBucket(s3Of(cloud));
    const node = await createNode(cloud, { bucket, metadata: mock.url });
    nodes.push(node);
    node.start();
    await until(node, "it notices", () => complaints(node) > 0);
    expect((await node.health())?.status).not.toBe(200);
    expect(await completed("launch")).toEqual([]);
    await mock.start();
    await until(node, "in service", async () => (await node.health())?.status === 200, 60);
    expect(await completed("launch")).toEqual([`${MOCK_INSTANCE} CONTINUE`]);
  });
});

/** Runs Python with the node's programs on its path. */
const python = (args: readonly string[], environment: Record<string, string> = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn("python3", args, {
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONPATH: bin,
        AWS_ENDPOINT_URL: cloud.url,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: mock.url,
        ...environment,
      },
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    }
    child.once("error", reject);
    child.once("close", () => resolve(said.trim()));
  });

describe("the programs in Python", () => {
  test("read metadata and the role's credentials, and wait for a service that is starting", async () => {
    await mock.stop();
    const asked = python([
      "-c",
      'import aws; print(aws.metadata("meta-data/instance-id"), aws.credentials()["AccessKeyId"])',
    ]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await mock.start();
    expect(await asked).toBe(`${MOCK_INSTANCE} 12345678901`);
  });

  test("say which path there is not", async () => {
    await mock.start();
    expect(await python(["-c", 'import aws; aws.metadata("meta-data/nothing")'])).toMatch(
      /RuntimeError: http:\/\/127\.0\.0\.1:\d+\/latest\/meta-data\/nothing answered 404/,
    );
  });

  test("abandon the launch of their own instance", async () => {
    await mock.start();
    const folder = mkdtempSync(join(tmpdir(), "bootstrap-"));
    const piece = { key: "agent.zip", version: "1", sha256: "0" };
    mkdirSync(join(folder, "etc", "traffic-mirror"), { recursive: true });
    writeFileSync(
      join(folder, "etc", "traffic-mirror", "manifest.json"),
      JSON.stringify({
        region: "eu-west-1",
        dns_suffix: "amazonaws.com",
        code_endpoint: `${cloud.url}/code`,
        autoscaling_group_name: "capture-node",
        launch_hook: "launch",
        more_units: [],
        files: piece,
        agent: piece,
      }),
    );
    const said = await python([join(bin, "bootstrap")], {
      TRAFFIC_MIRROR_ROOT: folder,
      TRAFFIC_MIRROR_TRIES: "1",
    });
    rmSync(folder, { recursive: true });
    expect(said).toContain("/code/agent.zip?versionId=1 answered 404");
    expect(await completed("launch")).toEqual([`${MOCK_INSTANCE} ABANDON`]);
  });
});
