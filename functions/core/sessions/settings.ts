/** What is set for a deployment and does not change while a function runs. */
import type { Tags } from "../model.js";

export type Mode = "enforce" | "observe" | "drain";

export interface Guardrails {
  /** A sweep that would bring a day's removals above this share of our sessions, 0–100, removes none … */
  readonly removalPercent: number;
  /** … unless it is no more than this many, and no more than half of our sessions. */
  readonly removalMinimum: number;
  /** Removals are let through until then (milliseconds since the epoch). */
  readonly acknowledgedUntil: number | null;
  /** Share of the selected interfaces that is mirrored, 0–100. */
  readonly rolloutPercent: number;
  /** Most sessions of ours, null for no ceiling but the account's quota. */
  readonly maxSessions: number | null;
  /** A controller's first sessions are at most so many, null for as many as are selected. */
  readonly firstApplySessions: number | null;
}

export interface Settings {
  readonly controller: string;
  readonly mode: Mode;
  /** The user's own tags for sessions. */
  readonly ownTags: Tags;
  /** The Terraform provider's `default_tags`, which sessions carry as well. */
  readonly defaultTags: Tags;
  /** Sessions that this controller may have, together with those of strangers. */
  readonly quota: number;
  readonly guardrails: Guardrails;
  /** What a session costs, for the estimate in a sweep's answer. */
  readonly sessionUsdPerHour: number;
}
