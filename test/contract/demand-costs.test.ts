/**
 * What claims cost a month, worked out from the dated prices and from what the table's code really writes and reads, beside
 * what docs/demands-reference.md says.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import {
  BatchGetItemCommand,
  DynamoDBClient,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import {
  claimItemOf,
  copiesKey,
  copyName,
  copyOf,
  removeAt,
  type Item,
} from "../../functions/aws/demand-items.js";
import { createDemandTable } from "../../functions/aws/demand-table.js";
import { request, settle, type Claim } from "../../functions/core/demands/claim.js";
import type { SeenClaim } from "../../functions/core/demands/ports.js";
import { root } from "../../scripts/lib/run.js";
import { defaultQuotas } from "../bench/defaults.js";
import { NOON } from "../support/fakes.js";
import { parseFacts } from "./dated-facts.js";

const [DAY_MS, DAYS, SWEEPS] = [86_400_000, 30, 30 * 24 * 60];
const [WRITE_UNIT, READ_UNIT, IN_A_TRANSACTION, MILLION] = [1024, 4096, 2, 1_000_000];
/** The script reads its claim once before it asks, and until it is mirrored; receiving, deleting and sending is SQS's part. */
const [SCRIPT_READS, SQS_CALLS] = [4, 3];
const COUNTER_BYTES = 150;

const key = { requester: "AROAIOSFODNN7EXAMPLE1:i-0123456789abcdef0", interfaceId: "eni-0123456789abcdef0" };
const limits = { defaultMinutes: 1440, maximumMinutes: 10_080 };

/** DynamoDB Developer Guide, "DynamoDB item sizes and formats". */
const bytesOf = (value: AttributeValue): number =>
  value.S !== undefined
    ? Buffer.byteLength(value.S)
    : value.N !== undefined
      ? Math.ceil(value.N.length / 2) + 1
      : 3 +
        Object.entries(value.M ?? {}).reduce((sum, [name, each]) => sum + 1 + name.length + bytesOf(each), 0);
const sizeOf = (item: Item) =>
  Object.entries(item).reduce((sum, [name, value]) => sum + name.length + bytesOf(value), 0);
const copyItemOf = (claim: Claim): Item => ({
  ...copiesKey(claim),
  [copyName(claim.requester)]: copyOf(claim),
  remove_at: removeAt(claim.until),
});

/** Write and read units of one claim that is asked for, mirrored and ended by a sweep a day later. */
async function unitsOfAClaim() {
  const mock = mockClient(DynamoDBClient);
  const units = { write: 0, read: 0 };
  let latest: Claim | undefined;
  const unitsOf = ({ Put, Update }: TransactWriteItem): number => {
    const item =
      Put?.Item ?? (Update?.Key?.["item"]?.S === "quota" ? undefined : latest && copyItemOf(latest));
    return IN_A_TRANSACTION * Math.ceil((item === undefined ? COUNTER_BYTES : sizeOf(item)) / WRITE_UNIT);
  };
  mock
    .on(TransactWriteItemsCommand)
    .callsFake(({ TransactItems }: { TransactItems: TransactWriteItem[] }) => {
      units.write += TransactItems.reduce((sum, item) => sum + unitsOf(item), 0);
      return {};
    });
  mock.on(UpdateItemCommand).callsFake(() => {
    units.write += Math.ceil(COUNTER_BYTES / WRITE_UNIT);
    return { Attributes: { requests: { N: "1" } } };
  });
  mock
    .on(BatchGetItemCommand)
    .callsFake(({ RequestItems }: { RequestItems: Record<string, { Keys: Item[] }> }) => {
      units.read += RequestItems["demands"]?.Keys.length ?? 0;
      return { Responses: {} };
    });
  const clock = { now: () => NOON, sleep: () => Promise.resolve() };
  const options = { table: "demands", quotas: defaultQuotas(), maximumMinutes: limits.maximumMinutes, clock };
  const store = createDemandTable(new DynamoDBClient({ region: "us-east-1" }), options);
  const write = async (claim: Claim | undefined, seen: Partial<SeenClaim>, now: number) => {
    if (claim === undefined) throw new Error("there is nothing to write");
    latest = claim;
    await store.write(claim, { claim: undefined, version: undefined, copied: false, ...seen }, now);
    return claim;
  };
  await store.count(key.requester, 1, 1);
  await store.read([key]);
  const asked = await write(request(undefined, { ...key, received: NOON }, limits, NOON), {}, NOON);
  const open = { version: "1", copied: true };
  const result = { is: "mirrored", sessionId: "tms-0123456789abcdef0" } as const;
  const mirrored = await write(settle(asked, result, NOON), open, NOON);
  await store.read([key]);
  await write(settle(mirrored, result, NOON + DAY_MS), open, NOON + DAY_MS);
  expect(sizeOf(claimItemOf(mirrored, "00000000-0000-0000-0000-000000000000"))).toBeLessThan(WRITE_UNIT);
  return { ...units, copyBytes: sizeOf(copyItemOf(mirrored)) };
}

const text = readFileSync(join(root, "docs", "demands-reference.md"), "utf8");
const guide = readFileSync(join(root, "docs", "demands.md"), "utf8");
const prices = Object.assign(
  {},
  ...parseFacts(readFileSync(join(root, "docs", "dated-facts.json"), "utf8")).map((fact) => fact.prices),
) as Record<string, number>;
const price = (name: string): number => {
  const found = prices[name];
  if (found === undefined) throw new Error(`docs/dated-facts.json has no price ${name}`);
  return found / MILLION;
};
const cents = (dollars: number): number => Math.round(100 * dollars);
const asDollars = (amount: number): string => (amount === 0 ? "0" : `${(amount / 100).toFixed(2)} $`);

let claim: Awaited<ReturnType<typeof unitsOfAClaim>>;
beforeAll(async () => {
  claim = await unitsOfAClaim();
});

test("docs/demands-reference.md says how many units a claim takes, and how long its copy is", () => {
  expect(text).toContain(`some ${String(claim.write)} write units`);
  expect(text).toContain(`${String(claim.read + SCRIPT_READS)} read units`);
  expect(claim.copyBytes).toBeGreaterThan(200);
  expect(claim.copyBytes).toBeLessThanOrEqual(300);
});

test.each([0, 500, 5_000])("what %i open demands cost a month is what the documents say", (open) => {
  // The documents' round size of a copy; a partition without any costs a unit as well.
  const units = SWEEPS * (Math.max(1, (open * 300) / READ_UNIT) + 1);
  const asked = open * DAYS;
  const sweeps = cents(units * price("dynamodb_read_units_million"));
  const claims = cents(
    asked *
      (claim.write * price("dynamodb_write_units_million") +
        (claim.read + SCRIPT_READS) * price("dynamodb_read_units_million")),
  );
  const others = cents(
    asked *
      (price("eventbridge_events_million") +
        SQS_CALLS * price("sqs_calls_million") +
        price("lambda_half_second_512_mb_million")),
  );
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const cells = rows.find((row) => row.length === 9 && row[1] === open.toLocaleString("en")) ?? [];
  expect(cells[3]).toBe(asDollars(sweeps));
  expect(cells[4]).toBe(asked.toLocaleString("en"));
  expect(cells[5]?.split(", ").at(-1)).toBe(asDollars(claims));
  expect(cells[6]).toBe(asDollars(others));
  expect(cells[7]).toBe(asDollars(sweeps + claims + others));
  expect(guide).toContain(asDollars(sweeps + claims + others));
});
