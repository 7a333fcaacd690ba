/** What a run found out about one interface: whether it is mirrored, and why not. */
import type { Reason, UncoveredReason } from "../outcomes.js";
import type { Done, SourcePlan } from "./decisions.js";
import { filterOf } from "./filters.js";

export type Verdict =
  | { readonly is: "mirrored"; readonly sessionId: string | undefined }
  | { readonly is: "uncovered"; readonly reason: UncoveredReason }
  | { readonly is: "unselected"; readonly reason: Reason };

/** What is wrong with filters, by their ids: their sessions stand, and nobody can rely on what they take. */
export function filterFaults(
  silent: readonly string[],
  changed: readonly string[],
): ReadonlyMap<string, Verdict> {
  const faulty = (reason: UncoveredReason): Verdict => ({ is: "uncovered", reason });
  return new Map([
    ...silent.map((id) => [id, faulty("filter-accepts-nothing")] as const),
    ...changed.map((id) => [id, faulty("filter-changed")] as const),
  ]);
}

export function verdictOf(
  plan: SourcePlan,
  done: readonly Done[],
  faults: ReadonlyMap<string, Verdict>,
): Verdict {
  const found = verdictOn(plan, done);
  return found.is === "mirrored" ? (faults.get(filterOf(plan) ?? "") ?? found) : found;
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
