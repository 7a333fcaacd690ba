/** What a qualification asks, and what it writes down. Plain data: nothing here calls AWS. */
import type { SwitchName } from "../local-cloud/switches.js";

/** What a run may be given besides an account; what needs one of these is unproven without it. */
export type Extra = "second account" | "trail" | "detector" | "Fargate task";

/** A fact of AWS that no document settles: (?) in this repository. */
export interface Fact {
  readonly id: string;
  readonly question: string;
  /** The switch of the local cloud that the answer sets; its values are then the answers that count. */
  readonly switch?: SwitchName;
  /** Of a fact without a switch: what an answer looks like, "49 then 5 a second". */
  readonly unit?: string;
  readonly needs?: Extra;
  /** What the product does until it is known: it works either way. */
  readonly meanwhile: string;
}

/**
 * `seen`: AWS has answered, and `value` is the switch's, or a measure. `unproven`: not asked, and `detail` says what it
 * would need. `unknown`: asked, and the answer says neither.
 */
export type Status = "seen" | "unproven" | "unknown";

export interface Finding {
  readonly status: Status;
  readonly value?: string;
  /** In a sentence, for people: what was done and what came of it. */
  readonly detail: string;
}

export const seen = (value: string, detail: string): Finding => ({ status: "seen", value, detail });
export const unproven = (detail: string): Finding => ({ status: "unproven", detail });
export const unknown = (detail: string): Finding => ({ status: "unknown", detail });
