/** What following up an event needs of the world besides reading and writing sessions. */
import type { Outcome } from "../outcomes.js";
import type { HookFollowUp } from "./follow-ups.js";

export interface LifecycleHooks {
  /** A hook that nobody waits for any more is `gone`. */
  complete(hook: HookFollowUp, result: "CONTINUE" | "ABANDON"): Promise<Outcome>;
  /** Launches of the group that came to nothing since then (milliseconds since the epoch). Throws. */
  failedLaunches(group: string, since: number): Promise<number>;
}
