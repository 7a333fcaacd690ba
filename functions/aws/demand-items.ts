/**
 * Keys and attributes of the table. The partition key is the requester, so that IAM can keep each to its own items
 * (`dynamodb:LeadingKeys`, DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control"); the
 * sort key says what the item is:
 *
 *   <requester>  eni-…        the claim, which its requester may read
 *   <requester>  quota        how many of its claims are open
 *   <requester>  minute/<n>   how many requests it sent in that minute
 *   interfaces   eni-…        copies of the open claims on an interface, an attribute for each requester
 *   findings     eni-…        the same for GuardDuty's, which no number of requesters can crowd out
 *   everybody    quota        how many claims are open in all
 *   receipts     <event id>   when the event was received first
 *
 * An `aws:userid` begins with a capital letter or a digit, so no requester can take one of our partitions' names.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { GUARDDUTY } from "../core/events/follow-ups.js";
import type { Claim, ClaimCopy } from "../core/demands/claim.js";
import type { ClaimKey } from "../core/demands/ports.js";

export type Item = Record<string, AttributeValue>;

const HOUR_MS = 3_600_000;
/** How long a requester can read how its claim ended, before DynamoDB may clean it up. */
export const KEPT_MS = HOUR_MS;
/** Added to the longest that a copy can be open, so that none is cleaned up while it counts. */
export const COPIES_KEPT_MS = 24 * HOUR_MS;

export const keyOf = (requester: string, item: string): Item => ({
  requester: { S: requester },
  item: { S: item },
});
export const claimKey = ({ requester, interfaceId }: ClaimKey) => keyOf(requester, interfaceId);
export const quotaKey = (requester: string) => keyOf(requester, "quota");
export const everybodyKey = keyOf("everybody", "quota");
export const minuteKey = (requester: string, minute: number) => keyOf(requester, `minute/${String(minute)}`);
export const receiptKey = (eventId: string) => keyOf("receipts", eventId);

export const COPIES = ["interfaces", "findings"] as const;
export const copiesKey = ({ requester, interfaceId }: ClaimKey) =>
  keyOf(requester === GUARDDUTY.name ? "findings" : "interfaces", interfaceId);

/** The attribute of a requester's copy. A hash, because session names have characters that expressions read as paths. */
export function copyName(requester: string): string {
  return `c_${createHash("sha256").update(requester).digest("hex").slice(0, 32)}`;
}

/** Whole seconds since the epoch, as DynamoDB's time to live wants it. */
export const removeAt = (milliseconds: number): AttributeValue => ({
  N: String(Math.ceil(milliseconds / 1000)),
});

/** Until when DynamoDB leaves an item alone, milliseconds since the epoch. */
export function keptUntil(item: Item | undefined): number | undefined {
  const seconds = Number(item?.["remove_at"]?.N);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

const text = z.object({ S: z.string() });
const number = z.pipe(
  z.object({ N: z.string().check(z.regex(/^-?\d{1,16}$/)) }),
  z.transform(({ N }: { N: string }) => Number(N)),
);
const time = z.pipe(
  z.object({ S: z.iso.datetime() }),
  z.transform(({ S }: { S: string }) => Date.parse(S)),
);
const status = z.object({ S: z.enum(["requested", "mirrored", "refused", "ended"]) });

const claimItem = z.object({
  requester: text,
  item: text,
  status,
  since: time,
  expires_at: time,
  received_at: time,
  status_since: time,
  withdrawn_at: z.optional(time),
  session_id: z.optional(text),
  reason: z.optional(text),
  note: z.optional(text),
});

/** undefined: not of the form that we write. */
export function readClaim(item: Item): Claim | undefined {
  const parsed = claimItem.safeParse(item);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  return {
    requester: data.requester.S,
    interfaceId: data.item.S,
    status: data.status.S,
    at: data.status_since,
    since: data.since,
    until: data.expires_at,
    received: data.received_at,
    ...(data.withdrawn_at !== undefined && { withdrawnAt: data.withdrawn_at }),
    ...answer(data),
    ...(data.note !== undefined && { note: data.note.S }),
  };
}

export function claimItemOf(claim: Claim, version: string): Item {
  const iso = (milliseconds: number) => ({ S: new Date(milliseconds).toISOString() });
  return {
    ...claimKey(claim),
    version: { S: version },
    status: { S: claim.status },
    since: iso(claim.since),
    expires_at: iso(claim.until),
    received_at: iso(claim.received),
    status_since: iso(claim.at),
    ...(claim.withdrawnAt !== undefined && { withdrawn_at: iso(claim.withdrawnAt) }),
    ...(claim.sessionId !== undefined && { session_id: { S: claim.sessionId } }),
    ...(claim.reason !== undefined && { reason: { S: claim.reason } }),
    ...(claim.note !== undefined && { note: { S: claim.note } }),
    remove_at: removeAt(Math.max(claim.until, claim.at) + KEPT_MS),
  };
}

const copyItem = z.object({
  M: z.object({
    requester: text,
    status,
    since: number,
    until: number,
    session_id: z.optional(text),
    reason: z.optional(text),
  }),
});

export function copyOf(claim: Claim): AttributeValue {
  return {
    M: {
      requester: { S: claim.requester },
      status: { S: claim.status },
      since: { N: String(claim.since) },
      until: { N: String(claim.until) },
      ...(claim.sessionId !== undefined && { session_id: { S: claim.sessionId } }),
      ...(claim.reason !== undefined && { reason: { S: claim.reason } }),
    },
  };
}

/** The attributes of an interface's item that hold copies. */
const namesOf = (item: Item) => Object.keys(item).filter((name) => name.startsWith("c_"));

/** Whether copies in an interface's item cannot be read: of a later version, or of a person's repair. */
export function hasUnread(item: Item): boolean {
  return readCopies(item).length < namesOf(item).length;
}

/** The copies in an interface's item; one that cannot be read holds nothing open. */
export function readCopies(item: Item): readonly ClaimCopy[] {
  return namesOf(item).flatMap((name): ClaimCopy[] => {
    const parsed = copyItem.safeParse(item[name]);
    if (!parsed.success) return [];
    const { M } = parsed.data;
    return [
      {
        requester: M.requester.S,
        status: M.status.S,
        since: M.since,
        until: M.until,
        ...answer(M),
      },
    ];
  });
}

function answer({
  session_id: session,
  reason,
}: {
  readonly session_id?: { S: string } | undefined;
  readonly reason?: { S: string } | undefined;
}) {
  return {
    ...(session !== undefined && { sessionId: session.S }),
    ...(reason !== undefined && { reason: reason.S }),
  };
}
