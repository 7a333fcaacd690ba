/**
 * An account with neighbours, over HTTP with the real SDK: another account shares a target with it, whose load balancer
 * it may not ask about, and makes sessions on its own target in return, which it sees; answers lag by up to three
 * seconds. The handlers run in this process, from their sources, with the environment of a deployed function.
 */
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  DescribeSubnetsCommand,
  DescribeTrafficMirrorTargetsCommand,
  type TrafficMirrorSession,
} from "@aws-sdk/client-ec2";
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { CONTROLLER, createAccount, WHERE, type Account, type Added } from "../bench/account.js";
import { batchOf } from "../bench/fleet.js";
import { createAws, type Aws } from "../support/aws.js";
import { loadBalancerTarget } from "../support/load-balancer-target.js";
import { sessionsHalfSigned } from "../support/half-signed.js";

const OTHER = { ...WHERE, account: "222222222222" };
/** More than the quota of sessions would leave room for, were they counted as this account's. */
const SESSIONS_OF_OTHER = 20;
const QUOTA = 16;

interface Functions {
  reconcile(event: SQSEvent, context: Context): Promise<SQSBatchResponse>;
  sweep(event: unknown, context: Context): Promise<object>;
}
interface Network {
  readonly vpcId: string;
  readonly subnets: readonly { readonly subnetId: string; readonly zone: string }[];
}

let cloud: LocalCloud;
let account: Account;
let neighbour: Aws;
let network: Network;
let functions: Functions;
let targets: { readonly ofVpc: string; readonly own: string; readonly shared: string };
let sharedLoadBalancer: string;
let sensor: string;
const before = { ...process.env };

const context = {
  getRemainingTimeInMillis: () => 120_000,
  invokedFunctionArn: `arn:aws:lambda:${WHERE.region}:${WHERE.account}:function:bench`,
} as Context;
const sweep = () => functions.sweep({}, context);
const deliver = (ids: readonly string[]) =>
  functions.reconcile(batchOf(ids, Date.now()) as unknown as SQSEvent, context);

const elbOf = (at: string) =>
  new ElasticLoadBalancingV2Client({
    endpoint: cloud.url,
    region: WHERE.region,
    credentials: { accessKeyId: at, secretAccessKey: "local" },
    maxAttempts: 1,
  });

/** Instances of whichever rule, that no event tells of. */
const add = async (rule: string, count: number, where = WHERE) =>
  cloud.fleet<Added>({
    do: "add",
    ...where,
    spec: { count, ...network, subnets: [...network.subnets], tags: { Mirror: rule } },
  });

/** The bench's policy, with a rule for each kind of target. */
const putPolicy = async ({ ssm }: Aws, own: string, shared: string) => {
  const Name = `/${CONTROLLER}/policy`;
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const policy = JSON.parse(Parameter?.Value ?? "{}") as {
    vpcs: [{ vpc_id: string; targets: readonly { target_id: string; availability_zone: string }[] }];
  };
  const rule = (name: string, target_id: string | null) => ({ name, tags: { Mirror: name }, target_id });
  const tags = [rule("vpc", null), rule("own", own), rule("shared", shared)];
  const Value = JSON.stringify({ ...policy, sources: { tags } });
  await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true, Type: "String" }));
  return policy.vpcs[0];
};

/** As they are, since the answers of the test's own reads lag as well. */
const sessions = async (at: Aws, owner: string): Promise<readonly TrafficMirrorSession[]> => {
  await cloud.interfere({});
  const all = await at.sessions();
  await lag();
  return all.filter(({ OwnerId }) => OwnerId === owner);
};
const lag = (seed = 1) =>
  cloud.interfere({ seed, stale: { sessions: { ms: 0, jitter: 3_000 }, instances: { ms: 0, jitter: 500 } } });
const targetsOf = (all: readonly TrafficMirrorSession[]) =>
  all.map(({ TrafficMirrorTargetId = "" }) => TrafficMirrorTargetId);

beforeAll(async () => {
  cloud = await startLocalCloud();
  await cloud.setSwitches({ "tags-of-others": "shown" });
  account = await createAccount(cloud, { perSecond: 1000, burst: 1000 });
  const { aws } = account;
  neighbour = createAws(cloud.env(OTHER.account));
  const { Subnets: [theirs] = [] } = await neighbour.ec2.send(new DescribeSubnetsCommand({}));
  const shared = await loadBalancerTarget(
    { ec2: neighbour.ec2, elb: elbOf(OTHER.account) },
    theirs?.SubnetId ?? "",
  );
  sharedLoadBalancer = shared.LoadBalancerArn;
  const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: `/${CONTROLLER}/policy` }));
  const vpcId = /"vpc_id":"([^"]+)"/.exec(Parameter?.Value ?? "")?.[1] ?? "";
  const { Subnets = [] } = await aws.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }),
  );
  const subnets = Subnets.map(({ SubnetId = "", AvailabilityZone = "" }) => ({
    subnetId: SubnetId,
    zone: AvailabilityZone,
  }));
  network = { vpcId, subnets };
  const first = subnets[0]?.subnetId ?? "";
  sensor = (await aws.launch({ subnetId: first, tags: { Mirror: "vpc" } })).instanceId;
  const own = await loadBalancerTarget({ ec2: aws.ec2, elb: elbOf(WHERE.account) }, first, sensor);
  const vpc = await putPolicy(aws, own.targetId, shared.targetId);
  targets = { ofVpc: vpc.targets[0]?.target_id ?? "", own: own.targetId, shared: shared.targetId };
  await cloud.ec2({
    shares: [
      { ...OTHER, targetId: targets.shared, with: [WHERE.account] },
      { ...WHERE, targetId: targets.ofVpc, with: [OTHER.account] },
    ],
  });
  const { instances } = await add("vpc", SESSIONS_OF_OTHER, OTHER);
  const theirInterfaces = instances.flatMap(({ interfaceIds }) => interfaceIds);
  await sessionsHalfSigned(neighbour.ec2, theirInterfaces, targets.ofVpc, CONTROLLER);
  const deployed = await aws.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: account.functionName("sweep") }),
  );
  // Before the handlers are imported: that is when they read it.
  Object.assign(process.env, deployed.Environment?.Variables, cloud.env(), {
    SESSION_QUOTA: String(QUOTA),
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
  });
  functions = {
    reconcile: (await import("../../functions/reconcile/handler.js")).handler,
    sweep: (await import("../../functions/sweep/handler.js")).handler,
  };
});
afterAll(async () => {
  process.env = before;
  await cloud.stop();
});

test("the cloud shows the neighbour: its target, its sessions, and nothing of its load balancer", async () => {
  const { TrafficMirrorTargets = [] } = await account.aws.ec2.send(
    new DescribeTrafficMirrorTargetsCommand({ TrafficMirrorTargetIds: [targets.shared] }),
  );
  expect(TrafficMirrorTargets).toMatchObject([
    { OwnerId: OTHER.account, NetworkLoadBalancerArn: sharedLoadBalancer },
  ]);
  expect(await sessions(account.aws, OTHER.account)).toHaveLength(SESSIONS_OF_OTHER);
  const elb = elbOf(WHERE.account);
  const refusal = {
    name: "ValidationError",
    message: expect.stringContaining("is not a valid load balancer ARN"),
  };
  await expect(
    elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: sharedLoadBalancer })),
  ).rejects.toMatchObject(refusal);
  await expect(
    elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [sharedLoadBalancer] })),
  ).rejects.toMatchObject(refusal);
  elb.destroy();
});

test("sweeps mirror onto each kind of target, and count what is this account's", async () => {
  for (const rule of ["vpc", "own", "shared"]) await add(rule, 4);
  await lag();
  // Lists of instances are late by half a second at most.
  await setTimeout(600);
  expect(await sweep()).toMatchObject({
    mirrored: 12,
    uncovered: { "behind-target": 1 },
    foreign: 0,
    deleted: 0,
    complete: true,
  });
  const made = await sessions(account.aws, WHERE.account);
  const of = (id: string) => targetsOf(made).filter((targetId) => targetId === id).length;
  expect([made.length, of(targets.own), of(targets.shared)]).toEqual([12, 4, 4]);
});

test("later sweeps, whose lists lack or still have what was, double and delete nothing", async () => {
  for (let seed = 1; seed <= 4; seed++) {
    await lag(seed);
    expect(await sweep()).toMatchObject({ mirrored: 12, foreign: 0, deleted: 0 });
  }
  expect(await sessions(account.aws, WHERE.account)).toHaveLength(12);
});

test("events mirror as well, up to this account's quota", async () => {
  const { instances } = await add("shared", QUOTA - 12);
  await lag();
  expect(await deliver(instances.map(({ id }) => id))).toEqual({ batchItemFailures: [] });
  expect(await sweep()).toMatchObject({ uncovered: { "behind-target": 1 }, deleted: 0 });
  const made = await sessions(account.aws, WHERE.account);
  expect(made).toHaveLength(QUOTA);
  expect(targetsOf(made).filter((id) => id === targets.shared)).toHaveLength(8);
});

test("what is behind the account's own load balancer is not mirrored", async () => {
  const explained = await functions.sweep({ explain: true }, context);
  const { not_mirrored: left } = explained as {
    not_mirrored: readonly { instance?: string; reason: string }[];
  };
  expect(left.find(({ instance }) => instance === sensor)).toMatchObject({ reason: "behind-target" });
});

test("a drain ends this account's sessions, and leaves the neighbour's", async () => {
  await lag();
  const drained = await functions.sweep({ reason: "drain", tf: { action: "delete" } }, context);
  expect(drained).toMatchObject({ remaining: 0 });
  expect(await sessions(account.aws, WHERE.account)).toEqual([]);
  expect(await sessions(neighbour, OTHER.account)).toHaveLength(SESSIONS_OF_OTHER);
});

test("the local cloud was asked nothing that it cannot do", async () => {
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
});
