/**
 * What leaves and what is exchanged under sessions: filters, targets, the key of a VPC, a VPC, each under 300 that are
 * looked at all the time; and at the end everything, under 3,000. test/e2e/scenarios has the same with a handful of
 * sessions and in one account.
 */
import { DescribeTrafficMirrorTargetsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { tagsOf } from "../support/aws.js";
import { ClientWorld, DEFAULT_TAGS, isOurs, SWEEP } from "./client/world.js";

const world = new ClientWorld();
const filterOf = (key: string) => `module.mirror_endpoint.aws_ec2_traffic_mirror_filter.this["${key}"]`;
const targetOf = (key: string) => `module.mirror_endpoint.aws_ec2_traffic_mirror_target.this["${key}"]`;

beforeAll(async () => {
  await world.start();
  await world.strangers(3);
});

afterAll(async () => {
  await world.stop();
});

/** The same sessions as before, each changed in place; none was without a working target and filter meanwhile. */
const changedInPlace = async (...apply: Parameters<ClientWorld["apply"]>): Promise<void> => {
  const before = await world.byInterface(world.prod);
  expect(Object.keys(before)).toHaveLength(world.prod.interfaceIds.length);
  const { samples, fewest } = await world.watched(world.prod, ...apply);
  expect(samples).toBeGreaterThan(5);
  expect(fewest).toBe(world.prod.interfaceIds.length);
  expect(await world.byInterface(world.prod)).toEqual(before);
};

/** Distinct values of our sessions in prod. */
const used = async (of: "TrafficMirrorFilterId" | "TrafficMirrorTargetId"): Promise<readonly string[]> => {
  const ids = new Set(world.prod.interfaceIds);
  const sessions = (await world.ours()).filter((each) => ids.has(each.NetworkInterfaceId ?? ""));
  return [...new Set(sessions.map((each) => each[of] ?? ""))].sort();
};

const targetsOf = async (key: string): Promise<readonly string[]> =>
  Object.values((await world.outputs()).vpcs[key]?.targets ?? {})
    .map((each) => each.target_id)
    .sort();

test("a first apply of more sources than its guardrail allows makes no session, and says how many and what they cost", async () => {
  const said = await world.tryApply("first apply, held", { first_apply_sessions: 299 });
  expect(said).toContain(
    "first apply held: sources select 300 interfaces, whose sessions cost about 3285 $ a month, and " +
      "guardrails.first_apply_sessions allows a first apply 299; none was made. If that is meant, set " +
      "guardrails.first_apply_sessions to 300 or more and apply again",
  );
  expect(await world.ours()).toEqual([]);
});

test("acknowledged, an apply mirrors the sources that run already, with the provider's default_tags", async () => {
  await world.apply("apply", { first_apply_sessions: 300 });
  const sessions = await world.ours();
  expect(sessions).toHaveLength(300);
  for (const { Tags } of sessions) expect(tagsOf(Tags)).toMatchObject(DEFAULT_TAGS);
  expect(await world.plan()).toEqual([]);
});

test("another filter: every session changes to it in place", async () => {
  const [old] = await used("TrafficMirrorFilterId");
  await changedInPlace("another filter", {}, [filterOf("prod")]);
  const now = await used("TrafficMirrorFilterId");
  expect(now).toEqual([(await world.outputs()).vpcs["prod"]?.filter_id]);
  expect(now).not.toEqual([old]);
  expect((await world.aws.inventory())["filters"]).not.toContain(old);
  expect(await world.madeAndRemoved()).toEqual({ made: 0, removed: 0 });
});

test("another target: its zone's sessions change to it in place", async () => {
  const old = await used("TrafficMirrorTargetId");
  await changedInPlace("another target", {}, [targetOf("prod/eu-west-1a")]);
  const now = await used("TrafficMirrorTargetId");
  expect(now).toEqual(await targetsOf("prod"));
  expect(now.filter((id) => old.includes(id))).toHaveLength(1);
  expect(await world.madeAndRemoved()).toEqual({ made: 0, removed: 0 });
});

test("another key for a VPC: filter, endpoints and targets are made anew, sessions change in place", async () => {
  const old = await used("TrafficMirrorTargetId");
  const vpcs = { production: world.entry("prod"), lab: world.entry("lab") };
  await changedInPlace("another key", { vpcs });
  const now = await used("TrafficMirrorTargetId");
  expect(now).toEqual(await targetsOf("production"));
  expect(now.filter((id) => old.includes(id))).toEqual([]);
  expect(await world.madeAndRemoved()).toEqual({ made: 0, removed: 0 });
  expect(await world.plan()).toEqual([]);
});

test("another key where a zone takes one endpoint: endpoints keep theirs by `state mv`", async () => {
  const endpoints = (await world.aws.inventory())["endpoints"];
  await world.cloud.setSwitches({ "endpoints-per-zone": "one" });
  for (const zone of Object.keys(world.prod.subnets)) {
    for (const resource of ["terraform_data.subnet", "aws_vpc_endpoint.this"]) {
      const address = (key: string) => `module.mirror_endpoint.${resource}["${key}/${zone}"]`;
      await world.terraform.move(address("production"), address("live"));
    }
  }
  const vpcs = { live: world.entry("prod"), lab: world.entry("lab") };
  await changedInPlace("another key, one endpoint in a zone", { vpcs });
  expect(await used("TrafficMirrorTargetId")).toEqual(await targetsOf("live"));
  expect((await world.aws.inventory())["endpoints"]).toEqual(endpoints);
  expect(await world.madeAndRemoved()).toEqual({ made: 0, removed: 0 });
});

test("another path for roles and policies: they are made anew, and functions and sessions stay", async () => {
  await changedInPlace("another IAM path", { iam_path: "/mirroring/" });
  expect(await world.madeAndRemoved()).toEqual({ made: 0, removed: 0 });
  expect(await world.plan()).toEqual([]);
  // By their new roles, functions make and remove what is theirs.
  const launched = await world.aws.launch({ subnetId: Object.values(world.lab.subnets)[0] ?? "" });
  await world.cloud.idle();
  expect((await world.ours()).map((each) => each.NetworkInterfaceId)).toContain(launched.interfaceIds[0]);
  await world.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [launched.instanceId] }));
  await world.cloud.idle();
  expect(await world.ours()).toHaveLength(300);
  expect(await world.cloud.denials()).toEqual([]);
});

test("a VPC with most of the sessions does not leave unasked", async () => {
  const said = await world.tryApply("most held", { vpcs: { lab: world.entry("lab") } });
  expect(said).toContain("removal held: this change would remove 270 of 300 sessions");
  expect(said).toContain("guardrails.acknowledged_until");
  expect(await world.ours()).toHaveLength(300);
  const { fewest } = await world.watched(world.prod, "back");
  expect(fewest).toBe(world.prod.interfaceIds.length);
  expect(await world.plan()).toEqual([]);
});

test("a VPC leaves: its sessions go before its targets, and no other session is touched", async () => {
  const gone = await targetsOf("lab");
  expect(gone).toHaveLength(1);
  await changedInPlace("without a VPC", { vpcs: { live: world.entry("prod") } });
  expect(Object.keys(await world.byInterface(world.lab))).toEqual([]);
  expect(await world.madeAndRemoved()).toEqual({ made: 0, removed: 30 });
  const { TrafficMirrorTargets = [] } = await world.aws.ec2.send(new DescribeTrafficMirrorTargetsCommand({}));
  expect(TrafficMirrorTargets.map((each) => each.TrafficMirrorTargetId)).not.toContain(gone[0]);
});

test("ten times as many sources, and the VPC back again: all are mirrored by the apply", async () => {
  await world.grow(2700);
  await world.apply("3,000 sources", { vpcs: { live: world.entry("prod"), lab: world.entry("lab") } });
  expect(await world.ours()).toHaveLength(3000);
});

test("a destroy that runs out of time says how many are left, and goes on when run again", async () => {
  // Ten seconds are the function's margin: twenty are left for draining.
  await world.time(30);
  // However fast or slow the machine is, EC2 lets a thousand out each time.
  const ration = { name: "ration", action: "ec2:DeleteTrafficMirrorSession", capacity: 1000, refill: 0 };
  const left = [3000];
  try {
    for (const attempt of ["destroy, cut short", "destroy, cut short again"]) {
      await world.cloud.interfere({ throttling: [ration] });
      const said = await world.destroy(attempt);
      const now = (await world.ours()).length;
      expect(said).toContain(`${String((left.at(-1) ?? 0) - now)} sessions removed, ${String(now)} are left`);
      expect(said).toContain("run destroy again to go on");
      left.push(now);
    }
  } finally {
    await world.cloud.interfere({});
  }
  process.stderr.write(`sessions left by each try: ${left.join(", ")}\n`);
  expect(left[1]).toBeLessThan(3000);
  expect(left[2]).toBeLessThan(left[1] ?? 0);
  expect(left[2]).toBeGreaterThan(0);
});

test("a destroy that was begun is taken back by an apply", async () => {
  // Terraform finds the function's time changed as well, and puts it back.
  await world.apply("all again");
  expect(await world.ours()).toHaveLength(3000);
});

test("a destroy without the function that drains stops with every session there, and an apply makes it whole", async () => {
  const all = (await world.ours()).length;
  await world.aws.lambda.send(new DeleteFunctionCommand({ FunctionName: SWEEP }));
  const said = await world.destroy("destroy without the sweep");
  expect(said).toContain("ResourceNotFoundException");
  expect(all).toBeGreaterThan(0);
  expect(await world.ours()).toHaveLength(all);
  await world.apply("apply after the sweep was deleted");
  expect(await world.plan()).toEqual([]);
  expect(await world.ours()).toHaveLength(all);
});

test("with the time that it is deployed with, one destroy removes all 3,000; what others made stays", async () => {
  const strangers = (await world.aws.sessions()).filter((each) => !isOurs(each));
  expect(strangers).toHaveLength(3);
  expect(await world.destroy("destroy")).toBe("");
  expect(await world.terraform.resources()).toEqual([]);
  expect(await world.aws.sessions()).toEqual(strangers);
  expect(await world.aws.inventory()).toEqual({
    sessions: strangers.map((each) => each.TrafficMirrorSessionId),
    targets: [strangers[0]?.TrafficMirrorTargetId],
    filters: [strangers[0]?.TrafficMirrorFilterId],
    endpoints: [],
    functions: [],
    queues: [],
    tables: [],
    "log groups": [],
  });
});

test("no function was refused by its role, and the local cloud answered every call", async () => {
  expect(await world.cloud.denials()).toEqual([]);
  expect(await world.cloud.gaps()).toEqual([]);
  expect(await world.cloud.refused()).toEqual([]);
  expect(await world.cloud.undelivered()).toEqual([]);
});
