/** What the core needs of the world. functions/aws implements it over the SDK, tests over a model of EC2. */
import type { DesiredSession, SessionChanges } from "./decisions.js";
import type { Demand } from "./demands.js";
import type { HookDuty } from "./duties.js";
import type { Message } from "./messages.js";
import type { Look, Observation, Session, Tags } from "./model.js";
import type { Outcome } from "./outcomes.js";
import type { Policy } from "./policy-schema.js";

export interface Observer {
  /**
   * The instances and interfaces named, with all sessions on them. Interfaces outside the policy's VPCs may
   * be left out. Throws when EC2 could not be read: a partial answer must never look like a whole one.
   */
  look(look: Look, policy: Policy): Promise<Observation>;
  /**
   * All sources of the policy's VPCs, all sessions of the account, and whatever interfaces those are on. `asked`:
   * interfaces that are to be seen besides, though no instance shows them.
   */
  everything(policy: Policy, asked?: readonly string[]): Promise<Observation>;
  /** All sessions of the account. */
  sessions(): Promise<readonly Session[]>;
  /** Those of these sessions that are there. */
  sessionsById(ids: readonly string[]): Promise<readonly Session[]>;
}

/** Writes. None of them throws for an answer of AWS: that is an outcome. */
export interface SessionWriter {
  /**
   * Waits until the lane's pace lets one write out. false at once when that would be after `until` (milliseconds
   * since the epoch): whoever waits longer would be stopped in the middle.
   */
  turn(until: number): Promise<boolean>;
  /** The value is the session's id, where AWS told it. */
  create(desired: DesiredSession): Promise<Outcome<string | undefined>>;
  modify(sessionId: string, changes: SessionChanges): Promise<Outcome>;
  remove(sessionId: string): Promise<Outcome>;
  tag(sessionId: string, tags: Tags): Promise<Outcome>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

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
  all(): Promise<readonly StoredDemand[]>;
  of(interfaceIds: readonly string[]): Promise<readonly StoredDemand[]>;
  /** How many are open, and how many are kept at all; may be a minute old. */
  count(): Promise<DemandCount>;
  /**
   * Writes what was decided on the sight of `seen`. Somebody else may have written in between: then the answer is
   * not `written`, though it may lie there now, and `overwritten` is what it has replaced unseen.
   */
  put(demand: Demand, seen: StoredDemand | undefined): Promise<Put>;
  remove(interfaceIds: readonly string[]): Promise<void>;
}

export interface Put {
  readonly written: boolean;
  readonly overwritten: readonly Demand[];
}

export interface LifecycleHooks {
  /** A hook that nobody waits for any more is `gone`. */
  complete(hook: HookDuty, result: "CONTINUE" | "ABANDON"): Promise<Outcome>;
  /** Launches of the group that came to nothing since then (milliseconds since the epoch). Throws. */
  failedLaunches(group: string, since: number): Promise<number>;
}

/**
 * Puts messages on the controller's bus; answers how many could not be sent, those among them for which there was no time
 * until `until` (milliseconds since the epoch). Never throws.
 */
export type Publish = (messages: readonly Message[], until: number) => Promise<number>;

export interface Ports {
  readonly observer: Observer;
  readonly writer: SessionWriter;
  readonly demands: DemandStore;
  readonly clock: Clock;
}
