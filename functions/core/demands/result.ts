/** What has become of a demand, by the verdict on its interface. */
import { whoseReason } from "../outcomes.js";
import type { Mode } from "../sessions/settings.js";
import type { Verdict } from "../sessions/verdict.js";
import type { DemandResult } from "./claim.js";

/** What a verdict is to a requester; undefined when the run did not look at the interface. */
export function demandResultOf(
  verdict: Verdict | undefined,
  instanceState: string | undefined,
  mode: Mode,
): DemandResult | undefined {
  if (verdict === undefined || verdict.is === "mirrored") return verdict;
  const { reason } = verdict;
  // What lies outside the interface (a quota, a permission) may last, so it is an answer too, and nobody waits for its end.
  if (verdict.is === "unselected" || whoseReason(verdict.reason, instanceState) !== "open")
    return { is: "refused", reason };
  // The modes observe and drain mirror nothing, so there is nothing to wait for.
  return mode === "enforce" ? { is: "pending", reason } : { is: "refused", reason: mode };
}
