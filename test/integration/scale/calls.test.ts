/**
 * How many calls the functions make, over HTTP with the real SDK: the numbers that the bench times as well. The
 * handlers run in this process, from their sources, with the environment of a deployed function.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { createAccount, WHERE, type Account, type Added } from "../../bench/account.js";
import { batchOf, callsOf, pagesOf, type Calls } from "../../bench/fleet.js";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";

const INTERFACES = 2000;
const PAGES = 2 * pagesOf(INTERFACES);
/** Filters, targets, endpoints, endpoint services, and what is registered behind them. */
const BESIDE_THE_PAGES = 7;
const READS_A_BATCH = 3;

interface Functions {
  reconcile(event: SQSEvent, context: Context): Promise<SQSBatchResponse>;
  sweep(event: unknown, context: Context): Promise<object>;
}

let cloud: LocalCloud;
let account: Account;
let functions: Functions;
const before = { ...process.env };

const context = (seconds: number): Context =>
  ({
    getRemainingTimeInMillis: () => seconds * 1000,
    invokedFunctionArn: `arn:aws:lambda:${WHERE.region}:${WHERE.account}:function:bench`,
  }) as Context;

const sweep = () => functions.sweep({}, context(900));
const deliver = async (instanceIds: readonly string[]): Promise<SQSBatchResponse> =>
  functions.reconcile(batchOf(instanceIds, Date.now()) as unknown as SQSEvent, context(60));
const counted = async (work: () => Promise<unknown>): Promise<Calls> => {
  await cloud.resetCounts();
  await work();
  return callsOf(await cloud.counts());
};

beforeAll(async () => {
  cloud = await startLocalCloud();
  account = await createAccount(cloud, { perSecond: 100_000, burst: 100_000 });
  const deployed = await account.aws.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: account.functionName("sweep") }),
  );
  // Before the handlers are imported: that is when they read it.
  Object.assign(process.env, deployed.Environment?.Variables, cloud.env(), {
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
  });
  functions = {
    reconcile: (await import("../../../functions/reconcile/handler.js")).handler,
    sweep: (await import("../../../functions/sweep/handler.js")).handler,
  };
});

afterAll(async () => {
  process.env = before;
  await cloud.stop();
});

describe(`an account of ${String(INTERFACES)} interfaces`, () => {
  let named: Added;

  test("a cold sweep: one create for each, no other mutation, the pages and what lies beside them", async () => {
    await account.add(INTERFACES);
    const calls = await counted(async () => {
      expect(await sweep()).toMatchObject({ selected: INTERFACES, created: INTERFACES, complete: true });
    });
    expect(calls).toMatchObject({ creates: INTERFACES, others: 0, throttled: 0 });
    expect(calls.reads).toBeLessThanOrEqual(PAGES + BESIDE_THE_PAGES);
  });

  test("a steady sweep: a page of instances and one of sessions for every thousand, and no mutation", async () => {
    const { byAction, reads, creates, others } = await counted(async () => {
      expect(await sweep()).toMatchObject({ mirrored: INTERFACES, created: 0, complete: true });
    });
    expect({ creates, others }).toEqual({ creates: 0, others: 0 });
    expect(byAction["DescribeInstances"]).toBe(pagesOf(INTERFACES));
    expect(byAction["DescribeTrafficMirrorSessions"]).toBe(pagesOf(INTERFACES));
    expect(reads).toBeLessThanOrEqual(PAGES + BESIDE_THE_PAGES);
  });

  test("a batch of events about ten instances with five interfaces each: three reads, fifty creates", async () => {
    // Targets and endpoints are cached for a minute: the first batch of a process reads them for those after it.
    const warm = await account.add(1);
    await deliver(warm.instances.map(({ id }) => id));
    named = await account.add(10, 5);
    const calls = await counted(async () => {
      expect(await deliver(named.instances.map(({ id }) => id))).toEqual({ batchItemFailures: [] });
    });
    expect(calls).toMatchObject({ creates: 50, others: 0 });
    expect(calls.reads).toBeLessThanOrEqual(READS_A_BATCH);
  });

  test("the same events again, and twice in one batch: no mutation", async () => {
    const ids = named.instances.map(({ id }) => id);
    const calls = await counted(() => deliver([...ids, ...ids]));
    expect(calls).toMatchObject({ creates: 0, others: 0 });
    expect(calls.reads).toBeLessThanOrEqual(READS_A_BATCH);
  });

  test("events about instances outside the policy's VPCs cost one read", async () => {
    const { instances } = await cloud.fleet<Added>({
      do: "add",
      ...WHERE,
      spec: {
        count: 10,
        vpcId: "vpc-0fffffffffffffff0",
        subnets: [{ subnetId: "subnet-0ffffffffffffffff", zone: "eu-west-1a" }],
      },
    });
    const calls = await counted(() => deliver(instances.map(({ id }) => id)));
    expect(calls.byAction).toEqual({ DescribeInstances: 1 });
  });

  test("a sweep over what the events made: no mutation", async () => {
    const calls = await counted(async () => {
      expect(await sweep()).toMatchObject({ mirrored: INTERFACES + 51, complete: true });
    });
    expect(calls).toMatchObject({ creates: 0, others: 0 });
  });
});
