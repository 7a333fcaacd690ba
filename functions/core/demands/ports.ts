/** What demands need of the world: a store. functions/aws implements it over SSM, tests in memory. */
import type { Demand } from "./demand.js";

/** A demand as it was read. */
export interface StoredDemand {
  readonly demand: Demand;
  /** Grows with every write, whoever writes. */
  readonly version: number;
}

export interface DemandCount {
  readonly open: number;
  readonly kept: number;
}

/** Where demands are kept. Every method throws when it could not be read or written. */
export interface DemandStore {
  /** Throws as well where reading would go on after `until` (milliseconds since the epoch). */
  all(until?: number): Promise<readonly StoredDemand[]>;
  of(interfaceIds: readonly string[]): Promise<readonly StoredDemand[]>;
  /** How many are open, and how many are kept at all; may be a minute old. */
  count(): Promise<DemandCount>;
  /**
   * Writes what was decided from `seen`. Somebody else may have written in between: then the answer is
   * not `written`, though it may lie there now, and `overwritten` is what it has replaced unseen.
   */
  put(demand: Demand, seen: StoredDemand | undefined): Promise<Put>;
  remove(interfaceIds: readonly string[]): Promise<void>;
}

export interface Put {
  readonly written: boolean;
  readonly overwritten: readonly Demand[];
}
