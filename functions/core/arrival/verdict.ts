/**
 * What is known of the packets of one session's interface. Silence is a statement, no fault: nobody can tell an idle host
 * from a broken one by it. What was not looked at is unknown, whatever it may have been.
 */
import type { Claimed, Seen, Unjoined } from "./join.js";
import { LISTED_MS, NEAR_MS, SETTLING_MS } from "./limits.js";
import type { Coverage, Gap } from "./nodes.js";

/**
 * - arrived: in one of the last two snapshots of a node
 * - silent: it was seen since its session began, and every node was read and has not seen it for two snapshots
 * - never: its session has stood for ten minutes, every node was read meanwhile, and nothing of it was seen
 */
export const arrivalStates = ["arrived", "silent", "never", "unknown"] as const;
export type ArrivalState = (typeof arrivalStates)[number];

/**
 * Why nothing is said, beside what keeps a session from being joined and what the nodes' snapshots lack.
 * - list-old: the controller has not said lately what it mirrors
 * - too-early: the nodes' snapshots are too far apart to tell, as after a node has left
 * - near-start: packets came within the first minute only, which may be of whoever had the address before
 * - new: the session is younger than ten minutes
 * - watched-briefly: the hub has not read all nodes for ten minutes on end
 */
export type UnknownReason =
  Unjoined | Gap | "list-old" | "too-early" | "near-start" | "new" | "watched-briefly";

export const unknownReasons: readonly UnknownReason[] = [
  "no-address",
  "endpoint-unknown",
  "endpoint-of-another",
  "ambiguous",
  "no-nodes",
  "node-unread",
  "node-partial",
  "node-overflow",
  "list-old",
  "too-early",
  "near-start",
  "new",
  "watched-briefly",
];

export type ArrivalVerdict =
  | { readonly is: Exclude<ArrivalState, "unknown">; readonly lastAt?: number }
  | { readonly is: "unknown"; readonly reason: UnknownReason; readonly lastAt?: number };

/** What the hub remembers of a session. */
export interface Memory {
  /** As long as it is known to stand. */
  readonly startAt: number;
  /** The last packet that was the session's beyond doubt. */
  readonly lastAt?: number;
}

/** What is the same for all sessions of a run. */
export interface Watch {
  readonly now: number;
  readonly coverage: Coverage;
  /** Since when every run found all nodes' snapshots whole. */
  readonly wholeSince: number;
}

export interface Evidence {
  readonly memory: Memory;
  readonly seen: Seen | undefined;
  readonly unjoined: Unjoined | undefined;
}

/** A packet counts when it is later than the session's beginning, and not by less than clocks may be wrong. */
export function lastOf({ startAt, lastAt }: Memory, seen: Seen | undefined): number | undefined {
  const isIts = seen !== undefined && seen.lastAt > startAt + NEAR_MS;
  return isIts ? Math.max(seen.lastAt, lastAt ?? -Infinity) : lastAt;
}

export function verdictOf(row: Claimed, evidence: Evidence, watch: Watch): ArrivalVerdict {
  const { memory, seen, unjoined } = evidence;
  const { now, coverage, wholeSince } = watch;
  const lastAt = lastOf(memory, seen);
  const last = lastAt === undefined ? {} : { lastAt };
  const unknown = (reason: UnknownReason): ArrivalVerdict => ({ is: "unknown", reason, ...last });
  if (unjoined !== undefined) return unknown(unjoined);
  if (now - row.listedAt > LISTED_MS) return unknown("list-old");
  if (seen?.isThere === true && seen.lastAt > memory.startAt + NEAR_MS) return { is: "arrived", ...last };
  if (coverage.gap !== undefined) return unknown(coverage.gap);
  if (lastAt !== undefined) {
    return lastAt < coverage.silentBefore ? { is: "silent", lastAt } : unknown("too-early");
  }
  if (seen !== undefined && seen.lastAt > memory.startAt) return unknown("near-start");
  if (coverage.until - memory.startAt < SETTLING_MS) return unknown("new");
  if (coverage.until - wholeSince < SETTLING_MS) return unknown("watched-briefly");
  return { is: "never" };
}
