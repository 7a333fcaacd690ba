/** What the function says of itself: a line for each action, and metrics for every outcome, zeros included. */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { EndpointDone } from "../core/endpoints/execute.js";
import { succeeded, type EndpointReport } from "../core/endpoints/reconcile.js";

export interface EndpointTelemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** One line for each action, as it ends. */
  readonly onDone: (done: EndpointDone) => void;
}

export function createEndpointTelemetry(name: string): EndpointTelemetry {
  const logger = new Logger();
  // The same dimension as the functions of sessions have: the two modules usually share their name.
  const metrics = new Metrics({ defaultDimensions: { controller: name } });
  return { logger, metrics, onDone: (done) => logDone(logger, done) };
}

function logDone(logger: Logger, { action, outcome }: EndpointDone): void {
  const { kind, ...fields } = action;
  const line = { action: kind, ...fields, outcome: outcome.kind };
  if (outcome.kind === "done" || outcome.kind === "gone") logger.info(kind, line);
  else {
    const failed = { ...line, code: outcome.code, aws_message: outcome.message.slice(0, 500) };
    if (outcome.kind === "not-permitted") logger.error(`${kind} is not permitted`, failed);
    else logger.warn(`${kind} did not succeed`, failed);
  }
}

export function countEndpointReport({ metrics }: EndpointTelemetry, report: EndpointReport): void {
  const count = (metric: string, value: number) => metrics.addMetric(metric, MetricUnit.Count, value);
  const { zones, held, leaving, disputed } = report.plan;
  const came = (...kinds: string[]) =>
    report.done.filter(({ outcome }) => kinds.includes(outcome.kind)).length;
  count("EndpointZonesNeeded", zones.length);
  count("EndpointZonesUnserved", zones.filter(({ state }) => state !== "served").length);
  count("EndpointsCreated", succeeded(report, "create-endpoint"));
  count("EndpointsDeleted", succeeded(report, "delete-endpoint"));
  count("EndpointsHeld", held.length);
  count("EndpointsDisputed", disputed.length);
  count("EndpointTargetsLeaving", leaving.length);
  count("EndpointCallsThrottled", came("throttled"));
  count("EndpointCallsNotPermitted", came("not-permitted"));
  // What was gone already is no failure, as with sessions: the next look decides anew.
  count("EndpointCallsFailed", came("transient", "conflict", "refused", "quota", "no-address", "service"));
}
