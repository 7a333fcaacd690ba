/**
 * Claims in DynamoDB. A claim, its copy with the interface and the counts of its quotas are written in one transaction,
 * each on condition that it is still what was read (DynamoDB Developer Guide, "Amazon DynamoDB Transactions"). Reads are
 * strongly consistent and of the table itself: no index lags.
 */
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  QueryCommand,
  TransactWriteItemsCommand,
  TransactionCanceledException,
  UpdateItemCommand,
  type BatchGetItemCommandOutput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { randomUUID } from "node:crypto";
import type { Clock } from "../core/clock.js";
import { isCopied, isOpen } from "../core/demands/claim.js";
import type { ClaimKey, ClaimStore, InterfaceClaims, SeenClaim } from "../core/demands/ports.js";
import type { Quotas } from "../core/demands/quota.js";
import { options } from "./client.js";
import {
  COPIES,
  claimKey,
  copiesKey,
  copyName,
  copyNames,
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
import { addOpen, countersOf, putClaim, putCopy, recount, whyCancelled } from "./demand-writes.js";
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

  /** Whether it was still as it was read. */
  const setRight = async (input: UpdateItemCommandInput): Promise<boolean> => {
    try {
      await client.send(new UpdateItemCommand(input));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  let overdueReadAt = -Infinity;
  /** `begins`: how the sort keys begin, of the first page alone; by default all. */
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
      return { items: Items, next: begins === undefined ? LastEvaluatedKey?.["item"]?.S : undefined };
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
      const nothing = { keys: [], recounted: false };
      if (requester === undefined) {
        if (now - overdueReadAt < MINUTE_MS) return nothing;
        overdueReadAt = now;
      }
      const counter = requester === undefined ? everybodyKey : quotaKey(requester);
      // Before the claims, so that whatever is written after it is seen by its changes.
      const counted = (await getAll([counter])).get(nameOf(counter));
      const claims = Number(counted?.["claims"]?.N ?? 0);
      if (requester !== undefined) {
        // The first page: behind it may lie more refusals than there is time to read, as many as it has asked for.
        const items = await queryItems(requester, Infinity, "eni-");
        const its = items.flatMap((item) => readClaim(item) ?? []).filter(isCopied);
        if (its.length >= claims) return { ...nothing, keys: its.filter((claim) => !isOpen(claim, now)) };
      }
      // What is counted are copies, which DynamoDB keeps for longer than their claims.
      const items = await queryItems("interfaces", Infinity);
      const name = requester === undefined ? undefined : copyName(requester);
      const its = (each: string) => name === undefined || each === name;
      const there = items.flatMap(copyNames).filter(its).length;
      return {
        keys: items.flatMap((item) => overdueOf(item, now)).filter((key) => its(copyName(key.requester))),
        recounted: there < claims && (await setRight(recount(table, counter, counted, there))),
      };
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

function overdueOf(item: Item, now: number): readonly ClaimKey[] {
  const interfaceId = item["item"]?.S ?? "";
  const overdue = readCopies(item).filter((copy) => !isOpen(copy, now));
  return overdue.map(({ requester }) => ({ requester, interfaceId }));
}

const copyKeysOf = (interfaceId: string) => COPIES.map((partition) => keyOf(partition, interfaceId));
const nameOf = (key: Item) => `${key["requester"]?.S ?? ""} ${key["item"]?.S ?? ""}`;
