/** Demands of the version before become claims, before anything is decided without them. */
import type { EarlierDemands } from "../aws/earlier-demands.js";
import { isOpen } from "../core/demands/claim.js";
import type { App } from "../runtime/app.js";

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
    for (const claim of open) {
      const { claims: seen } = await claimStore.read([claim]);
      const [current] = seen;
      // Who has asked since is known better by that.
      if (current?.version !== undefined) continue;
      const written = await claimStore.write(
        claim,
        { claim: undefined, version: undefined, copied: false },
        now,
      );
      if (typeof written === "string")
        telemetry.logger.warn("demand not taken over", { claim, why: written });
    }
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
