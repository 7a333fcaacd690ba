/** DynamoDB as its guides say it is: transactions, conditions, counters, pages, and whose items IAM lets somebody see. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { startLocalCloud, type LocalCloud } from "./index.js";
import { assumeRole, createRole, sdk } from "./support/resources.js";

const ACCOUNT = "111111111111";
const TableName = "claims";
jest.setTimeout(60_000);
let cloud: LocalCloud;
let admin: DynamoDBClient;

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  admin = sdk(cloud, ACCOUNT, DynamoDBClient);
  await admin.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "who", AttributeType: "S" },
        { AttributeName: "item", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "who", KeyType: "HASH" },
        { AttributeName: "item", KeyType: "RANGE" },
      ],
    }),
  );
});
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

type Item = Record<string, AttributeValue>;
const key = (who: string, item: string): Item => ({ who: { S: who }, item: { S: item } });
const put = (who: string, item: string, rest: Item = {}) =>
  admin.send(new PutItemCommand({ TableName, Item: { ...key(who, item), ...rest } }));
const get = async (who: string, item: string) =>
  (await admin.send(new GetItemCommand({ TableName, Key: key(who, item), ConsistentRead: true }))).Item;
const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  admin.send(
    new TransactWriteItemsCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }),
  );
const reasons = (work: Promise<unknown>) =>
  work.then(
    () => "written",
    (error: unknown) => {
      const { name, CancellationReasons } = error as Error & { CancellationReasons?: { Code: string }[] };
      return CancellationReasons?.map(({ Code }) => Code) ?? name;
    },
  );
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: unknown) => (error as Error).name,
  );
const putIfNew = (who: string, item: string): TransactWriteItem => ({
  Put: { TableName, Item: key(who, item), ConditionExpression: "attribute_not_exists(who)" },
});
const addOne = (who: string, item: string, most: number): TransactWriteItem => ({
  Update: {
    TableName,
    Key: key(who, item),
    UpdateExpression: "ADD claims :one",
    ConditionExpression: "attribute_not_exists(claims) OR claims < :most",
    ExpressionAttributeValues: { ":one": { N: "1" }, ":most": { N: String(most) } },
  },
});

describe("a transaction", () => {
  test("is all or nothing, and says in the order of its items which of them stood against it", async () => {
    await put("a", "there");
    expect(
      await reasons(transact([putIfNew("a", "new"), putIfNew("a", "there"), addOne("a", "n", 5)])),
    ).toEqual(["None", "ConditionalCheckFailed", "None"]);
    expect(await get("a", "new")).toBeUndefined();
    expect(await get("a", "n")).toBeUndefined();
  });

  test("counts from nothing up to the limit, and takes back what it changed of an item that was there", async () => {
    await put("a", "n", { claims: { N: "1" } });
    expect(await reasons(transact([addOne("a", "n", 3)]))).toBe("written");
    expect(await reasons(transact([addOne("a", "n", 3), putIfNew("a", "n2")]))).toBe("written");
    expect(await reasons(transact([addOne("a", "n", 9), putIfNew("a", "n2")]))).toEqual([
      "None",
      "ConditionalCheckFailed",
    ]);
    expect((await get("a", "n"))?.["claims"]).toEqual({ N: "3" });
    expect(await reasons(transact([addOne("a", "n", 3)]))).toEqual(["ConditionalCheckFailed"]);
    expect(await reasons(transact([addOne("b", "n", 1)]))).toBe("written");
  });

  test("that is sent again with its token has happened once; another one under that token is refused", async () => {
    const token = "0123456789abcdef";
    expect(await reasons(transact([putIfNew("a", "x")], token))).toBe("written");
    expect(await reasons(transact([putIfNew("a", "x")], token))).toBe("written");
    expect(await reasons(transact([putIfNew("a", "y")], token))).toBe("IdempotentParameterMismatchException");
    expect(await reasons(transact([putIfNew("a", "x")]))).toEqual(["ConditionalCheckFailed"]);
  });

  test("is written once though its answer is lost and the SDK asks again", async () => {
    await cloud.interfere({
      faults: [{ action: "dynamodb:TransactWriteItems", nth: 1, when: "after", drop: true }],
    });
    const patient = new DynamoDBClient({
      endpoint: cloud.url,
      region: "eu-west-1",
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: "local" },
      maxAttempts: 3,
    });
    const command = new TransactWriteItemsCommand({ TransactItems: [addOne("a", "n", 5)] });
    expect(await reasons(patient.send(command))).toBe("written");
    expect((await get("a", "n"))?.["claims"]).toEqual({ N: "1" });
  });

  test("names an item once, and no value that it does not use", async () => {
    expect(await reasons(transact([putIfNew("a", "x"), addOne("a", "x", 1)]))).toBe("ValidationException");
    const { Put } = putIfNew("a", "y");
    const odd = { ...Put, ExpressionAttributeValues: { ":unused": { N: "1" } } };
    expect(await reasons(transact([{ Put: odd as NonNullable<typeof Put> }]))).toBe("ValidationException");
  });

  test("of twelve writers at once lets in as many as there is room for", async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        reasons(transact([putIfNew("a", `x${n}`), addOne("a", "count", 5)])),
      ),
    );
    expect(all.filter((each) => each === "written")).toHaveLength(5);
    expect((await get("a", "count"))?.["claims"]).toEqual({ N: "5" });
    const { Count } = await admin.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "who = :a AND begins_with(#i, :x)",
        ExpressionAttributeNames: { "#i": "item" },
        ExpressionAttributeValues: { ":a": { S: "a" }, ":x": { S: "x" } },
      }),
    );
    expect(Count).toBe(5);
  });
});

test("ADD counts and answers what it came to; the first time stays where if_not_exists sets it", async () => {
  const add = async (n: number) => {
    const { Attributes } = await admin.send(
      new UpdateItemCommand({
        TableName,
        Key: key("a", "minute/1"),
        UpdateExpression: "ADD requests :n SET remove_at = :at, received = if_not_exists(received, :n)",
        ExpressionAttributeValues: { ":n": { N: String(n) }, ":at": { N: "99" } },
        ReturnValues: "UPDATED_NEW",
      }),
    );
    return [Attributes?.["requests"]?.N, (await get("a", "minute/1"))?.["received"]?.N];
  };
  expect(await add(4)).toEqual(["4", "4"]);
  expect(await add(3)).toEqual(["7", "4"]);
});

test("time to live is kept as it was set, and what is past it may still be read", async () => {
  const TimeToLiveSpecification = { AttributeName: "remove_at", Enabled: true };
  await admin.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const { TimeToLiveDescription } = await admin.send(new DescribeTimeToLiveCommand({ TableName }));
  expect(TimeToLiveDescription).toEqual({ AttributeName: "remove_at", TimeToLiveStatus: "ENABLED" });
  // "Items … are deleted within a few days of their expiration time" (Developer Guide, "Using time to live (TTL)")
  await put("a", "old", { remove_at: { N: "1" } });
  expect(await get("a", "old")).toBeDefined();
});

test("a query answers a page of a megabyte at a time, and a batch of keys needs no order", async () => {
  const big = { text: { S: "x".repeat(300_000) } };
  for (const n of [1, 2, 3, 4, 5]) await put("a", `x${n}`, big);
  const first = {
    TableName,
    KeyConditionExpression: "who = :a",
    ExpressionAttributeValues: { ":a": { S: "a" } },
  };
  const one = await admin.send(new QueryCommand(first));
  expect(one.Count).toBe(3);
  const two = await admin.send(new QueryCommand({ ...first, ExclusiveStartKey: one.LastEvaluatedKey }));
  expect([two.Count, two.LastEvaluatedKey]).toEqual([2, undefined]);
  const Keys = [key("a", "x5"), key("b", "none"), key("a", "x1")];
  const { Responses } = await admin.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
  );
  expect(Responses?.[TableName]).toHaveLength(2);
  const twice = { [TableName]: { Keys: [key("a", "x1"), key("a", "x1")] } };
  expect(await outcome(admin.send(new BatchGetItemCommand({ RequestItems: twice })))).toBe(
    "ValidationException",
  );
  await expect(put("a", "huge", { text: { S: "x".repeat(410_000) } })).rejects.toThrow(/size/);
});

describe("IAM", () => {
  const Resource = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/${TableName}`;
  const own = {
    "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["${aws:userid}"] },
    Null: { "dynamodb:LeadingKeys": "false" },
  };
  const as = async (name: string, statements: readonly object[]) => {
    await createRole(cloud, ACCOUNT, name, statements);
    const session = await assumeRole(cloud, ACCOUNT, name, "i-0123456789abcdef0,a=b");
    return { client: new DynamoDBClient(session.config), userId: session.userId };
  };

  test("lets somebody read its own partition, and nothing else in any way", async () => {
    const { client, userId } = await as("app", [
      { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:Query"], Resource, Condition: own },
    ]);
    await put(userId, "eni-1");
    await put("somebody", "eni-1");
    const read = (who: string) =>
      outcome(client.send(new GetItemCommand({ TableName, Key: key(who, "eni-1") })));
    const query = (who: string, KeyConditionExpression = "who = :w") =>
      outcome(
        client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression,
            ...(KeyConditionExpression.includes("#") && { ExpressionAttributeNames: { "#w": "who" } }),
            ExpressionAttributeValues: { ":w": { S: who } },
          }),
        ),
      );
    expect(await read(userId)).toBe("ok");
    expect(await query(userId)).toBe("ok");
    expect(await query(userId, "#w = :w")).toBe("ok");
    for (const who of ["somebody", "interfaces", "${aws:userid}"]) {
      expect(await read(who)).toBe("AccessDeniedException");
      expect(await query(who)).toBe("AccessDeniedException");
    }
    expect(await outcome(client.send(new ScanCommand({ TableName })))).toBe("AccessDeniedException");
    const mine = { TableName, Item: key(userId, "eni-2") };
    expect(await outcome(client.send(new PutItemCommand(mine)))).toBe("AccessDeniedException");
    const Keys = [key(userId, "eni-1")];
    const batch = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } });
    expect(await outcome(client.send(batch))).toBe("AccessDeniedException");
  });

  test("judges a batch by all of its keys, and a transaction by what its items do", async () => {
    const { client, userId } = await as("writer", [
      { Effect: "Allow", Action: "dynamodb:BatchGetItem", Resource, Condition: own },
      { Effect: "Allow", Action: "dynamodb:PutItem", Resource },
    ]);
    const batch = (...who: string[]) =>
      outcome(
        client.send(
          new BatchGetItemCommand({
            RequestItems: { [TableName]: { Keys: who.map((each) => key(each, "eni-1")) } },
          }),
        ),
      );
    expect(await batch(userId)).toBe("ok");
    expect(await batch(userId, "somebody")).toBe("AccessDeniedException");
    const write = (...TransactItems: TransactWriteItem[]) =>
      outcome(client.send(new TransactWriteItemsCommand({ TransactItems })));
    expect(await write(putIfNew("a", "x"))).toBe("ok");
    expect(await write(putIfNew("a", "y"), addOne("a", "n", 1))).toBe("AccessDeniedException");
    expect(await get("a", "y")).toBeUndefined();
    expect((await cloud.denials()).map(({ action }) => action)).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:UpdateItem",
    ]);
  });
});
