/** How much the hub takes of files that others write, and how long it waits before it says that something is not there. */

export const limits = {
  /** Compressed, as S3 lists it, and taken apart. 65,536 rows of a node are some 5 MB. */
  fileBytes: 8 * 1024 * 1024,
  textBytes: 32 * 1024 * 1024,
  lineLength: 1024,
  /** The places of a node's map. */
  nodeRows: 65_536,
  /** Of all controllers of an account. Its other rows are told by number. */
  accountRows: 50_000,
  accountFiles: 20,
  nodeFiles: 1000,
} as const;

export const MINUTE_MS = 60_000;

/** A source is there while a packet of it is in one of so many snapshots: one may be late, or just before a packet. */
export const SEEN_SNAPSHOTS = 2;
/** A snapshot is fresh for so many of its intervals. */
export const FRESH_SNAPSHOTS = 3;
/** Time that a controller's list holds. It is written when it changes, and every ten minutes otherwise. */
export const LISTED_MS = 30 * MINUTE_MS;
/** A session that is younger need not have sent anything. */
export const SETTLING_MS = 10 * MINUTE_MS;
/**
 * A packet this close to a session's beginning may be of whoever had the address before. S3 tells when a snapshot has
 * arrived, which is later than it was taken, so packets seem younger than they are.
 */
export const NEAR_MS = MINUTE_MS;
/** The hub itself has not looked for so long: what it did not see meanwhile is not known. */
export const GAP_MS = 15 * MINUTE_MS;
/** A node that has left, and of which no snapshot lies in the bucket any more. */
export const FORGOTTEN_MS = 60 * MINUTE_MS;
