/** Demands of the version before become claims, before anything is decided without them. */
import type { EarlierDemands } from "../aws/earlier-demands.js";
import { isOpen, type Claim } from "../core/demands/claim.js";
import type { ClaimStore } from "../core/demands/ports.js";
import type { App } from "../runtime/app.js";

/** Tries to write one claim; others may write it at the same time, so each try reads it anew. */
const TRIES = 5;

/** Reads until the first success, and then no more: one read for each cold start. */
export function createTakeOver(earlier: EarlierDemands): (app: App) => Promise<void> {
  let done = false;
  return async ({ claimStore, claimLimits, ports, telemetry }) => {
    if (done) return;
    const { claims, parameters } = await earlier.read();
    const now = ports.clock.now();
    // Nobody has a claim for longer than the maximum, whatever was written.
    const latest = now + claimLimits.maximumMinutes * 60_000;
    const open = claims
      .filter((claim) => isOpen(claim, now))
      .map((claim) => ({
        ...claim,
        since: Math.min(claim.since, now),
        until: Math.min(claim.until, latest),
      }));
    for (const claim of open) await takeOver(claimStore, claim, now);
    await earlier.remove(parameters);
    if (parameters.length > 0) {
      telemetry.logger.info("demands taken over from parameters", {
        parameters: parameters.length,
        claims: open.length,
      });
    }
    done = true;
  };
}

/** Throws where it could not be written: its parameter is then still there for the next sweep. */
async function takeOver(claimStore: ClaimStore, claim: Claim, now: number): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const { claims } = await claimStore.read([claim]);
    // A claim that is already in the table is newer than the parameter.
    if (claims[0]?.version !== undefined) return;
    const nothing = { copied: false, ...claims[0], claim: undefined, version: undefined };
    // More than this version's quotas allow may be open; all keep their ends.
    const written = await claimStore.write(claim, nothing, now, true);
    if (typeof written === "object") return;
  }
  throw new Error(`the demand of ${claim.requester} on ${claim.interfaceId} could not be taken over`);
}
