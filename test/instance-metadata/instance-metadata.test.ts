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
  await until(node, "in service", async () => (await node.health())?.status === 200);
  return node;
};
const completed = async (hook: string) =>
  (await cloud.lifecycle()).filter((call) => call.action === "CompleteLifecycleAction" && call.hook === hook);
const complaints = (node: CaptureNode): number =>
  node.journal().filter(({ message }) => String(message).includes("metadata service")).length;

describe("the agent", () => {
  test("goes into service, lives through a restart of the service, and leaves when the group says so", async () => {
    await mock.start();
    const node = await inService({});
    expect(await completed("launch")).toMatchObject([{ instance: MOCK_INSTANCE, result: "CONTINUE" }]);
    await mock.stop();
    await until(node, "it notices", () => complaints(node) > 0);
    await mock.start({ terminated: 4 });
    const before = complaints(node);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    // The token of the service before is renewed without a word.
    expect(complaints(node)).toBe(before);
    expect((await node.health())?.phase).toBe("in-service");
    await until(node, "completed", async () => (await completed("terminate")).length === 1);
    expect(await completed("terminate")).toMatchObject([{ instance: MOCK_INSTANCE, result: "CONTINUE" }]);
  });

  test("stops its tool at a spot notice", async () => {
    await mock.start({ spotNotice: 6 });
    const node = await inService({ deregistration_seconds: 60 });
    expect(node.calls().filter((call) => call.startsWith("systemctl stop"))).toEqual([]);
    await until(node, "stopped", () => node.calls().includes("systemctl stop traffic-mirror-tool.service"));
    expect((await node.health())?.checks?.["lifecycle"]?.reason).toContain("spot");
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
    expect(await completed("launch")).toMatchObject([{ instance: MOCK_INSTANCE, result: "ABANDON" }]);
  });
});
