/** What is written of a claim, in one transaction: the claim, its copy with the interface, and the counts of its quotas. */
import type {
  TransactionCanceledException,
  TransactWriteItem,
  UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { isCopied, type Claim } from "../core/demands/claim.js";
import type { SeenClaim, Written } from "../core/demands/ports.js";
import { countsInAll, isLimited, type Quotas } from "../core/demands/quota.js";
import {
  COPIES_KEPT_MS,
  claimItemOf,
  copiesKey,
  copyName,
  copyOf,
  everybodyKey,
  quotaKey,
  removeAt,
  type Item,
} from "./demand-items.js";

export function putClaim(table: string, claim: Claim, seen: SeenClaim, version: string): TransactWriteItem {
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
export function putCopy(table: string, claim: Claim, seen: SeenClaim, latest: number): TransactWriteItem[] {
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

export interface Counter {
  readonly key: Item;
  readonly most: number;
  readonly reason: "too-many-claims" | "too-many-demands";
}

export function countersOf(
  { requester }: Claim,
  { openPerRequester, openInAll }: Quotas,
): readonly Counter[] {
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
export function addOpen(
  table: string,
  step: number,
  { key, most }: Counter,
  granted: boolean,
): TransactWriteItem {
  const asksForRoom = step > 0 && !granted;
  const room = { ConditionExpression: "attribute_not_exists(claims) OR claims < :most" };
  return {
    Update: {
      TableName: table,
      Key: key,
      UpdateExpression: "ADD claims :step, changes :one",
      ...(asksForRoom && room),
      ExpressionAttributeValues: {
        ":step": { N: String(step) },
        ":one": { N: "1" },
        ...(asksForRoom && { ":most": { N: String(most) } }),
      },
    },
  };
}

/** Sets a count right, unless a claim was opened or ended since it was read: `claims` alone may be what it was before. */
export function recount(
  table: string,
  key: Item,
  counted: Item | undefined,
  claims: number,
): UpdateItemCommandInput {
  const changes = counted?.["changes"];
  return {
    TableName: table,
    Key: key,
    UpdateExpression: "SET claims = :claims",
    ConditionExpression: changes === undefined ? "attribute_not_exists(changes)" : "changes = :changes",
    ExpressionAttributeValues: {
      ":claims": { N: String(claims) },
      ...(changes !== undefined && { ":changes": changes }),
    },
  };
}

/**
 * Why nothing was written: another writer (a condition failed, or its transaction was on the same items) or a full quota. The
 * reasons are in the order of the writes (API reference, TransactionCanceledException). Throws where it was neither.
 */
export function whyCancelled(
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
