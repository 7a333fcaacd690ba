/** Demands of the version before become claims, before anything is decided without them. */
import type { EarlierDemands } from "../aws/earlier-demands.js";
import { isOpen, type Claim } from "../core/demands/claim.js";
import type { ClaimStore } from "../core/demands/ports.js";
import type { App } from "../runtime/app.js";

/** Tries of one claim that others write at the same time, each of which reads it anew. */
const TRIES = 5;

/** Once there are none, a process asks no more: one read for each cold start. */
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
    // Who has asked since is known better by that.
    if (claims[0]?.version !== undefined) return;
    const nothing = { claim: undefined, version: undefined, copied: claims[0]?.copied ?? false };
    // Whoever had more open than the quotas of this version let in keeps them to their ends.
    const written = await claimStore.write(claim, nothing, now, true);
    if (typeof written === "object") return;
  }
  throw new Error(`the demand of ${claim.requester} on ${claim.interfaceId} could not be taken over`);
}
