/** What a run found out about one interface: whether it is mirrored, and why not. */
import type { Reason, UncoveredReason } from "../outcomes.js";
import type { Done, SourcePlan } from "./decisions.js";
import { standing } from "./filters.js";
import type { Rival } from "./rivals.js";

export type Verdict =
  | { readonly is: "mirrored"; readonly sessionId: string | undefined }
  | { readonly is: "uncovered"; readonly reason: UncoveredReason; readonly by?: Rival }
  | { readonly is: "unselected"; readonly reason: Reason };

/** What a sweep knows beside the plans: a session that stands may still take nothing. */
export interface Judgement {
  readonly silentFilters: ReadonlySet<string>;
  readonly changedFilters: ReadonlySet<string>;
  readonly unhealthyTargets: ReadonlySet<string>;
  readonly rivalOf: (plan: SourcePlan) => Rival | undefined;
}

/** `judgement`: undefined where only some of the account was looked at; the next sweep judges. */
export function verdictOf(
  plan: SourcePlan,
  done: readonly Done[],
  judgement: Judgement | undefined,
): Verdict {
  const found = verdictOn(plan, done);
  if (found.is !== "mirrored" || judgement === undefined) return found;
  const { filterId = "", targetId = "" } = standing(plan) ?? {};
  if (judgement.changedFilters.has(filterId)) return { is: "uncovered", reason: "filter-changed" };
  if (judgement.silentFilters.has(filterId)) return { is: "uncovered", reason: "filter-accepts-nothing" };
  const by = judgement.rivalOf(plan);
  if (by !== undefined) return { is: "uncovered", reason: "outranked", by };
  return judgement.unhealthyTargets.has(targetId) ? { is: "uncovered", reason: "zone-unhealthy" } : found;
}

function verdictOn(plan: SourcePlan, done: readonly Done[]): Verdict {
  const mirrored: Verdict = { is: "mirrored", sessionId: plan.kept?.id };
  for (const decision of plan.decisions) {
    switch (decision.kind) {
      case "leave":
        if (decision.covered === "mirrored") return mirrored;
        if (decision.covered === "unselected") return { is: "unselected", reason: decision.reason };
        return { is: "uncovered", reason: decision.reason };
      case "modify":
      case "retag":
        return mirrored;
      case "create": {
        const outcome = done.find(({ action }) => action.kind === "create")?.outcome;
        return outcome === undefined
          ? { is: "uncovered", reason: "pending" }
          : verdictOnCreate(plan, outcome);
      }
      case "delete":
        break;
    }
  }
  return { is: "unselected", reason: plan.decisions[0]?.reason ?? "no-rule" };
}

/** What EC2 says not to know it may know in a moment: a new interface is listed before it can be used everywhere. */
function verdictOnCreate({ isTypeListed }: SourcePlan, outcome: Done["outcome"]): Verdict {
  switch (outcome.kind) {
    case "done":
      return { is: "mirrored", sessionId: outcome.value };
    case "refused":
      return { is: "uncovered", reason: isTypeListed === false ? "instance-type" : "aws-refused" };
    case "unexplained":
      return { is: "uncovered", reason: "aws-refused" };
    case "quota":
    case "not-permitted":
      return { is: "uncovered", reason: outcome.kind };
    default:
      return { is: "uncovered", reason: "pending" };
  }
}
