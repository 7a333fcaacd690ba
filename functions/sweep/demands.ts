/** A sweep's part in demands: it honours them, writes down what has become of them, and removes what is over. */
import type { Deadlines } from "../core/deadlines.js";
import { openClaims, isOpen, isOver, settle, type Demand } from "../core/demands/demand.js";
import { demandResultOf } from "../core/demands/intake.js";
import type { StoredDemand } from "../core/demands/ports.js";
import { writeDemand } from "../core/demands/update.js";
import type { Report } from "../core/sessions/report.js";
import type { ClaimsByInterface } from "../core/sessions/selection.js";
import type { App } from "../runtime/app.js";
import { withPermissionRetries } from "../runtime/permission-retries.js";

/** Parameters that one sweep writes; SSM takes a few a second, and the next sweep goes on. */
const WRITES_A_SWEEP = 50;

export interface SweptDemands {
  /** null: they could not be read. */
  readonly stored: readonly StoredDemand[] | null;
  readonly claims: ClaimsByInterface | null;
}

export async function readDemands(
  { ports, demandStore, telemetry }: App,
  deadlines: Deadlines,
  until: number,
): Promise<SweptDemands> {
  try {
    const stored = await withPermissionRetries(ports.clock, deadlines, () => demandStore.all(until));
    const now = ports.clock.now();
    return {
      stored,
      claims: new Map(stored.map(({ demand }) => [demand.interfaceId, openClaims(demand, now)])),
    };
  } catch (error) {
    telemetry.logger.error("demands could not be read: nothing is removed by policy", error as Error);
    return { stored: null, claims: null };
  }
}

/** Counts the demands that are open. What cannot be written now is written by the next sweep. */
export async function settleDemands(
  app: App,
  { stored }: SweptDemands,
  report: Report,
  until: number,
): Promise<number> {
  const { ports, demandStore, telemetry } = app;
  const now = ports.clock.now();
  const over: string[] = [];
  const states = new Map(report.sources.map(({ id, instance }) => [id, instance?.state]));
  let writes = 0;
  try {
    for (const seen of stored ?? []) {
      const { demand } = seen;
      const id = demand.interfaceId;
      if (isOver(demand, now)) {
        over.push(id);
        continue;
      }
      // What the sweep did not see keeps its answer, unless its time is up.
      const result = demandResultOf(report.verdicts.get(id), states.get(id), app.settings.mode) ?? {
        is: "pending" as const,
        reason: "not-found",
      };
      const known = report.verdicts.has(id) || !isOpen(demand, now);
      const answer = (current: Demand | undefined) => current && settle(current, result, now);
      if (!known || answer(demand) === demand || writes >= WRITES_A_SWEEP || ports.clock.now() >= until)
        continue;
      writes += 1;
      await writeDemand(demandStore, id, answer, seen);
    }
    if (ports.clock.now() < until) await removeOver(app, over);
  } catch (error) {
    telemetry.logger.warn("demands could not be written, the next sweep goes on", error as Error);
  }
  return (stored ?? []).filter(({ demand }) => isOpen(demand, now)).length;
}

/** Read once more: somebody may have requested it again in the meantime. */
async function removeOver({ ports, demandStore, telemetry }: App, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const now = ports.clock.now();
  const still = (await demandStore.of(ids)).filter(({ demand }) => isOver(demand, now));
  const gone = still.map(({ demand }) => demand.interfaceId);
  await demandStore.remove(gone);
  telemetry.logger.info("demands removed", { interfaces: gone.slice(0, 20), number: gone.length });
}
