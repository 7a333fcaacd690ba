/** What is set for a deployment and does not change while a function runs. */
import type { Tags } from "../model.js";
import type { Guardrails } from "./account.js";

export type Mode = "enforce" | "observe" | "drain";

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
