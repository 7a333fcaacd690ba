/** The sweep: the whole account, from what EC2 shows now, within the time that is there. */
import { signalAt } from "../aws/signal.js";
import type { Deadlines } from "../core/deadlines.js";
import { PERMISSIONS_SPREAD_MS } from "../core/permissions.js";
import { sessionsChanged, sourcesRefused, sweepCompleted } from "../core/sessions/bus-events.js";
import type { Done } from "../core/sessions/decisions.js";
import { drain } from "../core/sessions/drain.js";
import { silentFilters } from "../core/sessions/filters.js";
import { sweep } from "../core/sessions/reconcile.js";
import { refusedSources, type RefusedSources } from "../core/sessions/refusals.js";
import { typeSupport } from "../core/sessions/instance-types.js";
import type { Policy } from "../core/sessions/policy.js";
import { createTypeMemory } from "../core/sessions/refused-types.js";
import { createQuotaMemory } from "../core/sessions/quota-memory.js";
import type { Report } from "../core/sessions/report.js";
import { openRecord } from "../core/sessions/sweep-state.js";
import { TAG_CONTROLLER } from "../core/tags.js";
import type { App } from "../runtime/app.js";
import { withPermissionRetries } from "../runtime/permission-retries.js";
import { countReport, countSweep, logPolicyProblems } from "../runtime/telemetry.js";
import type { SweepContext } from "./context.js";
import { lookOutside } from "./outside-vpcs.js";
import { areUnread, readDemands, settleDemands } from "./demands.js";
import { openWhenFree } from "./record.js";
import type { Request, SweepRequest } from "./request.js";
import { explained, refuseToPass, summarize, type Summary } from "./summary.js";

/**
 * A scheduled sweep leaves the last seconds of its minute to calls that wait for their turn. A longer rest would be
 * missing from the pace of a backfill: what the pace's bucket takes in meanwhile ends at its burst.
 */
const SCHEDULED_MS = 55_000;
/** A sweep that is requested because of tampering runs beside the scheduled one, so it is short. */
const AT_ONCE_MS = 25_000;
const longest: Partial<Record<SweepRequest["by"], number>> = {
  schedule: SCHEDULED_MS,
  event: AT_ONCE_MS,
};
/**
 * Demands, and then EC2, are read for so long at most: a sweep ends though a server answers slowly or never, and few
 * sweeps are under way at the same time.
 */
const READS_MS = 120_000;
/** After reading there is time to act, however long reading took. */
const WINDOW_MS = 20_000;
/** Writing down what became of demands takes no longer. */
const SETTLE_MS = 20_000;
/** An apply does not wait for a long backfill: the scheduled sweeps go on with it. */
const CREATES_OF_APPLY_MS = 60_000;
const MARGIN_MS = 10_000;
/** An apply waits no longer for a sweep that removes: those of the schedule have ended by then. */
const LONGEST_BESIDE_MS = 60_000;
/** Of that margin the bus may take so much: the answer, and what is left to do, must still be published. */
const PUBLISH_MS = 6_000;

/** So many sources a line of the log names. */
const NAMED_IN_A_LINE = 20;

const refusals: RefusedSources = refusedSources();
const types = createTypeMemory();
const quotas = createQuotaMemory();
const silent = silentFilters();

/** `remainingMs`: what is left of the function's time. Throws where whoever asked must not take it for done. */
export async function runSweep(
  app: SweepContext,
  request: Request,
  remainingMs: number,
): Promise<Summary | object> {
  const started = app.ports.clock.now();
  const whole = started + Math.max(0, remainingMs - MARGIN_MS);
  try {
    if (request.kind === "nothing") return {};
    if (request.kind === "drain") return await runDrain(app, { deadline: whole }, true);
    const deadlines = deadlinesOf(request, started, whole);
    if (app.settings.mode === "drain") {
      const report = await runDrain(app, deadlines, false);
      await endDemands(app, deadlines, whole);
      return report;
    }
    return await runReconcile(app, request, { ...deadlines, started, whole });
  } finally {
    app.telemetry.metrics.publishStoredMetrics();
  }
}

function deadlinesOf({ by }: SweepRequest, started: number, whole: number): Deadlines {
  if (by === "apply") {
    const createsUntil = Math.min(whole, started + CREATES_OF_APPLY_MS);
    return { deadline: whole, createsUntil, permissionsSpreadUntil: started + PERMISSIONS_SPREAD_MS };
  }
  return { deadline: Math.min(whole, started + (longest[by] ?? Infinity)) };
}

interface Times extends Deadlines {
  readonly started: number;
  /** The end of the function's time. */
  readonly whole: number;
}

async function runReconcile(
  app: SweepContext,
  request: SweepRequest,
  { started, whole, ...deadlines }: Times,
): Promise<Summary> {
  const { by, explain } = request;
  const { settings, telemetry } = app;
  const ports = by === "event" ? besideTheSchedule(app) : app.ports;
  const permitted = <T>(read: () => Promise<T>) => withPermissionRetries(ports.clock, deadlines, read);
  const { policy, problems, writtenAt } = await permitted(() => app.policies.load());
  logPolicyProblems(telemetry, problems);
  const applying = by === "apply";
  const window = { milliseconds: WINDOW_MS, until: whole };
  const policyWrittenAt = writtenAt;
  const { onDone } = telemetry;
  const run = { ...deadlines, window, ports, settings, policy, policyWrittenAt, types, quotas, onDone };
  const latestRead = () => Math.min(whole - WINDOW_MS, ports.clock.now() + READS_MS);
  const demands = await readDemands(app, deadlines, latestRead());
  const failed = { record: false };
  const store = { ...app.sweepState, read: () => permitted(() => app.sweepState.read()) };
  const onError = (error: unknown) => {
    failed.record = true;
    telemetry.logger.error("the record of sweeps failed: nothing more is removed by policy", error as Error);
  };
  const waitUntil = Math.min(deadlines.deadline, ports.clock.now() + LONGEST_BESIDE_MS);
  const record = await (applying
    ? openWhenFree(store, onError, ports.clock, waitUntil)
    : openRecord(store, onError));
  const report = await permitted(() =>
    sweep({ ...run, signal: signalAt(ports.clock, latestRead()) }, refusals, record, demands.claims, silent),
  );
  const settleUntil = Math.min(whole, ports.clock.now() + SETTLE_MS);
  const open = await settleDemands(app, demands, report, settleUntil);
  countReport(telemetry, report, problems);
  countSweep(telemetry, report, settings.quota, ports.clock.now() - started);
  telemetry.metrics.addMetric("DemandsOpen", "Count", open);
  telemetry.metrics.addMetric("DemandsUnread", "Count", areUnread(demands) ? 1 : 0);
  telemetry.metrics.addMetric("SourcesOfRefusedTypes", "Count", ofRefusedTypes(report, policy));
  telemetry.metrics.addMetric("SweepStateUnread", "Count", record.window === null || failed.record ? 1 : 0);
  const summary = summarize(report, open, settings.sessionUsdPerHour);
  if (report.disputed.length > 0) telemetry.logger.error("ownership disputed", { sessions: report.disputed });
  if (report.silentFilters.length > 0) {
    telemetry.logger.error("filters accept nothing", { filters: report.silentFilters });
  }
  if (report.changedFilters.length > 0) {
    telemetry.logger.error("filters are not what Terraform declared", { filters: report.changedFilters });
  }
  const outranked = report.notMirrored.filter(({ by }) => by !== undefined);
  if (outranked.length > 0) {
    const sources = outranked.slice(0, NAMED_IN_A_LINE).map(({ interfaceId, by }) => ({ interfaceId, by }));
    telemetry.logger.error("other sessions take packets first", { number: outranked.length, sources });
  }
  if (report.uncovered["zone-unhealthy"] > 0) {
    const fields = { number: report.uncovered["zone-unhealthy"], targets: report.unhealthyTargets };
    telemetry.logger.error("no healthy node in the zone of targets", fields);
  }
  if (report.heldRemovals > 0) {
    telemetry.logger.error("removal held", { held: report.heldRemovals, because: report.heldBecause });
  }
  if (report.heldCreations > 0) telemetry.logger.error("first apply held", { held: report.heldCreations });
  if (report.receiversUnread.length > 0) {
    telemetry.logger.warn("what stands behind these load balancers is not known", {
      load_balancers: report.receiversUnread,
    });
  }
  telemetry.logger.info("sweep", { by, ...summary, not_seen: report.notSeen });
  const published = [
    ...sessionsChanged(settings.controller, report.done),
    ...sourcesRefused(settings.controller, refusedNow(report)),
    sweepCompleted(settings.controller, { by, ...summary }),
  ];
  const publishUntil = Math.min(whole, Math.max(deadlines.deadline, ports.clock.now())) + PUBLISH_MS;
  const lost = await app.publish(published, publishUntil);
  telemetry.metrics.addMetric("EventsNotSent", "Count", lost);
  if (applying) refuseToPass(report, summary, settings.guardrails, problems);
  const answer = { ...summary, outside_vpcs: await lookOutside(app, request, policy) };
  return explain === true ? { ...answer, not_mirrored: explained(report) } : answer;
}

/**
 * In mode drain claims are left as they are, but those that end are still ended: DynamoDB cleans up what nobody ended, and
 * would leave it counted in its requester's quota for ever.
 */
async function endDemands(app: SweepContext, deadlines: Deadlines, whole: number): Promise<void> {
  const until = Math.min(whole, app.ports.clock.now() + SETTLE_MS);
  const demands = await readDemands(app, deadlines, until);
  await settleDemands(app, demands, { sources: [], verdicts: new Map() }, until);
}

/** Its turns come out of a share that the schedule's sweep, which may be under way in another process, leaves free. */
function besideTheSchedule({ ports, turnBeside }: SweepContext): App["ports"] {
  const turn = async (until: number) => (await turnBeside(until)) && ports.writer.turn(until);
  return { ...ports, writer: { ...ports.writer, turn } };
}

/** Only what AWS refused in this run: what stays refused would be published every minute. */
function refusedNow({ notMirrored, done }: Report): Report["notMirrored"] {
  const tried = new Set(
    done.filter(({ action }) => action.kind === "create").map(({ action }) => action.interfaceId),
  );
  return notMirrored.filter(({ interfaceId }) => tried.has(interfaceId));
}

/** Selected sources that are silent because EC2 refused their type on others. What the policy forbids is not counted. */
function ofRefusedTypes({ sources, verdicts }: Report, { options }: Policy): number {
  const refused = types.refused();
  return sources.filter(({ id, instance }) => {
    const verdict = verdicts.get(id);
    return (
      instance &&
      Object.hasOwn(refused, instance.type) &&
      typeSupport(instance.type, options.instance_types) !== "no" &&
      verdict?.is === "uncovered" &&
      verdict.reason === "instance-type"
    );
  }).length;
}

async function runDrain(app: App, deadlines: Deadlines, mustFinish: boolean): Promise<object> {
  const { ports, settings, telemetry } = app;
  const done: Done[] = [];
  const onDone = (each: Done) => {
    telemetry.onDone(each);
    done.push(each);
  };
  const run = { ...deadlines, ports, controller: settings.controller, onDone };
  const report = await withPermissionRetries(ports.clock, deadlines, () => drain(run));
  telemetry.metrics.addMetric("SessionsDeleted", "Count", report.deleted);
  telemetry.logger.info("drain", { ...report });
  // The hub is to hear of it too: Terraform keeps the way there open until this is done.
  const lost = await app.publish(sessionsChanged(settings.controller, done), deadlines.deadline + PUBLISH_MS);
  telemetry.metrics.addMetric("EventsNotSent", "Count", lost);
  // Nobody reads them any more; in mode drain they are kept until their ends, like the controller.
  if (mustFinish && report.remaining > 0) {
    throw new Error(
      `drain: ${String(report.deleted)} sessions removed, ${String(report.remaining)} are left` +
        `${report.because === undefined ? "" : ` (${report.because})`}; run destroy again to go on`,
    );
  }
  if (report.lost) telemetry.logger.error("ownership disputed", { sessions: report.lost });
  if (mustFinish && report.lost) {
    throw new Error(
      `drain: sessions that this controller made have lost its tag, so that it may not remove them: ` +
        `${report.lost.join(", ")}; put the tag ${TAG_CONTROLLER} back or delete them, and run destroy again`,
    );
  }
  return { mode: "drain", ...report, complete: report.remaining === 0 };
}
