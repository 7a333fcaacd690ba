/**
 * Claims in DynamoDB. A claim, its copy with the interface and the counts of its quotas are written in one transaction,
 * each on condition that it is still what was read (DynamoDB Developer Guide, "Amazon DynamoDB Transactions"). Reads are
 * strongly consistent and of the table itself: no index lags.
 */
import {
  BatchGetItemCommand,
  DynamoDBClient,
  QueryCommand,
  TransactWriteItemsCommand,
  TransactionCanceledException,
  UpdateItemCommand,
  type BatchGetItemCommandOutput,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { randomUUID } from "node:crypto";
import type { Clock } from "../core/clock.js";
import { isCopied, isOpen, type Claim } from "../core/demands/claim.js";
import type { ClaimStore, InterfaceClaims, SeenClaim, Written } from "../core/demands/ports.js";
import { countsInAll, isLimited, type Quotas } from "../core/demands/quota.js";
import { options } from "./client.js";
import {
  COPIES,
  COPIES_KEPT_MS,
  claimItemOf,
  claimKey,
  copiesKey,
  copyName,
  copyOf,
  hasUnread,
  keptUntil,
  everybodyKey,
  minuteKey,
  quotaKey,
  readClaim,
  readCopies,
  receiptKey,
  removeAt,
  keyOf,
  type Item,
} from "./demand-items.js";
import { everyPage } from "./pages.js";

/** Most keys of one BatchGetItem (API reference). */
const MAX_KEYS = 100;
const BATCH_TRIES = 5;
const MINUTE_MS = 60_000;
/** The dead-letter queue keeps a message for 14 days. */
const RECEIPTS_KEPT_MS = 15 * 24 * 60 * MINUTE_MS;

export interface DemandTableOptions {
  readonly table: string;
  readonly quotas: Quotas;
  /** The longest that a claim can be open, minutes. */
  readonly maximumMinutes: number;
  readonly clock: Clock;
}

export function createDynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient(options);
}

export function createDemandTable(
  client: DynamoDBClient,
  { table, quotas, maximumMinutes, clock }: DemandTableOptions,
): ClaimStore {
  /** Items by key; those that are not there are missing. What DynamoDB left unprocessed is asked for again. */
  const getAll = async (keys: readonly Item[]): Promise<Map<string, Item>> => {
    const found = new Map<string, Item>();
    const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
    for (let from = 0; from < distinct.length; from += MAX_KEYS) {
      let Keys: Item[] | undefined = distinct.slice(from, from + MAX_KEYS);
      for (let tries = 1; Keys !== undefined && Keys.length > 0; tries++) {
        if (tries > BATCH_TRIES) throw new Error("DynamoDB left keys unread several times");
        if (tries > 1) await clock.sleep(50 * 2 ** tries);
        const answer: BatchGetItemCommandOutput = await client.send(
          new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
        );
        for (const item of answer.Responses?.[table] ?? []) found.set(nameOf(item), item);
        Keys = answer.UnprocessedKeys?.[table]?.Keys;
      }
    }
    return found;
  };

  let overdueReadAt = -Infinity;
  /** `begins`: how the sort keys begin; by default all. */
  const queryItems = (partition: string, until: number, begins?: string) =>
    everyPage("Query", async (token) => {
      if (clock.now() > until) throw new Error("demands are not to be read any longer");
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: `requester = :partition${begins === undefined ? "" : " AND begins_with(#item, :begins)"}`,
          ...(begins !== undefined && { ExpressionAttributeNames: { "#item": "item" } }),
          ExpressionAttributeValues: {
            ":partition": { S: partition },
            ...(begins !== undefined && { ":begins": { S: begins } }),
          },
          ...(token !== undefined && { ExclusiveStartKey: keyOf(partition, token) }),
        }),
      );
      return { items: Items, next: LastEvaluatedKey?.["item"]?.S };
    });

  return {
    async read(keys) {
      const items = await getAll(keys.flatMap((key) => [claimKey(key), ...copyKeysOf(key.interfaceId)]));
      const claims = keys.map((key): SeenClaim => {
        const item = items.get(nameOf(claimKey(key)));
        const copies = items.get(nameOf(copiesKey(key)));
        return {
          claim: item && readClaim(item),
          version: item && (item["version"]?.S ?? ""),
          copied: copies !== undefined && Object.hasOwn(copies, copyName(key.requester)),
          copiesKeptUntil: keptUntil(copies),
        };
      });
      const ids = new Set(keys.map(({ interfaceId }) => interfaceId));
      const interfaces = [...ids].map((interfaceId) => {
        const on = copyKeysOf(interfaceId).map((key) => items.get(nameOf(key)) ?? {});
        return { interfaceId, copies: on.flatMap(readCopies), unread: on.some(hasUnread) };
      });
      return { claims, interfaces };
    },

    async all(until = Infinity) {
      const found = new Map<string, InterfaceClaims>();
      for (const partition of COPIES) {
        for (const item of await queryItems(partition, until)) {
          const interfaceId = item["item"]?.S ?? "";
          const before = found.get(interfaceId);
          const copies = [...(before?.copies ?? []), ...readCopies(item)];
          const unread = before?.unread === true || hasUnread(item);
          if (copies.length > 0 || unread) found.set(interfaceId, { interfaceId, copies, unread });
        }
      }
      return [...found.values()];
    },

    async overdue(now, requester) {
      if (requester !== undefined) {
        const items = await queryItems(requester, Infinity, "eni-");
        return items.flatMap((item) => {
          const claim = readClaim(item);
          return claim !== undefined && isCopied(claim) && !isOpen(claim, now) ? [claim] : [];
        });
      }
      if (now - overdueReadAt < MINUTE_MS) return [];
      overdueReadAt = now;
      const items = await queryItems("interfaces", Infinity);
      return items.flatMap((item) =>
        readCopies(item)
          .filter((copy) => !isOpen(copy, now))
          .map((copy) => ({ requester: copy.requester, interfaceId: item["item"]?.S ?? "" })),
      );
    },

    async count(requester, minute, requests) {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: minuteKey(requester, minute),
          UpdateExpression: "ADD requests :n SET remove_at = :remove_at",
          ExpressionAttributeValues: {
            ":n": { N: String(requests) },
            ":remove_at": removeAt((minute + 10) * MINUTE_MS),
          },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      return Number(Attributes?.["requests"]?.N ?? requests);
    },

    async write(claim, seen, now, granted = false) {
      const version = randomUUID();
      const step = isCopied(claim) ? (seen.copied ? 0 : 1) : seen.copied ? -1 : 0;
      const writes = [
        putClaim(table, claim, seen, version),
        ...putCopy(table, claim, seen, now + maximumMinutes * MINUTE_MS),
      ];
      const counters = step === 0 ? [] : countersOf(claim, quotas);
      const items = [...writes, ...counters.map((counter) => addOpen(table, step, counter, granted))];
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems: items }));
        return { version };
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        return whyCancelled(error, writes.length, counters);
      }
    },

    async receipts(eventIds) {
      const items = await getAll(eventIds.map(receiptKey));
      return new Map(
        [...items.values()].flatMap((item): [string, number][] => {
          const received = Number(item["received"]?.N);
          return Number.isFinite(received) ? [[item["item"]?.S ?? "", received]] : [];
        }),
      );
    },

    async keepReceipt(eventId, received) {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: receiptKey(eventId),
          UpdateExpression: "SET received = if_not_exists(received, :received), remove_at = :remove_at",
          ExpressionAttributeValues: {
            ":received": { N: String(received) },
            ":remove_at": removeAt(clock.now() + RECEIPTS_KEPT_MS),
          },
        }),
      );
    },
  };
}

function putClaim(table: string, claim: Claim, seen: SeenClaim, version: string): TransactWriteItem {
  const condition =
    seen.version === undefined
      ? { ConditionExpression: "attribute_not_exists(requester)" }
      : seen.version === ""
        ? { ConditionExpression: "attribute_not_exists(version)" }
        : {
            ConditionExpression: "version = :seen",
            ExpressionAttributeValues: { ":seen": { S: seen.version } },
          };
  return { Put: { TableName: table, Item: claimItemOf(claim, version), ...condition } };
}

/**
 * Nothing where there was no copy and is to be none. `latest`: until then a claim can be open that is asked for now. One that
 * was asked for under a longer maximum is open for longer, so what is kept is never kept shorter.
 */
function putCopy(table: string, claim: Claim, seen: SeenClaim, latest: number): TransactWriteItem[] {
  const { copied, copiesKeptUntil = 0 } = seen;
  const copy = isCopied(claim);
  if (!copy && !copied) return [];
  const kept = Math.max(copiesKeptUntil, Math.max(latest, claim.until) + COPIES_KEPT_MS);
  const values = copy ? { ":copy": copyOf(claim), ":remove_at": removeAt(kept) } : undefined;
  return [
    {
      Update: {
        TableName: table,
        Key: copiesKey(claim),
        UpdateExpression: copy ? "SET #copy = :copy, remove_at = :remove_at" : "REMOVE #copy",
        ConditionExpression: copied ? "attribute_exists(#copy)" : "attribute_not_exists(#copy)",
        ExpressionAttributeNames: { "#copy": copyName(claim.requester) },
        ...(values && { ExpressionAttributeValues: values }),
      },
    },
  ];
}

interface Counter {
  readonly key: Item;
  readonly most: number;
  readonly reason: "too-many-claims" | "too-many-demands";
}

function countersOf({ requester }: Claim, { openPerRequester, openInAll }: Quotas): readonly Counter[] {
  return [
    ...(isLimited(requester)
      ? [{ key: quotaKey(requester), most: openPerRequester, reason: "too-many-claims" as const }]
      : []),
    ...(countsInAll(requester)
      ? [{ key: everybodyKey, most: openInAll, reason: "too-many-demands" as const }]
      : []),
  ];
}

/** Counts one open claim more, if the quota has room or it is `granted`, or one less. */
function addOpen(table: string, step: number, { key, most }: Counter, granted: boolean): TransactWriteItem {
  const asksForRoom = step > 0 && !granted;
  const room = { ConditionExpression: "attribute_not_exists(claims) OR claims < :most" };
  return {
    Update: {
      TableName: table,
      Key: key,
      UpdateExpression: "ADD claims :step",
      ...(asksForRoom && room),
      ExpressionAttributeValues: {
        ":step": { N: String(step) },
        ...(asksForRoom && { ":most": { N: String(most) } }),
      },
    },
  };
}

/**
 * Why nothing was written: another writer (a condition failed, or its transaction was on the same items) or a full quota. The
 * reasons are in the order of the writes (API reference, TransactionCanceledException). Throws where it was neither.
 */
function whyCancelled(
  error: TransactionCanceledException,
  writes: number,
  counters: readonly Counter[],
): Exclude<Written, object> {
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  const isConflict = (code: string | undefined) =>
    code === "ConditionalCheckFailed" || code === "TransactionConflict";
  if (codes.slice(0, writes).some(isConflict)) return "changed";
  if (codes.includes("TransactionConflict")) return "changed";
  const full = counters.find((_, n) => codes[writes + n] === "ConditionalCheckFailed");
  if (full === undefined) throw error;
  return full.reason;
}

const copyKeysOf = (interfaceId: string) => COPIES.map((partition) => keyOf(partition, interfaceId));
const nameOf = (key: Item) => `${key["requester"]?.S ?? ""} ${key["item"]?.S ?? ""}`;
