/**
 * When a message that could not be done comes back. A look that is merely too early is made good by any sweep, so it
 * is tried a few times within seconds and then let go: a storm of events never fills the dead-letter queue with
 * healthy work. A follow-up is nobody else's, so it is tried for as long as a peak or a deploy may last, and is in the
 * dead-letter queue after that (docs/operations.md, "DLQ not empty").
 */

/** Seconds until the next try, by how often it was tried. */
const SOON = [1, 2, 4, 8] as const;
const LATER = [30, 120, 600, 1800] as const;
/** Deliveries of one message; the queue's maxReceiveCount is the same number. */
export const DELIVERIES = SOON.length + LATER.length + 1;
/** A share of the longer delays, up and down, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * `deliveries`: how often the message was delivered, this time included. `random`: 0 up to 1. undefined: a look is
 * let go; a follow-up is left to the queue, which takes it for dead after its last delivery.
 */
export function delayOf(kind: "look" | "follow-up", deliveries: number, random: number): number | undefined {
  const soon = SOON[deliveries - 1];
  if (soon !== undefined) return soon;
  const later = LATER[deliveries - 1 - SOON.length];
  if (kind === "look" || later === undefined) return undefined;
  return Math.round(later * (1 + JITTER * (2 * random - 1)));
}
