/** What demands need of the world: a store. functions/aws implements it over DynamoDB, tests in memory. */
import type { Claim, ClaimCopy } from "./claim.js";
import type { QuotaReason } from "./quota.js";

export interface ClaimKey {
  readonly requester: string;
  readonly interfaceId: string;
}

/** What was read of one claim. */
export interface SeenClaim {
  /** undefined: there is none, or what is there cannot be read and is to be replaced. */
  readonly claim: Claim | undefined;
  /** Changes with every write, whoever writes; undefined: nothing is there. */
  readonly version: string | undefined;
  /** Whether the interface has a copy of it. */
  readonly copied: boolean;
  /** Until when the store keeps what the interface has of copies, whose ever they are; undefined: there are none. */
  readonly copiesKeptUntil?: number | undefined;
}

export interface InterfaceClaims {
  readonly interfaceId: string;
  readonly copies: readonly ClaimCopy[];
  /** Whether there are copies that cannot be read besides. */
  readonly unread: boolean;
}

export interface SeenClaims {
  /** In the order of the keys. */
  readonly claims: readonly SeenClaim[];
  /** Those on the interfaces of the keys, whose ever they are. */
  readonly interfaces: readonly InterfaceClaims[];
}

/** The version that it has now. `changed`: somebody else has written it since it was read; nothing was written. */
export type Written = { readonly version: string } | "changed" | QuotaReason;

/** Backs off after another writer was faster; for a random time, so that the two do not meet again. */
export type Pause = (tries: number) => Promise<void>;

/** Where claims are kept. Every method throws when it could not be read or written. */
export interface ClaimStore {
  /** These claims and, in the same read, the copies of all claims on their interfaces; strongly consistent. */
  read(keys: readonly ClaimKey[]): Promise<SeenClaims>;
  /** The claims on every interface; strongly consistent. Throws where reading would go on after `until`. */
  all(until?: number): Promise<readonly InterfaceClaims[]>;
  /**
   * Claims that count as open though their time is up: this requester's, or those on any interface, which are read once a
   * minute at most. A sweep writes their end, and may not have come to them yet.
   */
  overdue(now: number, requester?: string): Promise<readonly ClaimKey[]>;
  /** Counts requests of this minute, and answers how many there are now. */
  count(requester: string, minute: number, requests: number): Promise<number>;
  /**
   * Writes a claim, its copy and the counts of its quotas, all or nothing. `seen`: what it was decided from. `granted`: it was
   * admitted by an earlier version, so no quota refuses it now, though it is counted.
   */
  write(claim: Claim, seen: SeenClaim, now: number, granted?: boolean): Promise<Written>;
  /** When events of these ids were received first, of those on record. */
  receipts(eventIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Keeps when an event was received, for a message that comes back; the first time stays. */
  keepReceipt(eventId: string, received: number): Promise<void>;
}
