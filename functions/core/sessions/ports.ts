/** What the core needs of the world. functions/aws implements it over the SDK, tests over a model of EC2. */
import type { Clock } from "../clock.js";
import type { Look, MirrorFilter, Observation, Session, Tags } from "../model.js";
import type { Outcome } from "../outcomes.js";
import type { DesiredSession, SessionChanges } from "./decisions.js";
import type { DifferingFilters } from "./filter-drift.js";
import type { FirstApply } from "./first-apply.js";
import type { Policy } from "./policy.js";
import type { RefusedTypes } from "./refused-types.js";
import type { RemovalWindow } from "./removal-window.js";

export interface Observer {
  /**
   * The instances and interfaces named, with all sessions on them. Interfaces outside the policy's VPCs may
   * be left out. Throws when EC2 could not be read, or not before `signal` ends: a partial answer must never look like
   * a whole one.
   */
  look(look: Look, policy: Policy, signal?: AbortSignal): Promise<Observation>;
  /**
   * All sources of the policy's VPCs, all sessions of the account, and whatever interfaces those are on. `alsoInterfaceIds`:
   * interfaces that are to be seen besides, though no instance shows them. Throws as `look` does.
   */
  everything(
    policy: Policy,
    alsoInterfaceIds?: readonly string[],
    signal?: AbortSignal,
  ): Promise<Observation>;
  /** All sessions of the account. */
  sessions(): Promise<readonly Session[]>;
  /** Those of these filters that are there. */
  filters(ids: readonly string[]): Promise<readonly MirrorFilter[]>;
  /** Those of these sessions that are there. */
  sessionsById(ids: readonly string[]): Promise<readonly Session[]>;
}

/** Writes. None of them throws for an answer of AWS: that is an outcome. */
export interface SessionWriter {
  /**
   * Waits until the pace lets one write out. false at once when that would be after `until` (milliseconds
   * since the epoch): whoever waits longer would be stopped in the middle.
   */
  turn(until: number): Promise<boolean>;
  /** The value is the session's id, where AWS returned it. */
  create(desired: DesiredSession): Promise<Outcome<string | undefined>>;
  modify(sessionId: string, changes: SessionChanges): Promise<Outcome>;
  remove(sessionId: string): Promise<Outcome>;
  tag(sessionId: string, tags: Tags): Promise<Outcome>;
}

/** What sweeps know of each other. */
export interface SweepState {
  readonly window: RemovalWindow;
  readonly firstApply: FirstApply;
  readonly refusedTypes: RefusedTypes;
  readonly differingFilters: DifferingFilters;
}

/** Where that is kept. */
export interface SweepStateStore {
  /** `state` is null where nothing is kept, or nothing that can be understood. Throws when it cannot be read. */
  read(): Promise<{ readonly state: SweepState | null; readonly version: number }>;
  /**
   * Writes over what has the version `seen`. `overwritten`: what another sweep wrote after that and before this. Throws
   * when it cannot be written.
   */
  write(
    state: SweepState,
    seen: number,
  ): Promise<{ readonly version: number; readonly overwritten?: SweepState }>;
}

export interface Ports {
  readonly observer: Observer;
  readonly writer: SessionWriter;
  readonly clock: Clock;
}
