/** Looks for instances in VPCs that nobody listed: once an hour by the schedule, and for whoever asks for an explanation. */
import { signalAt } from "../aws/signal.js";
import { EVERY_VPC, toldOutside } from "../core/sessions/outside-vpcs.js";
import type { Policy } from "../core/sessions/policy.js";
import type { SweepContext } from "./context.js";
import type { SweepRequest } from "./request.js";

const HOUR_MS = 3_600_000;
/** It decides nothing, so it must not hold up the sweep for long. */
const LONGEST_MS = 20_000;

/** When the schedule's sweeps of this process looked last. */
let lookedAt = -Infinity;

/** `unknown`: not looked for now. */
export async function lookOutside(
  { findOutside, leftOutVpcs, ports, telemetry }: SweepContext,
  { by, explain }: SweepRequest,
  policy: Policy,
): Promise<readonly object[] | "unknown"> {
  const now = ports.clock.now();
  const isDue = by === "schedule" && now >= lookedAt + HOUR_MS;
  if (!isDue && explain !== true) return "unknown";
  if (isDue) lookedAt = now;
  const known = new Set([...leftOutVpcs, ...policy.vpcs.map(({ vpc_id }) => vpc_id)]);
  try {
    const found = leftOutVpcs.includes(EVERY_VPC)
      ? []
      : await findOutside(known, signalAt(ports.clock, now + LONGEST_MS));
    const instances = found.reduce((sum, { instanceIds }) => sum + instanceIds.length, 0);
    telemetry.metrics.addMetric("InstancesOutsideVpcs", "Count", instances);
    const told = toldOutside(found);
    if (instances > 0) telemetry.logger.warn("instances outside the policy's VPCs", { outside_vpcs: told });
    return told;
  } catch (error) {
    telemetry.logger.warn("VPCs outside the policy could not be read", error as Error);
    return "unknown";
  }
}

/** For tests: as a fresh process. */
export function forgetLook(): void {
  lookedAt = -Infinity;
}
