/** What a sweep answers, and what an apply must not pass over. */
import type { Guardrails } from "../core/sessions/settings.js";
import { costAMonth } from "../core/sessions/first-apply.js";
import type { Held } from "../core/sessions/removal-window.js";
import type { Report } from "../core/sessions/report.js";

/** What `sweep` answers. */
export interface Summary {
  readonly mode: string;
  readonly selected: number;
  readonly mirrored: number;
  readonly created: number;
  readonly modified: number;
  readonly retagged: number;
  readonly deleted: number;
  /** By AWS's error code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Selected but not mirrored, by our reason; only those that occur. */
  readonly uncovered: Readonly<Record<string, number>>;
  readonly foreign: number;
  /** Demands that are open. */
  readonly demands: number;
  readonly held_removals: number;
  /** Sessions of ours when all that is planned or held is done, and what they cost (US dollars, without traffic). */
  readonly sessions: number;
  readonly usd_per_month: number;
  readonly held_creations: number;
  readonly remaining: number;
  readonly complete: boolean;
  /** Instances in VPCs that the policy does not list, by VPC; `unknown` where this sweep did not look. */
  readonly outside_vpcs?: readonly object[] | "unknown";
  /** With `explain`: every interface of the policy's VPCs without a session of ours, and why. */
  readonly not_mirrored?: readonly object[];
}

/** What Lambda can answer is 6 MB; an interface takes about 200 bytes. */
const NOT_MIRRORED_LIMIT = 10_000;

export function summarize(report: Report, demands: number, usdPerHour: number): Summary {
  const { mode, selected, mirrored, created, modified, retagged, deleted, refused, foreign, remaining } =
    report;
  const uncovered = Object.fromEntries(Object.entries(report.uncovered).filter(([, number]) => number > 0));
  return {
    mode,
    selected,
    mirrored,
    created,
    modified,
    retagged,
    deleted,
    refused,
    uncovered,
    foreign,
    demands,
    held_removals: report.heldRemovals,
    sessions: report.sessionsPlanned,
    usd_per_month: costAMonth(report.sessionsPlanned, usdPerHour),
    held_creations: report.heldCreations,
    remaining,
    complete: remaining === 0,
  };
}

/** The selected ones first: they are what the promise is about. */
export function explained({ notMirrored }: Report): readonly object[] {
  return [...notMirrored]
    .sort((a, b) => Number(b.selected) - Number(a.selected))
    .slice(0, NOT_MIRRORED_LIMIT)
    .map(({ interfaceId, instanceId, ruleName: rule, selected, reason, by }) => ({
      interface: interfaceId,
      instance: instanceId,
      rule,
      selected,
      reason,
      ...(by && { by }),
    }));
}

/** How the sentence ends. */
const holdCauses: Record<Held, string> = {
  guardrail:
    "more than guardrails.removal_percent and removal_minimum allow within a day; nothing was removed. If that is meant, " +
    "set guardrails.acknowledged_until to a time soon from now and apply again",
  "record-unread":
    "and what was removed within a day could not be read from the parameter sweep-state; nothing was removed. See " +
    '"Sweep state unread" in docs/operations.md, and apply again',
  "record-unwritten":
    "and that could not be written down in the parameter sweep-state; nothing was removed. See " +
    '"Sweep state unread" in docs/operations.md, and apply again',
  "other-sweeps":
    "and other sweeps wrote down theirs at the same time; nothing was removed. Apply again in a minute",
};

/** What an apply must not hide: Terraform would go on and fail later with a message that explains nothing. */
export function refuseToPass(
  report: Report,
  { usd_per_month }: Summary,
  { firstApplySessions }: Guardrails,
  problems: readonly string[],
): void {
  if (problems.length > 0) {
    throw new Error(`policy refused, an earlier version stays in force: ${problems.join("; ")}`);
  }
  if (report.mode !== "enforce") return;
  if (report.heldCreations > 0) {
    throw new Error(
      `first apply held: sources select ${String(report.heldCreations)} interfaces, whose sessions cost about ` +
        `${String(Math.round(usd_per_month))} $ a month, and guardrails.first_apply_sessions allows a first apply ` +
        `${String(firstApplySessions)}; none was made. If that is meant, set guardrails.first_apply_sessions to ` +
        `${String(report.heldCreations)} or more and apply again; else select fewer (sources, exclude, ` +
        "guardrails.rollout_percent)",
    );
  }
  if (report.heldRemovals > 0) {
    throw new Error(
      `removal held: this change would remove ${String(report.heldRemovals)} of ${String(report.sessionsOfOurs)} ` +
        `sessions, ${holdCauses[report.heldBecause ?? "guardrail"]}`,
    );
  }
  if (report.waiting > 0) {
    throw new Error(
      `${String(report.waiting)} sessions stay on targets that are to be destroyed, since EC2 does not show what ` +
        "replaces them yet, or not as available; nothing was removed. Accept the endpoint if it waits for that, and " +
        "run apply again",
    );
  }
  if (report.remainingChanges > 0) {
    throw new Error(
      `${String(report.remainingChanges)} sessions could not be changed or removed yet, so what they use must ` +
        "not be destroyed; run apply again to go on",
    );
  }
}
