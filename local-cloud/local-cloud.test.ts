/** The local cloud as a whole: moto, the front, events, queues and a real zip, without Terraform. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { AddPermissionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { rawCall } from "./raw-call.js";
import { startLocalCloud, type LocalCloud } from "./index.js";
import { createFunction, eventToQueue, lambdaOf, mapQueue, queueOf, sdk } from "./support/resources.js";

const HUB = "111111111111";
const CLIENT = "222222222222";
const STRANGER = "333333333333";
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

describe("moto", () => {
  test("answers reads while others write: it locks nothing, and is asked one call at a time", async () => {
    const alarm = (index: number) => ({
      Action: "PutMetricAlarm",
      Version: "2010-08-01",
      AlarmName: `alarm-${String(index)}`,
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: "1",
      MetricName: "m",
      Namespace: "n",
      Period: "60",
      Statistic: "Sum",
      Threshold: "1",
    });
    const list = { Action: "DescribeAlarms", Version: "2010-08-01" };
    const calls = Array.from({ length: 150 }, (_, index) => [alarm(index), list]).flat();
    await Promise.all(calls.map((form) => rawCall(cloud.env(CLIENT), "monitoring", { form })));
    const listed = await rawCall(cloud.env(CLIENT), "monitoring", { form: { ...list, MaxRecords: "100" } });
    expect(listed).toContain("alarm-1<");
  });
});

describe("functions", () => {
  test("run the uploaded zip in a warm process on Node 22", async () => {
    const name = await createFunction(
      cloud,
      HUB,
      "let calls = 0; export const handler = async (event, context) => ({ calls: ++calls, event, node: process.version," +
        " name: context.functionName, left: context.getRemainingTimeInMillis() > 0, own: process.env.OWN });",
      { environment: { OWN: "x" } },
    );
    const invoke = () =>
      lambdaOf(cloud, HUB).send(
        new InvokeCommand({ FunctionName: name, Payload: '{\n"a": 1}', LogType: "Tail" }),
      );
    await invoke();
    const second = await invoke();
    expect(JSON.parse(Buffer.from(second.Payload ?? []).toString())).toEqual({
      calls: 2,
      event: { a: 1 },
      node: expect.stringMatching(/^v22\./),
      name,
      left: true,
      own: "x",
    });
    expect(Buffer.from(second.LogResult ?? "", "base64").toString()).toContain("END RequestId");
    expect(await cloud.coldStarts()).toHaveLength(1);
  });

  test("report what they throw, and what they wrote", async () => {
    const metric = {
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [{ Namespace: "N", Dimensions: [["d"]], Metrics: [{ Name: "m" }] }],
      },
      d: "x",
      m: 3,
    };
    const name = await createFunction(
      cloud,
      HUB,
      `export const handler = async () => { console.log(${JSON.stringify(JSON.stringify(metric))}); throw new TypeError("no"); };`,
    );
    const answer = await lambdaOf(cloud, HUB).send(new InvokeCommand({ FunctionName: name }));
    expect(answer.FunctionError).toBe("Unhandled");
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toMatchObject({
      errorType: "TypeError",
      errorMessage: "no",
    });
    expect(await cloud.metrics(name)).toMatchObject([
      { namespace: "N", name: "m", values: [3], dimensions: { d: "x" } },
    ]);
  });

  test("are ended when they exceed their timeout, and start anew", async () => {
    const name = await createFunction(
      cloud,
      HUB,
      "export const handler = (event) => new Promise((done) => setTimeout(done, event.ms, 'done'));",
      { timeout: 1 },
    );
    const run = async (ms: number) =>
      Buffer.from(
        (await lambdaOf(cloud, HUB).send(new InvokeCommand({ FunctionName: name, Payload: `{"ms":${ms}}` })))
          .Payload ?? [],
      ).toString();
    expect(await run(5000)).toContain("Task timed out after 1.00 seconds");
    expect(await run(1)).toBe('"done"');
  });

  test("are retried when invoked asynchronously, then end in the dead-letter queue", async () => {
    await cloud.settings({ asyncRetryDelays: [10] });
    const queue = await queueOf(cloud, HUB, "dead");
    const name = await createFunction(
      cloud,
      HUB,
      "export const handler = () => { throw new Error('always'); };",
      {
        deadLetterArn: queue.arn,
      },
    );
    await lambdaOf(cloud, HUB).send(
      new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload: "{}" }),
    );
    await cloud.idle();
    expect(await cloud.invocations(name)).toHaveLength(3);
    expect(await queue.receive()).toEqual(["{}"]);
  });
});

describe("event source mappings", () => {
  test("leave only the poison message of a batch", async () => {
    const queue = await queueOf(cloud, HUB, "work", { VisibilityTimeout: "1" });
    const name = await createFunction(
      cloud,
      HUB,
      "export const handler = async ({ Records }) => ({ batchItemFailures: Records.filter((r) => r.body === 'poison')" +
        ".map((r) => ({ itemIdentifier: r.messageId })) });",
    );
    await mapQueue(cloud, HUB, name, queue.arn);
    await sdk(cloud, HUB, SQSClient).send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: ["good", "poison", "fine"].map((MessageBody, i) => ({ Id: String(i), MessageBody })),
      }),
    );
    await cloud.idle();
    expect(await cloud.invocations(name)).not.toHaveLength(0);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const bodies = (await cloud.invocations(name)).map(({ payload }) =>
      (payload as { Records: { body: string }[] }).Records.map(({ body }) => body),
    );
    expect(bodies.flat().filter((body) => body === "good")).toHaveLength(1);
    expect(bodies.flat().filter((body) => body === "poison").length).toBeGreaterThan(1);
  });

  test("never run more batches at once than their maximum concurrency", async () => {
    const queue = await queueOf(cloud, HUB, "many");
    const name = await createFunction(
      cloud,
      HUB,
      "export const handler = () => new Promise((done) => setTimeout(done, 100));",
    );
    await mapQueue(cloud, HUB, name, queue.arn, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    await sdk(cloud, HUB, SQSClient).send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: Array.from({ length: 8 }, (_, i) => ({ Id: String(i), MessageBody: "m" })),
      }),
    );
    await cloud.idle();
    const runs = await cloud.invocations(name);
    expect(runs).toHaveLength(8);
    const overlap = runs.map(
      ({ at }) => runs.filter((run) => run.at <= at && at < run.at + run.milliseconds).length,
    );
    expect(Math.max(...overlap)).toBe(2);
  });
});

describe("event buses", () => {
  const entry = (bus?: string) => ({
    Source: "test",
    DetailType: "Something",
    Detail: '{"a":1}',
    ...(bus === undefined ? {} : { EventBusName: bus }),
  });

  test("deliver matching events to a queue, with the account filled in", async () => {
    const queue = await eventToQueue(cloud, HUB, { source: ["test"] });
    await sdk(cloud, HUB, EventBridgeClient).send(new PutEventsCommand({ Entries: [entry()] }));
    await cloud.idle();
    const [body = "{}"] = await queue.receive();
    expect(JSON.parse(body)).toMatchObject({ account: HUB, source: "test", detail: { a: 1 } });
  });

  test("receive the state changes of instances by themselves, unless that is turned off", async () => {
    const queue = await eventToQueue(cloud, HUB, { source: ["aws.ec2"] });
    const ec2 = sdk(cloud, HUB, EC2Client);
    const run = new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 });
    const InstanceIds = [(await ec2.send(run)).Instances?.[0]?.InstanceId ?? ""];
    const states = async () => {
      await cloud.idle();
      const events = (await queue.receive()).map((body) => JSON.parse(body) as { detail: { state: string } });
      return events.map(({ detail }) => detail.state);
    };
    expect(await states()).toEqual(["pending", "running"]);
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    expect(await states()).toEqual(["stopping", "stopped"]);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    expect(await states()).toEqual(["shutting-down", "terminated"]);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await cloud.settings({ instanceEvents: false });
    await ec2.send(run);
    expect(await states()).toEqual([]);
  });

  test("fire a schedule when asked, into a function that permits it", async () => {
    const name = await createFunction(cloud, HUB, "export const handler = async (event) => event.source;");
    const client = sdk(cloud, HUB, EventBridgeClient);
    const rule = await client.send(
      new PutRuleCommand({ Name: "every", ScheduleExpression: "rate(1 minute)" }),
    );
    const Arn = `arn:aws:lambda:eu-west-1:${HUB}:function:${name}`;
    await client.send(new PutTargetsCommand({ Rule: "every", Targets: [{ Id: "f", Arn }] }));
    await cloud.fireSchedule("every");
    expect(await cloud.undelivered()).toHaveLength(1);
    await lambdaOf(cloud, HUB).send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: "s",
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: rule.RuleArn,
      }),
    );
    expect(await cloud.fireSchedule("every")).toBe(true);
    await cloud.idle();
    expect(await cloud.invocations(name)).toMatchObject([{ value: "aws.events" }]);
    expect(await cloud.fireSchedule("never")).toBe(false);
    await cloud.setSchedules({ scale: 0.002 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await cloud.setSchedules({ paused: true });
    expect((await cloud.invocations(name)).length).toBeGreaterThan(2);
  });

  test("drop what the queue's policy does not permit, and say so", async () => {
    const queue = await eventToQueue(cloud, HUB, { source: ["test"] }, { permitted: false });
    await sdk(cloud, HUB, EventBridgeClient).send(new PutEventsCommand({ Entries: [entry()] }));
    await cloud.idle();
    expect(await queue.receive()).toEqual([]);
    expect(await cloud.undelivered()).toMatchObject([{ reason: expect.stringContaining("NO_PERMISSIONS") }]);
  });

  test("take events of another account when their policy permits it, and of no third", async () => {
    const queue = await eventToQueue(cloud, HUB, { account: [CLIENT] }, { bus: "hub", accounts: [CLIENT] });
    const bus = `arn:aws:events:eu-west-1:${HUB}:event-bus/hub`;
    const put = (account: string) =>
      sdk(cloud, account, EventBridgeClient).send(new PutEventsCommand({ Entries: [entry(bus)] }));
    expect((await put(CLIENT)).FailedEntryCount).toBe(0);
    const refused = await put(STRANGER);
    expect(refused.Entries?.[0]?.ErrorCode).toBe("AccessDeniedException");
    await cloud.idle();
    expect(await queue.receive()).toHaveLength(1);
  });

  test("refuse eleven entries and an entry of 256 KB", async () => {
    const client = sdk(cloud, HUB, EventBridgeClient);
    const eleven = Array.from({ length: 11 }, () => entry());
    await expect(client.send(new PutEventsCommand({ Entries: eleven }))).rejects.toThrow(
      "at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10",
    );
    const Detail = JSON.stringify({ x: "x".repeat(256 * 1024) });
    await expect(client.send(new PutEventsCommand({ Entries: [{ ...entry(), Detail }] }))).rejects.toThrow(
      "size",
    );
  });

  test("test a pattern as they would match it", async () => {
    const client = sdk(cloud, HUB, EventBridgeClient);
    const ask = (EventPattern: string) =>
      client.send(new TestEventPatternCommand({ Event: '{"source":"a"}', EventPattern }));
    expect((await ask('{"source":["a"]}')).Result).toBe(true);
    expect((await ask('{"source":["b"]}')).Result).toBe(false);
    await expect(ask('{"source":"a"}')).rejects.toThrow("must be an object or an array");
  });

  test("refuse rules with a pattern that is none or has more than 2,048 characters", async () => {
    const client = sdk(cloud, HUB, EventBridgeClient);
    const put = (EventPattern: string) => client.send(new PutRuleCommand({ Name: "rule", EventPattern }));
    const InvalidEventPattern = expect.objectContaining({ name: "InvalidEventPatternException" }) as unknown;
    const characters = (count: number) => `{"source":["${"x".repeat(count - 15)}"]}`;
    await expect(put('{"source":[{"exists":"true"}]}')).rejects.toEqual(InvalidEventPattern);
    await expect(put(characters(2049))).rejects.toEqual(InvalidEventPattern);
    await put(characters(2048));
  });
});
