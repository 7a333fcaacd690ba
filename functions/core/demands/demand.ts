/**
 * Demands: mirrors that somebody asks for, with an end. One for each interface, made of claims: whose, since
 * when, until when. Pure: what becomes of a demand when events add or withdraw claims, in whatever order and however
 * often they come. It is kept in an SSM parameter (functions/aws/demand-parameters.ts), and nothing else is.
 */
import { GUARDDUTY } from "../events/follow-ups.js";
import type { OpenClaims } from "../sessions/selection.js";

/** All times are milliseconds since the epoch. */
export interface Claim {
  /** Name of the requester. */
  readonly by: string;
  readonly since: number;
  readonly until: number;
  /** What was requested before this time has been withdrawn. */
  readonly withdrawnAt?: number;
  readonly note?: string;
}

export type DemandStatus = "requested" | "mirrored" | "refused" | "ended";

export interface Demand {
  readonly interfaceId: string;
  readonly status: DemandStatus;
  readonly sessionId?: string;
  /** Why it is refused, or still only requested. */
  readonly reason?: string;
  /** Since when it has had its status. */
  readonly at: number;
  /** Name of a requester who was refused, and so has no claim; it may read the answer. */
  readonly refusedRequester?: string;
  readonly claims: readonly Claim[];
}

export interface DemandLimits {
  readonly defaultMinutes: number;
  /** The longest that one requester can have a demand open, however often it asks. */
  readonly maximumMinutes: number;
  /** Most demands at a time. */
  readonly maxOpen: number;
}

/** One parameter holds 4 KB; more than this many ask for one interface only by mistake. */
export const MAX_CLAIMS = 8;
/** How long it can be read how a demand ended. */
export const RETENTION_MS = 3_600_000;

const MINUTE_MS = 60_000;

export function newDemand(interfaceId: string, now: number): Demand {
  return { interfaceId, status: "requested", at: now, claims: [] };
}

export function isOpen({ claims }: Demand, now: number): boolean {
  return claims.some(({ until }) => until > now);
}

/** When the last claim ends. */
export function endOf({ claims }: Demand): number {
  return Math.max(0, ...claims.map(({ until }) => until));
}

export function openClaims(demand: Demand | undefined, now: number): OpenClaims {
  const open = (demand?.claims ?? []).filter(({ until }) => until > now);
  return {
    byFinding: open.some(({ by }) => by === GUARDDUTY.name),
    byRequest: open.some(({ by }) => by !== GUARDDUTY.name),
  };
}

interface ClaimRequest {
  readonly by: string;
  /** When it was sent, by the event's own time: a copy that comes late adds nothing. */
  readonly time: number;
  readonly minutes?: number;
  readonly note?: string;
}

/**
 * The demand with this request's claim in it. A requester's claim can grow to the maximum, a finding's with each finding. The
 * same object when it adds nothing, or when there are too many claims already.
 */
export function addClaim(
  demand: Demand,
  { by, time, minutes, note }: ClaimRequest,
  limits: DemandLimits,
): Demand {
  const earlier = demand.claims.find((claim) => claim.by === by);
  if (earlier?.withdrawnAt !== undefined && time <= earlier.withdrawnAt) return demand;
  // Sent before this claim began: a copy of what has had its time.
  if (earlier !== undefined && time < earlier.since) return demand;
  const others = roomAmong(
    demand.claims.filter((claim) => claim !== earlier),
    time,
  );
  if (others === undefined) return demand;
  const open = earlier !== undefined && time <= earlier.until ? earlier : undefined;
  const since = open?.since ?? time;
  const length = Math.min(minutes ?? limits.defaultMinutes, limits.maximumMinutes) * MINUTE_MS;
  const latest = by === GUARDDUTY.name ? Infinity : since + limits.maximumMinutes * MINUTE_MS;
  // What has been granted is never cut short by a copy of an older request.
  const until = Math.max(open?.until ?? 0, Math.min(time + length, latest));
  if (open?.until === until) return demand;
  const words = note ?? earlier?.note;
  const claim: Claim = {
    by,
    since,
    until,
    ...(earlier?.withdrawnAt !== undefined && { withdrawnAt: earlier.withdrawnAt }),
    ...(words !== undefined && { note: words }),
  };
  return { ...demand, claims: [...others, claim] };
}

/** The claims with room for one more: when they are too many, without one that has ended; undefined if none has. */
function roomAmong(claims: readonly Claim[], now: number): readonly Claim[] | undefined {
  if (claims.length < MAX_CLAIMS) return claims;
  const ended = claims.find(({ until }) => until <= now);
  return ended && claims.filter((claim) => claim !== ended);
}

/** Ends now what this requester requested until `time`, and no claim of others. */
export function withdraw(demand: Demand, by: string, time: number, now: number): Demand {
  return {
    ...demand,
    claims: demand.claims.map((claim) =>
      claim.by === by && claim.since <= time
        ? {
            ...claim,
            until: Math.min(claim.until, time, now),
            withdrawnAt: Math.max(claim.withdrawnAt ?? 0, time),
          }
        : claim,
    ),
  };
}

/** The demand with what another copy says besides, so that no claim is lost; the same object if that is nothing. */
export function merge(demand: Demand, other: Demand): Demand {
  const claims = new Map(demand.claims.map((claim) => [claim.by, claim]));
  for (const theirs of other.claims) {
    const ours = claims.get(theirs.by);
    claims.set(theirs.by, ours === undefined ? theirs : newer(ours, theirs));
  }
  const whole = [...claims.values()].slice(0, MAX_CLAIMS);
  return whole.every((claim) => demand.claims.includes(claim)) ? demand : { ...demand, claims: whole };
}

/** Whoever knows of a later withdrawal knows more; else whoever knows of a later end. */
function newer(a: Claim, b: Claim): Claim {
  const [before, after] = [a.withdrawnAt ?? 0, b.withdrawnAt ?? 0];
  if (before !== after) return before > after ? a : b;
  return a.until >= b.until ? a : b;
}

/** What a run found out about the interface. */
export type DemandResult =
  | { readonly is: "mirrored"; readonly sessionId: string | undefined }
  | { readonly is: "refused"; readonly reason: string }
  | { readonly is: "pending"; readonly reason: string };

/** The demand with the status that this result gives it; the same object when nothing changed. */
export function settle(demand: Demand, result: DemandResult, now: number): Demand {
  const next = statusOf(demand, result, now);
  const same =
    demand.status === next.status && demand.sessionId === next.sessionId && demand.reason === next.reason;
  if (same) return demand;
  const { interfaceId, claims, refusedRequester } = demand;
  return {
    interfaceId,
    claims,
    ...(refusedRequester !== undefined && { refusedRequester }),
    ...next,
    at: demand.status === next.status ? demand.at : now,
  };
}

function statusOf(
  demand: Demand,
  result: DemandResult,
  now: number,
): Pick<Demand, "status" | "sessionId" | "reason"> {
  if (!isOpen(demand, now)) {
    // A refusal that never had a claim stays what it is for those who read it.
    const { status, reason } = demand;
    if (status === "refused" && demand.claims.length === 0 && reason !== undefined) return { status, reason };
    return { status: "ended" };
  }
  switch (result.is) {
    case "mirrored":
      return {
        status: "mirrored",
        ...(result.sessionId !== undefined && { sessionId: result.sessionId }),
      };
    case "refused":
      return { status: "refused", reason: result.reason };
    case "pending":
      return { status: "requested", reason: result.reason };
  }
}

/** Whether a sweep removes it: it has ended, or was refused, and that could be read for long enough. */
export function isOver(demand: Demand, now: number): boolean {
  return !isOpen(demand, now) && now - Math.max(demand.at, endOf(demand)) > RETENTION_MS;
}
