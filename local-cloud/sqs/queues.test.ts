/** Messages as the SDK sees them: the queues are moto's, what is in them is not. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type ReceiveMessageCommandInput,
} from "@aws-sdk/client-sqs";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { queueOf, sdk, type TestQueue } from "../support/resources.js";

const ACCOUNT = "222222222222";
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;
let sqs: SQSClient;

beforeAll(async () => {
  cloud = await startLocalCloud();
  sqs = sdk(cloud, ACCOUNT, SQSClient);
});
afterAll(() => cloud.stop());
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

const send = (queue: TestQueue, MessageBody: string, more: object = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody, ...more }));
const receive = async (queue: TestQueue, more: Partial<ReceiveMessageCommandInput> = {}) => {
  const input = { QueueUrl: queue.url, MaxNumberOfMessages: 10, ...more };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
};
const bodies = async (queue: TestQueue, more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await receive(queue, more)).map(({ Body }) => Body);
const counts = async (queue: TestQueue) => {
  const input = { QueueUrl: queue.url, AttributeNames: ["All" as const] };
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(input));
  return [
    Attributes["ApproximateNumberOfMessages"],
    Attributes["ApproximateNumberOfMessagesNotVisible"],
    Attributes["ApproximateNumberOfMessagesDelayed"],
  ].map(Number);
};
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("a message", () => {
  test("is hidden from its receiver's time on, and comes back with its count and its first time", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests", { VisibilityTimeout: "1" });
    await send(queue, "one");
    const MessageSystemAttributeNames = ["All" as const];
    const [first] = await receive(queue, { MessageSystemAttributeNames });
    expect(first).toMatchObject({ Body: "one", Attributes: { ApproximateReceiveCount: "1" } });
    expect(await bodies(queue)).toEqual([]);
    expect(await counts(queue)).toEqual([0, 1, 0]);
    await sleep(1100);
    const [second] = await receive(queue, { MessageSystemAttributeNames });
    expect(second).toMatchObject({
      MessageId: first?.MessageId,
      Attributes: {
        ApproximateReceiveCount: "2",
        SentTimestamp: first?.Attributes?.SentTimestamp,
        ApproximateFirstReceiveTimestamp: first?.Attributes?.ApproximateFirstReceiveTimestamp,
      },
    });
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  });

  test("goes with its latest receipt only; a receipt that never was is refused", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests");
    await send(queue, "one");
    const [old] = await receive(queue, { VisibilityTimeout: 0 });
    const [latest] = await receive(queue);
    const remove = (ReceiptHandle: string | undefined) =>
      sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
    await remove(old?.ReceiptHandle);
    expect(await counts(queue)).toEqual([0, 1, 0]);
    await remove(latest?.ReceiptHandle);
    expect(await counts(queue)).toEqual([0, 0, 0]);
    await expect(remove("nonsense")).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid" });
  });

  test("shows when its receiver says, while it is in flight", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests");
    await send(queue, "one");
    const [{ ReceiptHandle } = { ReceiptHandle: "" }] = await receive(queue);
    const hide = (VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout }));
    await hide(0);
    await expect(hide(10)).rejects.toThrow("not available for visibility timeout change");
    await expect(hide(43_201)).rejects.toThrow("VisibilityTimeout");
    expect(await bodies(queue)).toEqual(["one"]);
  });

  test("waits for its delay, and is received with the attributes that are asked for", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests");
    const MessageAttributes = {
      kind: { DataType: "String", StringValue: "look" },
      other: { DataType: "Number", StringValue: "1" },
    };
    await send(queue, "late", { DelaySeconds: 1, MessageAttributes });
    expect(await counts(queue)).toEqual([0, 0, 1]);
    expect(await bodies(queue)).toEqual([]);
    const [late] = await receive(queue, { WaitTimeSeconds: 5, MessageAttributeNames: ["ki.*"] });
    expect(late?.MessageAttributes).toEqual({ kind: MessageAttributes.kind });
    expect(late?.Attributes).toBeUndefined();
  });

  test("is received by one of many who wait for it", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests");
    const waiting = Array.from({ length: 5 }, () => bodies(queue, { WaitTimeSeconds: 2 }));
    await send(queue, "one");
    expect((await Promise.all(waiting)).flat()).toEqual(["one"]);
  });

  test("is refused where the queue is not there, it is too long, empty, or not text", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests", { MaximumMessageSize: "1024" });
    await expect(send({ ...queue, url: `${queue.url}-none` }, "one")).rejects.toMatchObject({
      name: expect.stringMatching(/QueueDoesNotExist|NonExistentQueue/) as unknown,
    });
    await expect(send(queue, "x".repeat(1025))).rejects.toThrow("shorter than 1024 bytes");
    await expect(send(queue, "")).rejects.toThrow("MessageBody");
    await expect(send(queue, "\u0000")).rejects.toMatchObject({ name: "InvalidMessageContents" });
    expect(await counts(queue)).toEqual([0, 0, 0]);
  });
});

describe("a batch", () => {
  test("says for each entry what became of it", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests", { MaximumMessageSize: "1024" });
    const Entries = ["good", "x".repeat(1025)].map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
    }));
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["0"]);
    expect(sent.Failed).toMatchObject([{ Id: "1", SenderFault: true, Code: "InvalidParameterValue" }]);
    const [message] = await receive(queue);
    const receipts = [message?.ReceiptHandle, "nonsense"].map((ReceiptHandle, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    const removed = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries: receipts }));
    expect(removed.Successful?.map(({ Id }) => Id)).toEqual(["0"]);
    expect(removed.Failed).toMatchObject([{ Id: "1", Code: "ReceiptHandleIsInvalid" }]);
  });

  test("of none, of eleven and of two with one id is refused", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests");
    const batch = (ids: readonly string[]) =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: ids.map((Id) => ({ Id, MessageBody: "one" })),
        }),
      );
    await expect(batch([])).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    await expect(batch(["a", "a"])).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
    const eleven = Array.from({ length: 11 }, (_, index) => String(index));
    await expect(batch(eleven)).rejects.toMatchObject({ name: "TooManyEntriesInBatchRequest" });
  });
});

describe("a queue", () => {
  test("gives up what was received too often, to its dead-letter queue and with its source", async () => {
    const dlq = await queueOf(cloud, ACCOUNT, "requests-dlq");
    const queue = await queueOf(cloud, ACCOUNT, "requests", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 2 }),
    });
    await send(queue, "poison");
    const seen = [];
    for (let tries = 0; tries < 3; tries++) seen.push(...(await bodies(queue, { VisibilityTimeout: 0 })));
    expect(seen).toEqual(["poison", "poison"]);
    const [dead] = await receive(dlq, { MessageSystemAttributeNames: ["DeadLetterQueueSourceArn"] });
    expect(dead).toMatchObject({ Body: "poison", Attributes: { DeadLetterQueueSourceArn: queue.arn } });
  });

  test("follows its attributes from the change on, and is empty after a purge or when it is made anew", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "requests", { VisibilityTimeout: "300" });
    await send(queue, "one");
    expect(await bodies(queue, { VisibilityTimeout: 0 })).toEqual(["one"]);
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { VisibilityTimeout: "0" } }),
    );
    expect(await bodies(queue)).toEqual(["one"]);
    expect(await bodies(queue)).toEqual(["one"]);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    expect(await bodies(queue)).toEqual([]);
    await send(queue, "two");
    await sqs.send(new CreateQueueCommand({ QueueName: "requests" }));
    expect(await counts(queue)).toEqual([1, 0, 0]);
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
    await sqs.send(new CreateQueueCommand({ QueueName: "requests" }));
    expect(await counts(queue)).toEqual([0, 0, 0]);
  });
});
