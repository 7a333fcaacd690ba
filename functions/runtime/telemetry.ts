/**
 * What the functions say of themselves: a log line for each decision that changed something or failed, and
 * metrics for every outcome, zeros included, so that an alarm can tell "none" from "silent".
 */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { dropReasons, type DropReason } from "../core/events/envelope.js";
import { quotaUsedPercent } from "../core/sessions/account.js";
import type { Done } from "../core/sessions/decisions.js";
import type { Report } from "../core/sessions/report.js";

export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** One line for each action, as it ends. */
  readonly onDone: (done: Done) => void;
}

export function createTelemetry(controller: string): Telemetry {
  const logger = new Logger();
  const metrics = new Metrics({ defaultDimensions: { controller } });
  return { logger, metrics, onDone: (done) => logDone(logger, done) };
}

function logDone(logger: Logger, { action, outcome }: Done): void {
  const { kind, interfaceId, instanceId, ruleName: rule, reason } = action;
  const fields = {
    action: kind,
    interface: interfaceId,
    instance: instanceId,
    rule,
    reason,
    outcome: outcome.kind,
    ...("sessionId" in action && { session: action.sessionId }),
    ...("changes" in action && { changes: action.changes }),
    ...("desired" in action && { target: action.desired.targetId, number: action.desired.number }),
  };
  // A create for what EC2 does not know yet has come to nothing; of everything else that is gone there is no more to do.
  if (outcome.kind === "done" || (outcome.kind === "gone" && kind !== "create"))
    logger.info(`session ${kind}`, fields);
  else {
    const failed = { ...fields, code: outcome.code, aws_message: outcome.message.slice(0, 500) };
    if (outcome.kind === "not-permitted") logger.error(`session ${kind} is not permitted`, failed);
    else logger.warn(`session ${kind} did not succeed`, failed);
  }
}

/** One line for each interface that an event named and that stays without a session, with the reason. */
export function logNotMirrored({ logger }: Telemetry, report: Report): void {
  for (const { interfaceId, instanceId, ruleName: rule, selected, reason } of report.notMirrored) {
    const fields = { interface: interfaceId, instance: instanceId, rule, reason };
    if (selected) logger.info("selected and not mirrored", fields);
    else logger.debug("not selected", fields);
  }
}

export function logPolicyProblems({ logger }: Telemetry, problems: readonly string[]): void {
  if (problems.length > 0) {
    logger.error("policy refused, an earlier version stays in force", { problems });
  }
}

/** What became of the hooks of a batch. */
export interface FollowUpCounts {
  continued: number;
  abandoned: number;
  breaker: number;
}
export const noFollowUps: Readonly<FollowUpCounts> = { continued: 0, abandoned: 0, breaker: 0 };

export function countFollowUps({ metrics }: Telemetry, counts: Readonly<FollowUpCounts>): void {
  metrics.addMetric("HooksContinued", MetricUnit.Count, counts.continued);
  metrics.addMetric("HooksAbandoned", MetricUnit.Count, counts.abandoned);
  metrics.addMetric("HookBreakerOpen", MetricUnit.Count, counts.breaker);
}

/** Metrics that events and sweeps have. */
export function countReport({ metrics }: Telemetry, report: Report, policyProblems: readonly string[]): void {
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  count("SessionsCreated", report.created);
  count("SessionsModified", report.modified);
  count("SessionsRetagged", report.retagged);
  count("SessionsDeleted", report.deleted);
  count("CallsThrottled", report.outcomes.throttled);
  count("CallsFailed", report.outcomes.transient + report.outcomes.conflict);
  count("SourcesRefused", report.outcomes.refused + report.outcomes.unexplained);
  count("QuotaRefused", report.outcomes.quota);
  count("NotPermitted", report.outcomes["not-permitted"]);
  count("PolicyRefused", policyProblems.length > 0 ? 1 : 0);
}

/** Metrics of the whole account, which only a sweep knows. */
export function countSweep(
  { metrics }: Telemetry,
  report: Report,
  quota: number,
  milliseconds: number,
): void {
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  const sessions = { ...report, ours: report.sessionsOfOurs + report.created - report.deleted };
  count("SourcesSelected", report.selected);
  count("SourcesMirrored", report.mirrored);
  count("SourcesUncovered", report.selected - report.mirrored);
  count("SessionsForeign", report.foreign);
  count("ActionsRemaining", report.remaining);
  // What was not read is neither well nor ill: the alarms keep what they knew.
  if (report.filtersRead) {
    count("FiltersSilent", report.silentFilters.length);
    count("FiltersChanged", report.changedFilters.length);
    count("SourcesOutranked", report.uncovered.outranked);
  }
  if (report.zonesRead) count("SourcesInUnhealthyZones", report.uncovered["zone-unhealthy"]);
  count("FiltersUnread", report.filtersRead ? 0 : 1);
  count("ZonesUnread", report.zonesRead ? 0 : 1);
  count("SessionsDisputed", report.disputed.length);
  count("SourcesNotSeen", report.notSeen);
  count("ReceiversUnread", report.receiversUnread.length);
  count("RemovalHeld", report.heldRemovals);
  count("FirstApplyHeld", report.heldCreations);
  // A quota that is used up though nothing shows it (a target's, which other accounts may share) is used up all the same.
  const used = Math.max(quotaUsedPercent(sessions, quota), report.uncovered.quota > 0 ? 100 : 0);
  metrics.addMetric("QuotaUsedPercent", MetricUnit.Percent, used);
  metrics.addMetric("SweepDuration", MetricUnit.Milliseconds, milliseconds);
  for (const [reason, number] of Object.entries(report.uncovered)) {
    const single = metrics.singleMetric();
    single.addDimension("reason", reason);
    single.addMetric("SourcesUncoveredByReason", MetricUnit.Count, number);
  }
}

export function countDropped({ metrics }: Telemetry, dropped: readonly DropReason[]): void {
  metrics.addMetric("EventsDropped", MetricUnit.Count, dropped.length);
  for (const reason of dropReasons) {
    const number = dropped.filter((each) => each === reason).length;
    if (number > 0) metrics.addMetadata(`dropped-${reason}`, String(number));
  }
}
