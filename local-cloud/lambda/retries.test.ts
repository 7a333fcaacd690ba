/** Messages that come back when their function says, end in the dead-letter queue, and are moved back from there. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  ListMessageMoveTasksCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { createFunction, mapQueue, queueOf, sdk, type TestQueue } from "../support/resources.js";

const ACCOUNT = "222222222222";
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;
let sqs: SQSClient;
let dlq: TestQueue;
let queue: TestQueue;

beforeAll(async () => {
  cloud = await startLocalCloud();
  sqs = sdk(cloud, ACCOUNT, SQSClient);
});
afterAll(() => cloud.stop());
afterEach(async () => {
  const found = { gaps: await cloud.gaps(), denials: await cloud.denials() };
  await cloud.reset();
  expect(found).toEqual({ gaps: [], denials: [] });
});

/** Hides what it cannot do for HIDE seconds and says what it saw. "late" succeeds at the third try, "poison" never. */
const SOURCE = `
const call = (action, body) => fetch(process.env.AWS_ENDPOINT_URL, {
  method: "POST",
  headers: {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "AmazonSQS." + action,
    authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0",
  },
  body: JSON.stringify(body),
});
export const handler = async ({ Records }) => {
  const failed = Records.filter(({ body, attributes: { ApproximateReceiveCount: count } }) =>
    body === "poison" || (body === "late" && Number(count) < 3));
  for (const { messageId, body, attributes } of Records) {
    console.log(JSON.stringify({ messageId, body, count: attributes.ApproximateReceiveCount, sent: attributes.SentTimestamp, at: Date.now() }));
  }
  if (failed.length > 0) await call("ChangeMessageVisibilityBatch", {
    QueueUrl: process.env.QUEUE_URL,
    Entries: failed.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: Number(process.env.HIDE) })),
  });
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

interface Saw {
  readonly messageId: string;
  readonly body: string;
  readonly count: string;
  readonly sent: string;
  readonly at: number;
}

const connect = async (hide: number, maxReceiveCount = 4): Promise<void> => {
  dlq = await queueOf(cloud, ACCOUNT, "requests-dlq");
  queue = await queueOf(cloud, ACCOUNT, "requests", {
    VisibilityTimeout: "300",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount }),
  });
  const actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"];
  const statements = [{ Effect: "Allow", Action: actions.map((name) => `sqs:${name}`), Resource: queue.arn }];
  const environment = { QUEUE_URL: queue.url, HIDE: String(hide) };
  const name = await createFunction(cloud, ACCOUNT, SOURCE, { environment, statements });
  await mapQueue(cloud, ACCOUNT, name, queue.arn);
};

const saw = async (body: string): Promise<readonly Saw[]> =>
  (await cloud.logs())
    .filter(({ text }) => text.startsWith("{"))
    .map(({ text }) => JSON.parse(text) as Saw)
    .filter((each) => each.body === body);
const until = async <T>(ask: () => Promise<T>, enough: (found: T) => boolean): Promise<T> => {
  for (let tries = 0; ; tries++) {
    const found = await ask();
    if (enough(found) || tries > 200) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const send = (...bodies: readonly string[]) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queue.url,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );

describe("a message that its function has hidden", () => {
  test("comes back when the function said, whatever the mapping's own delay; the rest of its batch does not", async () => {
    await cloud.settings({ retryAfterSeconds: 60 });
    await connect(2);
    await send("late", "good");
    const tries = await until(
      () => saw("late"),
      (all) => all.length === 3,
    );
    expect(tries.map(({ count }) => count)).toEqual(["1", "2", "3"]);
    expect(new Set(tries.map(({ sent }) => sent)).size).toBe(1);
    const waits = tries.slice(1).map(({ at }, index) => at - (tries[index]?.at ?? 0));
    for (const wait of waits) {
      expect(wait).toBeGreaterThan(1900);
      expect(wait).toBeLessThan(50_000); // the mapping's are 60 seconds
    }
    expect(await saw("good")).toHaveLength(1);
    expect(await cloud.visibility()).toMatchObject([{ queue: "requests", seconds: 2 }, { seconds: 2 }]);
  });

  test("is work under way where it comes back as soon as `idleAwaits` says", async () => {
    await cloud.settings({ idleAwaits: 5_000 });
    await connect(1);
    await send("late");
    await cloud.idle();
    expect(await saw("late")).toHaveLength(3);
  });

  test("comes back sooner when waits are made short", async () => {
    await cloud.settings({ visibilityScale: 0.01 });
    await connect(30);
    const began = Date.now();
    await send("late");
    await until(
      () => saw("late"),
      (all) => all.length === 3,
    );
    expect(Date.now() - began).toBeLessThan(55_000); // twice 30 seconds as they are
    expect((await cloud.visibility()).map(({ seconds }) => seconds)).toEqual([30, 30]);
  });
});

describe("the dead-letter queue", () => {
  const move = (input: { SourceArn: string; DestinationArn?: string }) =>
    sqs.send(new StartMessageMoveTaskCommand(input));
  const task = async () => {
    const list = () => sqs.send(new ListMessageMoveTasksCommand({ SourceArn: dlq.arn }));
    const latest = async () => (await list()).Results?.[0];
    return until(latest, (found) => found?.Status !== "RUNNING");
  };

  test("gets what failed too often, and its redrive brings back a new message", async () => {
    await cloud.settings({ visibilityScale: 0.01 });
    await connect(10, 2);
    await send("poison");
    const [dead] = await until(
      () => dlq.receive(),
      (bodies) => bodies.length > 0,
    );
    expect(dead).toBe("poison");
    expect(await saw("poison")).toHaveLength(2);
    // what was looked at is hidden for the queue's own time
    await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "late" }));
    await until(
      () => dlq.receive(),
      (bodies) => bodies.length > 0,
    );
    expect(await saw("late")).toHaveLength(2);
  });

  test("moves its messages to where they came from", async () => {
    await cloud.settings({ visibilityScale: 0.01 });
    await connect(10, 2);
    await send("poison");
    await until(
      () => saw("poison"),
      (all) => all.length === 2,
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { TaskHandle } = await move({ SourceArn: dlq.arn });
    expect(TaskHandle).toBeTruthy();
    expect(await task()).toMatchObject({ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1 });
    const tries = await until(
      () => saw("poison"),
      (all) => all.length >= 3,
    );
    expect(tries.map(({ count }) => count).slice(0, 3)).toEqual(["1", "2", "1"]);
    expect(tries[2]?.messageId).not.toBe(tries[0]?.messageId);
  });

  test("knows no source of what was put there directly, and needs the destination", async () => {
    await connect(10);
    await sqs.send(new SendMessageCommand({ QueueUrl: dlq.url, MessageBody: "good" }));
    await move({ SourceArn: dlq.arn });
    expect(await task()).toMatchObject({ Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" });
    expect(await saw("good")).toEqual([]);
    await move({ SourceArn: dlq.arn, DestinationArn: queue.arn });
    expect(await task()).toMatchObject({ Status: "COMPLETED", DestinationArn: queue.arn });
    expect(
      await until(
        () => saw("good"),
        (all) => all.length > 0,
      ),
    ).toHaveLength(1);
  });

  test("is what a queue must be to be moved from", async () => {
    await connect(10);
    await expect(move({ SourceArn: queue.arn })).rejects.toThrow("must be configured as a Dead Letter Queue");
    await expect(move({ SourceArn: `${queue.arn}-none` })).rejects.toThrow("doesn't exist");
  });
});
