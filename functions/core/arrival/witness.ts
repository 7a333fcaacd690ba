/**
 * What EC2 itself says of a source that is silent or was never seen: its bytes of an hour, by instance (Amazon EC2 User Guide,
 * "CloudWatch metrics for your instances": NetworkIn, NetworkOut, NetworkMirrorOut, NetworkSkipMirrorIn, NetworkSkipMirrorOut).
 */

/**
 * - lost: the instance mirrored, and nothing arrived
 * - skipped: it was to mirror, and dropped the copies for want of room
 * - not-mirrored: it had traffic, and mirrored none of it: the filter accepts none of it, or the session is broken
 * - idle: it had no traffic
 * - no-figures: EC2 has none
 */
export const witnesses = ["lost", "skipped", "not-mirrored", "idle", "no-figures"] as const;
export type Witness = (typeof witnesses)[number];

export interface InstanceBytes {
  readonly network: number;
  readonly mirrored: number;
  readonly skipped: number;
}

/** The figures are the instance's: with several mirrored interfaces they say what holds for one of them at least. */
export function witnessOf(bytes: InstanceBytes | undefined): Witness {
  if (bytes === undefined) return "no-figures";
  if (bytes.mirrored > 0) return "lost";
  if (bytes.skipped > 0) return "skipped";
  return bytes.network > 0 ? "not-mirrored" : "idle";
}
