/** Buses of one's own: their rules, their targets, and the way from one account's bus to another's. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import { startLocalCloud, type LocalCloud } from "../index.js";
import {
  createFunction,
  createRole,
  eventToQueue,
  iamCall,
  lambdaOf,
  queueOf,
  sdk,
} from "../support/resources.js";

const CLIENT = "222222222222";
const HUB = "111111111111";
const BUS = "mirror";
const SOURCE = "traffic-mirror.controller";
const arn = (account: string, rest: string) => `arn:aws:events:eu-west-1:${account}:${rest}`;
const HUB_BUS = arn(HUB, "event-bus/hub");
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;
let client: EventBridgeClient;

beforeAll(async () => {
  cloud = await startLocalCloud();
  client = sdk(cloud, CLIENT, EventBridgeClient);
});
afterAll(() => cloud.stop());
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

const put = async (Source = SOURCE, DetailType = "Mirror Session Changed"): Promise<void> => {
  const entry = { Source, DetailType, Detail: "{}", EventBusName: BUS };
  const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }));
  expect(FailedEntryCount).toBe(0);
  await cloud.idle();
};
const rule = (name: string) =>
  client.send(
    new PutRuleCommand({
      Name: name,
      EventBusName: BUS,
      EventPattern: JSON.stringify({ source: [SOURCE] }),
    }),
  );

describe("a rule on a bus of one's own", () => {
  test("hands events of that bus to a queue that permits the rule, and none of the default bus", async () => {
    const queue = await eventToQueue(cloud, CLIENT, { source: [SOURCE] }, { bus: BUS });
    await put();
    const Entries = [{ Source: SOURCE, DetailType: "x", Detail: "{}" }];
    await client.send(new PutEventsCommand({ Entries }));
    await cloud.idle();
    const events = (await queue.receive()).map((body) => JSON.parse(body) as object);
    expect(events).toMatchObject([
      { source: SOURCE, account: CLIENT, "detail-type": "Mirror Session Changed" },
    ]);
    expect(await cloud.undelivered()).toEqual([]);
  });

  test("invokes a function that permits the rule", async () => {
    await client.send(new CreateEventBusCommand({ Name: BUS }));
    const { RuleArn } = await rule("sweep");
    expect(RuleArn).toBe(arn(CLIENT, `rule/${BUS}/sweep`));
    const FunctionName = await createFunction(cloud, CLIENT, "export const handler = async () => null;");
    const Arn = `arn:aws:lambda:eu-west-1:${CLIENT}:function:${FunctionName}`;
    await client.send(
      new PutTargetsCommand({ Rule: "sweep", EventBusName: BUS, Targets: [{ Id: "function", Arn }] }),
    );
    await put();
    expect(await cloud.invocations()).toEqual([]);
    expect(await cloud.undelivered()).toMatchObject([{ target: Arn }]);
    await lambdaOf(cloud, CLIENT).send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: "rule",
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: RuleArn,
      }),
    );
    await put();
    expect(await cloud.invocations()).toMatchObject([{ trigger: "async", payload: { source: SOURCE } }]);
  });
});

describe("a bus as the target", () => {
  /** The client's bus forwards to the hub's, as `role`. */
  const forward = async (statements: readonly unknown[], permitted: { source?: string } = {}) => {
    const queue = await eventToQueue(cloud, HUB, { source: [{ prefix: "traffic-mirror" }] }, { bus: "hub" });
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Clients",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${CLIENT}:root` },
          Action: "events:PutEvents",
          Resource: HUB_BUS,
          Condition: { StringEquals: { "events:source": permitted.source ?? SOURCE } },
        },
      ],
    });
    const hub = sdk(cloud, HUB, EventBridgeClient);
    await hub.send(new PutPermissionCommand({ EventBusName: "hub", Policy }));
    await client.send(new CreateEventBusCommand({ Name: BUS }));
    await rule("hub");
    const RoleArn = await createRole(cloud, CLIENT, "forward", statements);
    const dlq = await queueOf(cloud, CLIENT, "dlq", {
      Policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: "*",
          Condition: { ArnEquals: { "aws:SourceArn": arn(CLIENT, `rule/${BUS}/hub`) } },
        },
      }),
    });
    const target = { Id: "hub", Arn: HUB_BUS, RoleArn, DeadLetterConfig: { Arn: dlq.arn } };
    await client.send(new PutTargetsCommand({ Rule: "hub", EventBusName: BUS, Targets: [target] }));
    return { queue, dlq };
  };
  const may = (Resource: string) => ({ Effect: "Allow", Action: "events:PutEvents", Resource });

  test("of another account receives what its policy and the rule's role permit, with the sender's account", async () => {
    const { queue, dlq } = await forward([may(HUB_BUS)]);
    await put();
    const events = (await queue.receive()).map((body) => JSON.parse(body) as object);
    expect(events).toMatchObject([{ account: CLIENT, source: SOURCE }]);
    expect(await dlq.receive()).toEqual([]);
  });

  test("receives what was accepted before the rule's target and the role's permission went", async () => {
    const { queue, dlq } = await forward([may(HUB_BUS)]);
    const entry = { Source: SOURCE, DetailType: "Mirror Session Changed", Detail: "{}", EventBusName: BUS };
    await client.send(new PutEventsCommand({ Entries: [entry] }));
    await Promise.all([
      client.send(new RemoveTargetsCommand({ Rule: "hub", EventBusName: BUS, Ids: ["hub"] })),
      iamCall(cloud, CLIENT, { Action: "DeleteRolePolicy", RoleName: "forward", PolicyName: "own" }),
    ]);
    await cloud.idle();
    expect(await queue.receive()).toHaveLength(1);
    expect(await dlq.receive()).toEqual([]);
    await put();
    expect(await queue.receive()).toEqual([]);
  });

  test.each([
    ["the role may not", [may(`${HUB_BUS}-other`)], {}],
    ["the bus permits another source", [may(HUB_BUS)], { source: "traffic-mirror" }],
  ])("receives nothing when %s: the event is in the dead-letter queue", async (_, statements, permitted) => {
    const { queue, dlq } = await forward(statements, permitted);
    await put();
    expect(await queue.receive()).toEqual([]);
    expect((await dlq.receive()).map((body) => JSON.parse(body) as object)).toMatchObject([
      { source: SOURCE },
    ]);
    expect(await cloud.undelivered()).toEqual([]);
  });
});

describe("a bus that takes one source alone", () => {
  const send = async (...sources: readonly string[]) => {
    const Entries = sources.map((Source) => ({
      Source,
      DetailType: "x",
      Detail: "{}",
      EventBusName: HUB_BUS,
    }));
    const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries }));
    return answers.map(({ ErrorCode }) => ErrorCode ?? "taken");
  };

  test("refuses a call that brings another one as well", async () => {
    const hub = sdk(cloud, HUB, EventBridgeClient);
    await hub.send(new CreateEventBusCommand({ Name: "hub" }));
    const Statement = {
      Sid: "Clients",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${CLIENT}:root` },
      Action: "events:PutEvents",
      Resource: HUB_BUS,
      Condition: {
        "ForAllValues:StringEquals": { "events:source": SOURCE },
        Null: { "events:source": "false" },
      },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
    await hub.send(new PutPermissionCommand({ EventBusName: "hub", Policy }));
    expect(await send(SOURCE)).toEqual(["taken"]);
    expect(await send(SOURCE, SOURCE)).toEqual(["taken", "taken"]);
    expect(await send("somebody")).toEqual(["AccessDeniedException"]);
    expect(await send(SOURCE, "somebody")).toEqual(["AccessDeniedException", "AccessDeniedException"]);
  });
});
