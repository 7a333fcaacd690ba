/**
 * A team that applied the first version which mirrored anything upgrades to this one, while instances run, start
 * and end: examples/single-account of then and of now over one state, real Terraform and provider, the bundles as
 * each version committed them, on the local cloud.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TerminateInstancesCommand, type TrafficMirrorSession } from "@aws-sdk/client-ec2";
import { root } from "../../scripts/lib/run.js";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { createAws, tagsOf, type Aws, type Launched } from "../support/aws.js";
import { covered, watch } from "../support/coverage.js";
import { LOCAL_PROVIDER, TerraformRoot, type TerraformLine } from "../support/terraform.js";
import { treeOf, WHOLE_PATH_ONCE } from "./history.js";

const CONTROLLER = "traffic-mirror";
const MARKED = { Mirror: "true" };
/** The schedule's minute here, as its part of one: sweeps of both versions come in the middle of the apply. */
const SCHEDULE_SCALE = 0.1;

interface Outputs {
  readonly source_subnets: Readonly<Record<string, string>>;
}

let cloud: LocalCloud;
let aws: Aws;
let terraform: TerraformRoot;
let subnets: readonly string[] = [];
const running: Launched[] = [];
const applied: TerraformLine[] = [];

const launch = async (subnetId: string, interfaces = 1): Promise<Launched> => {
  const launched = await aws.launch({ subnetId, interfaces, tags: MARKED });
  running.push(launched);
  return launched;
};

const interfaceIds = (): readonly string[] => running.flatMap((each) => each.interfaceIds);

const ours = async (): Promise<readonly TrafficMirrorSession[]> =>
  (await aws.sessions()).filter(({ Tags }) => tagsOf(Tags)["traffic-mirror:controller"] === CONTROLLER);

/** Interface → session. */
const byInterface = async (): Promise<ReadonlyMap<string, string>> =>
  new Map((await ours()).map((each) => [each.NetworkInterfaceId ?? "", each.TrafficMirrorSessionId ?? ""]));

/** Asks until all of them are covered, for as long as a schedule's minute and a sweep may take here. */
const untilCovered = async (ids: readonly string[]): Promise<readonly string[]> => {
  const end = Date.now() + 60_000;
  for (;;) {
    const now = await covered(aws, CONTROLLER);
    const missing = ids.filter((id) => !now.has(id));
    if (missing.length === 0 || Date.now() > end) return missing;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};

const timed = async (label: string, work: () => Promise<void>): Promise<void> => {
  const began = performance.now();
  await work();
  process.stderr.write(`${label}: ${Math.round((performance.now() - began) / 1000)} s\n`);
};

beforeAll(async () => {
  const old = treeOf(WHOLE_PATH_ONCE);
  const logFile = join(root, "reports", "upgrade-cloud.log");
  mkdirSync(join(root, "reports"), { recursive: true });
  rmSync(logFile, { force: true });
  cloud = await startLocalCloud({ logFile });
  await cloud.setSchedules({ scale: SCHEDULE_SCALE });
  // As strict as EC2 might be: an endpoint cannot go while a target names it, nor a second one come beside it.
  await cloud.setSwitches({ "endpoint-behind-target": "kept", "endpoints-per-zone": "one" });
  aws = createAws(cloud.env());
  terraform = new TerraformRoot({
    example: "examples/single-account",
    tree: old,
    name: "upgrade",
    env: cloud.env(),
    overrides: { provider: LOCAL_PROVIDER },
    onLine: (line) => applied.push(line),
  });
  await terraform.init();
  await timed("apply of the first version", () => terraform.apply());
  subnets = Object.values((await terraform.outputs<Outputs>()).source_subnets);
  for (const subnetId of subnets) {
    await launch(subnetId);
    await launch(subnetId, 2);
  }
});

afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
  (terraform as TerraformRoot | undefined)?.remove();
});

test("a clone without the history is told what it lacks", () => {
  const unknown = "0".repeat(40);
  expect(() => treeOf(unknown)).toThrow(/not in this clone[^]*git fetch --unshallow/);
});

test("the first version mirrors what runs", async () => {
  expect(interfaceIds()).toHaveLength(9);
  expect(await untilCovered(interfaceIds())).toEqual([]);
});

test("the upgrade leaves no source uncovered, and every session as it was", async () => {
  const [first = ""] = subnets;
  const before = await byInterface();
  const watched = interfaceIds();
  terraform.switchTo(root);
  await terraform.init();
  applied.length = 0;
  await cloud.resetCounts();
  let meanwhile: Launched | undefined;
  const found = await watch({ aws, controller: CONTROLLER }, watched, async () => {
    const applying = timed("apply of this version over it", () => terraform.apply());
    // What starts while functions, rules and policies are being exchanged is nobody's loss either.
    const launching = new Promise((resolve) => setTimeout(resolve, 15_000)).then(async () => {
      meanwhile = await launch(first);
    });
    await Promise.all([applying, launching]);
  });
  process.stderr.write(`${found.samples} looks, at least ${found.fewest} of ${watched.length} covered\n`);
  expect(found.samples).toBeGreaterThan(20);
  expect(found.fewest).toBe(watched.length);
  expect(await untilCovered(interfaceIds())).toEqual([]);
  // The very same sessions, not others in their place.
  const after = await byInterface();
  expect([...after].filter(([id]) => before.has(id))).toEqual([...before]);
  expect(meanwhile && after.has(meanwhile.interfaceIds[0] ?? "")).toBe(true);
  const { actions } = await cloud.counts();
  expect(actions["ec2:DeleteTrafficMirrorSession"]?.calls ?? 0).toBe(0);
});

test("nothing that traffic passes is replaced", () => {
  const replaced = applied.flatMap(({ type, hook }) =>
    type === "apply_start" && hook?.action === "delete" ? [hook.resource.resource_type] : [],
  );
  const path = [
    "aws_autoscaling_group",
    "aws_ec2_traffic_mirror_filter",
    "aws_ec2_traffic_mirror_filter_rule",
    "aws_ec2_traffic_mirror_target",
    "aws_launch_template",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_target_group",
    "aws_s3_bucket",
    "aws_sqs_queue",
    "aws_vpc_endpoint",
    "aws_vpc_endpoint_service",
  ];
  process.stderr.write(`destroyed on the way: ${JSON.stringify(replaced)}\n`);
  expect(replaced.filter((type) => path.includes(type))).toEqual([]);
});

test("a second plan is empty", async () => {
  expect(await terraform.plan()).toEqual([]);
});

test("events are worked off by what the upgrade has put there", async () => {
  const [, second = ""] = subnets;
  await cloud.setSchedules({ paused: true });
  const launched = await launch(second, 2);
  await cloud.idle();
  const now = await byInterface();
  expect(launched.interfaceIds.filter((id) => !now.has(id))).toEqual([]);
  await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [launched.instanceId] }));
  running.splice(running.indexOf(launched), 1);
  await cloud.idle();
  expect((await ours()).length).toBe(interfaceIds().length);
});

test("what was upgraded is destroyed without a trace", async () => {
  await timed("destroy", () => terraform.destroy());
  expect(await terraform.resources()).toEqual([]);
  const left = await aws.inventory();
  expect(Object.entries(left).filter(([, names]) => names.length > 0)).toEqual([]);
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
  expect(await cloud.denials()).toEqual([]);
  expect(await cloud.undelivered()).toEqual([]);
});
