/**
 * What one requester, and all of them together, may have. A request over a quota is refused with a reason. The refusals
 * that are written are limited too, so that asking without end costs one counter and nothing else.
 */
import { GUARDDUTY, TRUSTED } from "../events/follow-ups.js";

export interface Quotas {
  /** Requests and withdrawals that one requester may send in a minute of our clock. */
  readonly requestsPerMinute: number;
  /** Claims that one requester may have open. */
  readonly openPerRequester: number;
  /** Claims that may be open in all, findings' not counted. */
  readonly openInAll: number;
}

export const quotaReasons = ["too-many-requests", "too-many-claims", "too-many-demands"] as const;
export type QuotaReason = (typeof quotaReasons)[number];

/** `asked`: how many it has sent in this minute, this one included. */
export function admit(
  requester: string,
  asked: number,
  { requestsPerMinute }: Quotas,
): "admitted" | "refused" | "ignored" {
  if (!isLimited(requester) || asked <= requestsPerMinute) return "admitted";
  // As many again are answered; whoever goes on asking has been told why.
  return asked <= 2 * requestsPerMinute ? "refused" : "ignored";
}

/** Quotas of one requester are for outsiders, which findings and the trusted requester are not. */
export function isLimited(requester: string): boolean {
  return requester !== GUARDDUTY.name && requester !== TRUSTED.name;
}

/** A finding must never be refused because requesters have filled the quota, so it does not count in it. */
export function countsInAll(requester: string): boolean {
  return requester !== GUARDDUTY.name;
}

/** The minute of our clock that requests are counted by. */
export function minuteOf(now: number): number {
  return Math.floor(now / 60_000);
}
