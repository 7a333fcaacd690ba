/** The store of claims through the SDK, over HTTP, against a DynamoDB that checks conditions and permissions. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { copiesKey, copyName, copyOf } from "../../../functions/aws/demand-items.js";
import { createDemandTable } from "../../../functions/aws/demand-table.js";
import { isOpen, request, withdraw, type Claim } from "../../../functions/core/demands/claim.js";
import type { ClaimStore } from "../../../functions/core/demands/ports.js";
import { openUpdates } from "../../../functions/core/demands/update.js";
import { DEFAULT_ACCOUNT, startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { sdk } from "../../../local-cloud/support/resources.js";

const TABLE = "mirror-demands";
const NOW = Date.now();
const LIMITS = { defaultMinutes: 60, maximumMinutes: 600 };
const QUOTAS = { requestsPerMinute: 30, openPerRequester: 4, openInAll: 10 };
const ME = "AROAEXAMPLE:web,a=b";
jest.setTimeout(120_000);
let cloud: LocalCloud;
let client: DynamoDBClient;
let store: ClaimStore;

const open = (quotas = QUOTAS, maximumMinutes = LIMITS.maximumMinutes): ClaimStore =>
  createDemandTable(client, {
    table: TABLE,
    quotas,
    maximumMinutes,
    clock: { now: () => NOW, sleep: () => Promise.resolve() },
  });

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  client = sdk(cloud, DEFAULT_ACCOUNT, DynamoDBClient);
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "requester", AttributeType: "S" },
        { AttributeName: "item", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "requester", KeyType: "HASH" },
        { AttributeName: "item", KeyType: "RANGE" },
      ],
    }),
  );
  store = open();
});
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

const eni = (n: number): string => `eni-${n.toString(16).padStart(17, "0")}`;
const updatesOf = (of = store) => openUpdates(of, () => NOW);
const ask = (requester: string, interfaceId: string, of = store, received = NOW) =>
  updatesOf(of).change({ requester, interfaceId }, (claim) =>
    request(claim, { requester, interfaceId, received, note: "\\".repeat(200) }, LIMITS, NOW),
  );
const takeBack = (requester: string, interfaceId: string) =>
  updatesOf().change({ requester, interfaceId }, (claim) =>
    withdraw(claim, { requester, interfaceId, received: NOW }, NOW),
  );
const copies = async (): Promise<readonly string[]> =>
  (await store.all())
    .flatMap(({ interfaceId, copies: on }) => on.map(({ requester }) => `${interfaceId} ${requester}`))
    .sort();

describe("claims", () => {
  test("come back as they were written, beside a copy with their interface, until they end", async () => {
    const { after } = await ask(ME, eni(1));
    const seen = await store.read([{ requester: ME, interfaceId: eni(1) }]);
    expect(seen.claims[0]?.claim).toEqual(after);
    expect(seen.claims[0]?.copied).toBe(true);
    expect(seen.interfaces[0]?.copies).toMatchObject([{ requester: ME, status: "requested" }]);
    await takeBack(ME, eni(1));
    const ended = await store.read([{ requester: ME, interfaceId: eni(1) }]);
    expect(ended.claims[0]).toMatchObject({ claim: { status: "ended" }, copied: false });
    expect(await store.all()).toEqual([]);
  });

  test("of two requesters on one interface are two, and neither ends the other's", async () => {
    await Promise.all([ask(ME, eni(1)), ask("AIDAOTHER", eni(1)), ask("guardduty", eni(1))]);
    expect(await copies()).toEqual([`${eni(1)} AIDAOTHER`, `${eni(1)} ${ME}`, `${eni(1)} guardduty`]);
    await takeBack(ME, eni(1));
    expect(await copies()).toEqual([`${eni(1)} AIDAOTHER`, `${eni(1)} guardduty`]);
  });

  test("that somebody else has written since are not overwritten", async () => {
    const key = { requester: ME, interfaceId: eni(1) };
    const { after } = await ask(ME, eni(1));
    const { claims } = await store.read([key]);
    const seen = claims[0] ?? { claim: undefined, version: undefined, copied: false };
    await takeBack(ME, eni(1));
    expect(await store.write({ ...(after as Claim), status: "mirrored" }, seen, NOW)).toBe("changed");
    expect((await store.read([key])).claims[0]?.claim?.status).toBe("ended");
  });

  test("survive four writers of one claim at a time, each of whom is heard", async () => {
    const asked = await Promise.all(
      Array.from({ length: 4 }, (_, n) => ask(ME, eni(1), open(), NOW - n * 1000)),
    );
    expect(asked.every(({ after }) => after !== undefined && isOpen(after, NOW))).toBe(true);
    expect(await copies()).toEqual([`${eni(1)} ${ME}`]);
    // The latest end of all that were asked for.
    const { claims } = await store.read([{ requester: ME, interfaceId: eni(1) }]);
    expect(claims[0]?.claim?.until).toBe(NOW + LIMITS.defaultMinutes * 60_000);
  });

  test("stay for as long as they are open, whoever writes beside them under a shorter maximum", async () => {
    const longest = 30 * 24 * 60;
    const key = { requester: ME, interfaceId: eni(1) };
    const limits = { defaultMinutes: longest, maximumMinutes: longest };
    const { after } = await updatesOf(open(QUOTAS, longest)).change(key, (claim) =>
      request(claim, { ...key, received: NOW }, limits, NOW),
    );
    // `demands.maximum_minutes` is now ten hours.
    await ask("AIDAOTHER", eni(1));
    const Key = copiesKey(key);
    const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key, ConsistentRead: true }));
    expect(Number(Item?.["remove_at"]?.N) * 1000).toBeGreaterThan(after?.until ?? Infinity);
  });

  test("that cannot be read count for nothing, and are replaced", async () => {
    const Item = { requester: { S: ME }, item: { S: eni(1) }, since: { S: "+275760-09-13T00:00:00.000Z" } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    const copy = { requester: { S: "interfaces" }, item: { S: eni(2) }, c_odd: { S: "no map" } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item: copy }));
    expect(await store.all()).toEqual([{ interfaceId: eni(2), copies: [], unread: true }]);
    expect((await store.read([{ requester: ME, interfaceId: eni(1) }])).claims[0]?.claim).toBeUndefined();
    const { after } = await ask(ME, eni(1));
    expect(after?.status).toBe("requested");
    expect(await copies()).toEqual([`${eni(1)} ${ME}`]);
  });
});

describe("quotas", () => {
  test("hold with writers at the same time, and what ends makes room", async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, (_, n) => ask(ME, eni(n), open())));
    expect(asked.filter(({ over }) => over === undefined)).toHaveLength(4);
    expect(new Set(asked.flatMap(({ over }) => over ?? []))).toEqual(new Set(["too-many-claims"]));
    expect(await copies()).toHaveLength(4);
    const [first = ""] = await copies();
    await takeBack(ME, first.split(" ")[0] ?? "");
    expect((await ask(ME, eni(99))).over).toBeUndefined();
  });

  test("make room by the clock for who asks next, whatever a sweep has written down", async () => {
    for (let n = 0; n < 4; n++) await ask(ME, eni(n));
    let now = NOW + LIMITS.defaultMinutes * 60_000 + 1;
    const key = { requester: ME, interfaceId: eni(9) };
    const later = (of: ClaimStore) =>
      openUpdates(of, () => now).change(key, (claim) =>
        request(claim, { ...key, received: now }, LIMITS, now),
      );
    expect((await later(store)).over).toBeUndefined();
    expect(await copies()).toEqual([`${eni(9)} ${ME}`]);
    // In all: the copies of everybody, once a minute.
    for (let n = 0; n < 9; n++) await ask(`AROA${n}`, eni(20 + n), store, now);
    now += LIMITS.defaultMinutes * 60_000 + 1;
    const next = { requester: "AROAX", interfaceId: eni(40) };
    const asked = await openUpdates(store, () => now).change(next, (claim) =>
      request(claim, { ...next, received: now }, LIMITS, now),
    );
    expect(asked.over).toBeUndefined();
    expect(await store.overdue(now)).toEqual([]);
  });

  test("hold nobody back from what was granted before, and count it", async () => {
    for (let n = 0; n < 4; n++) await ask(ME, eni(n));
    const granted: Claim = {
      ...{ requester: ME, interfaceId: eni(9), status: "mirrored", at: NOW, since: NOW },
      ...{ until: NOW + 60_000, received: NOW },
    };
    const nothing = { claim: undefined, version: undefined, copied: false };
    expect(await store.write(granted, nothing, NOW)).toBe("too-many-claims");
    expect(await store.write(granted, nothing, NOW, true)).toMatchObject({ version: expect.any(String) });
    await takeBack(ME, eni(0));
    expect((await ask(ME, eni(10))).over).toBe("too-many-claims");
  });

  test("in all hold everybody but findings", async () => {
    for (let n = 0; n < 10; n++) await ask(`AROA${n}`, eni(n));
    expect((await ask("AROAX", eni(50))).over).toBe("too-many-demands");
    expect((await ask("traffic-mirror", eni(51))).over).toBe("too-many-demands");
    expect((await ask("guardduty", eni(52))).over).toBeUndefined();
  });

  test("count the requests of a minute, whoever counts at the same time", async () => {
    const counts = await Promise.all([1, 2, 3, 4].map((n) => store.count(ME, 7, n)));
    expect(Math.max(...counts)).toBe(10);
    expect(await store.count(ME, 8, 1)).toBe(1);
  });
});

test("the first receipt of an event stays", async () => {
  await store.keepReceipt("e-1", NOW);
  await store.keepReceipt("e-1", NOW + 5000);
  expect(await store.receipts(["e-1", "e-2"])).toEqual(new Map([["e-1", NOW]]));
});

test("a claim whose answer was lost on its way is written once", async () => {
  await cloud.interfere({
    faults: [{ action: "dynamodb:TransactWriteItems", nth: 1, when: "after", drop: true }],
  });
  client = new DynamoDBClient({
    endpoint: cloud.url,
    region: "eu-west-1",
    credentials: { accessKeyId: DEFAULT_ACCOUNT, secretAccessKey: "local" },
    maxAttempts: 3,
  });
  expect((await ask(ME, eni(1), open())).over).toBeUndefined();
  expect(await copies()).toEqual([`${eni(1)} ${ME}`]);
});

test("5,000 claims are read in as many calls as there are megabytes, and a batch of ten in one", async () => {
  const claims = Array.from({ length: 5000 }, (_, n): Claim => {
    const [requester, interfaceId] = [`AROAEXAMPLE:i-${n.toString(16).padStart(17, "0")}`, eni(n)];
    const times = { at: NOW, since: NOW, until: NOW + 60_000, received: NOW };
    return { requester, interfaceId, status: "mirrored", sessionId: "tms-0123456789abcdef0", ...times };
  });
  for (let from = 0; from < claims.length; from += 25) {
    const puts = claims.slice(from, from + 25).map((claim) => ({
      PutRequest: { Item: { ...copiesKey(claim), [copyName(claim.requester)]: copyOf(claim) } },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: puts } }));
  }
  await cloud.resetCounts();
  expect(await store.all()).toHaveLength(5000);
  const { interfaces } = await store.read(claims.slice(0, 10));
  expect(interfaces.flatMap(({ copies: on }) => on)).toHaveLength(10);
  const { actions } = await cloud.counts();
  expect(actions["dynamodb:Query"]?.calls).toBeLessThanOrEqual(4);
  expect(actions["dynamodb:BatchGetItem"]?.calls).toBe(1);
});
