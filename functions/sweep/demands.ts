/** The demands of a sweep: it honours the open ones and writes down what became of each, its end included. */
import type { Deadlines } from "../core/deadlines.js";
import { isOpen, openClaims, settle, type Claim, type ClaimCopy } from "../core/demands/claim.js";
import { demandResultOf } from "../core/demands/result.js";
import type { ClaimKey, InterfaceClaims } from "../core/demands/ports.js";
import { openUpdates, randomPause } from "../core/demands/update.js";
import type { Report } from "../core/sessions/report.js";
import type { ClaimsByInterface } from "../core/sessions/selection.js";
import type { App } from "../runtime/app.js";
import { withPermissionRetries } from "../runtime/permission-retries.js";
import type { SweepContext } from "./context.js";

/** Most claims that one sweep writes, so that one call reads them all; the next sweep goes on. */
const WRITES_A_SWEEP = 50;

export interface SweptDemands {
  /** null: they could not be read. */
  readonly stored: readonly InterfaceClaims[] | null;
  readonly claims: ClaimsByInterface | null;
}

export async function readDemands(
  app: SweepContext,
  deadlines: Deadlines,
  until: number,
): Promise<SweptDemands> {
  const { ports, claimStore, telemetry } = app;
  try {
    const stored = await withPermissionRetries(ports.clock, deadlines, async () => {
      await app.takeOverDemands(app);
      return claimStore.all(until);
    });
    const now = ports.clock.now();
    const unread = stored.filter((each) => each.unread).map(({ interfaceId }) => interfaceId);
    if (unread.length > 0)
      telemetry.logger.error("claims that cannot be read keep what is mirrored", { unread });
    return {
      stored,
      claims: new Map(
        stored.map(({ interfaceId, copies, unread }) => [interfaceId, openClaims(copies, now, unread)]),
      ),
    };
  } catch (error) {
    telemetry.logger.error("demands could not be read: nothing is removed by policy", error as Error);
    return { stored: null, claims: null };
  }
}

/** Counts the claims that are open. What cannot be written now is written by the next sweep. */
export async function settleDemands(
  app: App,
  { stored }: SweptDemands,
  report: Pick<Report, "sources" | "verdicts">,
  until: number,
): Promise<number> {
  const { ports, claimStore, telemetry } = app;
  const now = ports.clock.now();
  const all = (stored ?? []).flatMap(({ interfaceId, copies }) =>
    copies.map((copy) => ({ interfaceId, copy })),
  );
  const states = new Map(report.sources.map(({ id, instance }) => [id, instance?.state]));
  const answer = (claim: Claim): Claim => {
    const { interfaceId } = claim;
    // What the sweep did not see keeps its answer, unless its time is up.
    const result = demandResultOf(
      report.verdicts.get(interfaceId),
      states.get(interfaceId),
      app.settings.mode,
    );
    if (result !== undefined) return settle(claim, result, now);
    return isOpen(claim, now) ? claim : settle(claim, { is: "pending", reason: "not-found" }, now);
  };
  const changed = all
    .filter(({ interfaceId, copy }) => {
      const claim = claimOf(interfaceId, copy);
      return answer(claim) !== claim;
    })
    .slice(0, WRITES_A_SWEEP)
    .map(({ interfaceId, copy }): ClaimKey & { copy: ClaimCopy } => ({
      requester: copy.requester,
      interfaceId,
      copy,
    }));
  const later = (error: unknown) => {
    telemetry.logger.warn("demands could not be written, the next sweep goes on", error as Error);
  };
  try {
    const updates = openUpdates(claimStore, () => ports.clock.now(), randomPause(ports.clock, app.random));
    if (ports.clock.now() < until) await updates.read(changed);
    for (const { copy, ...key } of changed) {
      if (ports.clock.now() >= until) break;
      // A claim that is gone is known by its copy. One that fails each time must not keep the others from being written.
      await updates.change(key, (claim) => answer(claim ?? claimOf(key.interfaceId, copy))).catch(later);
    }
  } catch (error) {
    later(error);
  }
  return all.filter(({ copy }) => isOpen(copy, now)).length;
}

/** What its copy says of a claim. */
function claimOf(interfaceId: string, copy: ClaimCopy): Claim {
  return { ...copy, interfaceId, at: copy.since, received: copy.since };
}

/** Whether some or all of them could not be read. */
export function areUnread({ stored }: SweptDemands): boolean {
  return stored === null || stored.some(({ unread }) => unread);
}
