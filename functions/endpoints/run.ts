/** The runs over everything: the schedule, apply, destroy, or a person with an empty object. */
import { drainEndpoints } from "../core/endpoints/drain.js";
import type { EndpointSettings } from "../core/endpoints/model.js";
import { reconcileEndpoints, succeeded } from "../core/endpoints/reconcile.js";
import type { EndpointReport, EndpointRun } from "../core/endpoints/reconcile.js";
import { PERMISSIONS_SPREAD_MS } from "../core/permissions.js";
import { withPermissionRetries } from "../runtime/permission-retries.js";
import type { EndpointApp } from "./app.js";
import type { EndpointRequest } from "./request.js";
import { countEndpointReport } from "./telemetry.js";

/** A scheduled run ends before the next begins; an apply leaves what takes longer to the schedule. */
const SCHEDULED_MS = 50_000;
const APPLY_MS = 90_000;
const MARGIN_MS = 10_000;

/** What `endpoints` answers. */
export interface EndpointSummary {
  readonly needed: number;
  readonly served: number;
  /** Zones that are needed and not served, and how each stands. */
  readonly waiting: readonly object[];
  /** Zones with subnets that are not served on purpose, and why. */
  readonly unserved: readonly object[];
  /** VPCs in which EC2 shows no subnet: not there, of another account or region, or still empty. */
  readonly empty: readonly string[];
  readonly created: number;
  readonly deleted: number;
  readonly leaving: EndpointReport["plan"]["leaving"];
  readonly held: EndpointReport["plan"]["held"];
  readonly disputed: EndpointReport["plan"]["disputed"];
  readonly complete: boolean;
}

/** `remainingMs`: what is left of the function's time. Throws where whoever asked must not take it for done. */
export async function runEndpoints(
  app: EndpointApp,
  request: Exclude<EndpointRequest, { kind: "events" }>,
  remainingMs: number,
): Promise<EndpointSummary | object> {
  const { clock } = app.sweep;
  const whole = clock.now() + Math.max(0, remainingMs - MARGIN_MS);
  if (request.kind === "nothing") return {};
  try {
    if (request.kind === "drain") return await runDrain(app, whole);
    return await runReconcile(app, request.by, whole);
  } finally {
    app.telemetry.metrics.publishStoredMetrics();
  }
}

async function runReconcile(
  app: EndpointApp,
  by: "schedule" | "apply" | "person",
  whole: number,
): Promise<EndpointSummary> {
  const started = app.sweep.clock.now();
  const limit = { schedule: SCHEDULED_MS, apply: APPLY_MS, person: SCHEDULED_MS }[by];
  const run: EndpointRun = {
    ports: app.sweep,
    settings: app.settings,
    proven: app.proven,
    deadline: Math.min(whole, started + limit),
    ...(by === "apply" && { permissionsSpreadUntil: started + PERMISSIONS_SPREAD_MS }),
    onDone: app.telemetry.onDone,
  };
  const report = await withPermissionRetries(run.ports.clock, run, () => reconcileEndpoints(run));
  countEndpointReport(app.telemetry, report);
  const summary = summarize(report, app.settings);
  app.telemetry.logger.info("endpoints", { by, ...summary });
  sayDisputed(app, report.plan.disputed);
  if (!report.service.usable) {
    const { code, message } = report.service;
    const sentence =
      `the endpoint service ${app.settings.service} is not there for this account (${code}: ${message}): check ` +
      "endpoint_service_name, and that the hub's `clients` name this account, then apply again";
    app.telemetry.logger.error(sentence);
    if (by === "apply") throw new Error(sentence);
  }
  return summary;
}

async function runDrain(app: EndpointApp, deadline: number): Promise<object> {
  const { telemetry, settings, sweep: ports, proven } = app;
  const { onDone } = telemetry;
  const report = await drainEndpoints({ ports, settings, proven, deadline, onDone });
  sayDisputed(app, report.disputed ?? []);
  telemetry.logger.info("drain", { ...report });
  const { remainingTargets, remainingEndpoints, because } = report;
  if (remainingTargets + remainingEndpoints > 0) {
    throw new Error(
      `drain: ${String(remainingTargets)} targets and ${String(remainingEndpoints)} endpoints are left` +
        `${because === undefined ? "" : ` (${because})`}; remove the sessions and targets of others that use them, ` +
        "then run destroy again to go on",
    );
  }
  return { ...report, complete: true };
}

/** Nothing is done about them, so somebody has to hear of them. */
function sayDisputed({ telemetry }: EndpointApp, disputed: readonly string[]): void {
  if (disputed.length > 0) telemetry.logger.error("ownership disputed", { disputed });
}

export function summarize(report: EndpointReport, { vpcIds }: EndpointSettings): EndpointSummary {
  const { plan } = report;
  const withSubnets = new Set([...plan.zones, ...plan.unserved].map(({ vpcId }) => vpcId));
  const served = plan.zones.filter(({ state }) => state === "served").length;
  return {
    needed: plan.zones.length,
    served,
    waiting: plan.zones
      .filter(({ state }) => state !== "served")
      .map(({ vpcId, zone, state, endpointId }) => ({
        vpc: vpcId,
        zone: zone.name,
        state,
        endpoint: endpointId,
      })),
    unserved: plan.unserved.map(({ vpcId, zone, reason }) => ({ vpc: vpcId, zone: zone.name, reason })),
    empty: vpcIds.filter((vpcId) => !withSubnets.has(vpcId)),
    created: succeeded(report, "create-endpoint"),
    deleted: succeeded(report, "delete-endpoint"),
    leaving: plan.leaving,
    held: plan.held,
    disputed: plan.disputed,
    complete: served === plan.zones.length && plan.actions.length === 0 && plan.leaving.length === 0,
  };
}
