/**
 * Claims: one for each requester and interface, so that nobody's claim touches another's. Pure: what becomes of a claim
 * when requests and withdrawals of it arrive, in whatever order and however often. All times are milliseconds since the
 * epoch, and all of them are the queue's or ours, never the requester's (core/demands/receipt.ts).
 */
import { GUARDDUTY } from "../events/follow-ups.js";
import type { OpenClaims } from "../sessions/selection.js";

export type ClaimStatus = "requested" | "mirrored" | "refused" | "ended";

export interface Claim {
  /** Name of the requester: `guardduty`, `traffic-mirror` (trusted), or an `aws:userid`. */
  readonly requester: string;
  readonly interfaceId: string;
  readonly status: ClaimStatus;
  /** Since when it has had its status. */
  readonly at: number;
  /** Open from here … */
  readonly since: number;
  /** … until here; equal to `since` when it was never open. */
  readonly until: number;
  /** When the newest request or withdrawal that counts was received. */
  readonly received: number;
  /** What was requested until this time has been withdrawn. */
  readonly withdrawnAt?: number;
  readonly sessionId?: string;
  /** Why it is refused, or still only requested. */
  readonly reason?: string;
  /** The requester's own words. */
  readonly note?: string;
}

/** What sweeps and batches need of a claim: the copy that is kept with the interface while the claim counts as open. */
export type ClaimCopy = Pick<Claim, "requester" | "status" | "since" | "until" | "sessionId" | "reason">;

export interface ClaimLimits {
  readonly defaultMinutes: number;
  /** The longest that one requester can have a claim open, however often it asks. */
  readonly maximumMinutes: number;
}

const MINUTE_MS = 60_000;

/** Whether it has a copy: from its first request until somebody writes down that it has ended. */
export function isCopied({ status, since, until }: Claim): boolean {
  return status !== "ended" && until > since;
}

/** Open from the moment it is written; ended by our clock, whatever cleans it up. */
export function isOpen({ until }: Pick<Claim, "until">, now: number): boolean {
  return until > now;
}

export function openClaims(copies: readonly ClaimCopy[], now: number, unread = false): OpenClaims {
  const open = copies.filter((copy) => isOpen(copy, now));
  return {
    ...(unread && { unread }),
    byFinding: open.some(({ requester }) => requester === GUARDDUTY.name),
    byRequest: open.some(({ requester }) => requester !== GUARDDUTY.name),
  };
}

export interface ClaimRequest {
  readonly requester: string;
  readonly interfaceId: string;
  readonly received: number;
  readonly minutes?: number;
  readonly note?: string;
}

/**
 * The claim after this request. A requester's grows to the maximum, a finding's with each finding. undefined, or the
 * same object: the request adds nothing, because it is a duplicate, was withdrawn, or its time is over.
 */
export function request(
  claim: Claim | undefined,
  { requester, interfaceId, received, minutes, note }: ClaimRequest,
  limits: ClaimLimits,
  now: number,
): Claim | undefined {
  if (claim?.withdrawnAt !== undefined && received <= claim.withdrawnAt) return claim;
  // A request sees a claim as it was then: it continues one that was open, and begins one that was not.
  const open = claim !== undefined && claim.since <= received && isOpen(claim, received) ? claim : undefined;
  // Received before this claim began: a duplicate of a request whose time is over.
  if (claim !== undefined && received < claim.since) return claim;
  const since = open?.since ?? received;
  const length = Math.min(minutes ?? limits.defaultMinutes, limits.maximumMinutes) * MINUTE_MS;
  const latest = requester === GUARDDUTY.name ? Infinity : since + limits.maximumMinutes * MINUTE_MS;
  // What has been granted is never cut short.
  const until = Math.max(open?.until ?? 0, Math.min(received + length, latest));
  if (!isOpen({ until }, now) || (open !== undefined && open.until === until)) return claim;
  const words = note ?? claim?.note;
  return {
    requester,
    interfaceId,
    ...(open === undefined ? { status: "requested", at: now } : answered(open, now)),
    since,
    until,
    received: Math.max(received, claim?.received ?? 0),
    ...(claim?.withdrawnAt !== undefined && { withdrawnAt: claim.withdrawnAt }),
    ...(words !== undefined && { note: words }),
  };
}

/**
 * The claim without what was requested until `received`. A withdrawal that comes before its request is kept, so that
 * the request finds it; one that is older than the newest request ends nothing.
 */
export function withdraw(
  claim: Claim | undefined,
  { requester, interfaceId, received }: Pick<ClaimRequest, "requester" | "interfaceId" | "received">,
  now: number,
): Claim {
  if (claim === undefined) {
    const never = { since: received, until: received, received, withdrawnAt: received };
    return { requester, interfaceId, status: "ended", at: now, ...never };
  }
  if (received < claim.received || received <= (claim.withdrawnAt ?? 0)) return claim;
  const ended = isOpen(claim, now) ? { until: Math.max(claim.since, Math.min(received, now)) } : {};
  const { sessionId: _, reason: __, ...rest } = claim;
  return {
    ...rest,
    ...ended,
    received,
    withdrawnAt: received,
    ...(claim.status === "ended" ? {} : { status: "ended", at: now }),
  };
}

/** The answer to who may not ask, or for what is not there: nothing is open, and a sweep need not know. */
export function refusal(
  claim: Claim | undefined,
  { requester, interfaceId, received }: Pick<ClaimRequest, "requester" | "interfaceId" | "received">,
  reason: string,
  now: number,
): Claim {
  const never = { since: received, until: received, received: Math.max(received, claim?.received ?? 0) };
  const withdrawn = claim?.withdrawnAt === undefined ? {} : { withdrawnAt: claim.withdrawnAt };
  return { requester, interfaceId, status: "refused", reason, at: now, ...never, ...withdrawn };
}

/** What a run found out about the interface. */
export type DemandResult =
  | { readonly is: "mirrored"; readonly sessionId: string | undefined }
  | { readonly is: "refused"; readonly reason: string }
  | { readonly is: "pending"; readonly reason: string };

/** The claim with the status that this result gives it; the same object when nothing changed. */
export function settle(claim: Claim, result: DemandResult, now: number): Claim {
  const next = statusOf(claim, result, now);
  const same =
    claim.status === next.status && claim.sessionId === next.sessionId && claim.reason === next.reason;
  if (same) return claim;
  const { sessionId: _, reason: __, ...rest } = claim;
  return { ...rest, ...next, at: claim.status === next.status ? claim.at : now };
}

function statusOf(
  claim: Claim,
  result: DemandResult,
  now: number,
): Pick<Claim, "status" | "sessionId" | "reason"> {
  // A refusal that was never open stays a refusal, so that its requester can still read why.
  if (!isOpen(claim, now))
    return claim.status === "refused" && claim.since === claim.until
      ? { status: claim.status, ...answerOf(claim) }
      : { status: "ended" };
  switch (result.is) {
    case "mirrored":
      return { status: "mirrored", ...(result.sessionId !== undefined && { sessionId: result.sessionId }) };
    case "refused":
      return { status: "refused", reason: result.reason };
    case "pending":
      return { status: "requested", reason: result.reason };
  }
}

/** A mirror that stands is an answer to a new request as well; a refusal may be none any more. */
function answered(open: Claim, now: number): Pick<Claim, "status" | "at" | "sessionId" | "reason"> {
  if (open.status !== "refused") return { status: open.status, at: open.at, ...answerOf(open) };
  return { status: "requested", at: now };
}

function answerOf({ sessionId, reason }: Claim): Pick<Claim, "sessionId" | "reason"> {
  return { ...(sessionId !== undefined && { sessionId }), ...(reason !== undefined && { reason }) };
}
