/**
 * Whether what EC2 refused as not permitted is there at all. Our roles know what is ours by its tag and sources by their VPC, so
 * that what is gone by now may be answered so (?); that is told apart here, before the alarm for a missing permission fires.
 *
 * A list that shows it may be seconds old ("Ensuring eventual consistency", Amazon EC2 Developer Guide), so it is read again
 * when lists are current. What that shows is believed of the others for a minute: a role that lacks a permission would else
 * wait for each interface.
 */
import type { Clock } from "../core/clock.js";

const LISTS_CATCH_UP_MS = 3_500;
const BELIEVED_MS = 60_000;

/** Those of the ids that are there, or of which it could not be read. */
export type StillThere = (
  ids: readonly string[],
  read: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
) => Promise<ReadonlySet<string>>;

export function createStillThere(clock: Clock): StillThere {
  let believedUntil = -Infinity;
  return async (ids, read) => {
    try {
      const seen = await read(ids);
      if (seen.size === 0 || clock.now() < believedUntil) return seen;
      await clock.sleep(LISTS_CATCH_UP_MS);
      const there = await read([...seen]);
      if (there.size > 0) believedUntil = clock.now() + BELIEVED_MS;
      return there;
    } catch {
      return new Set(ids);
    }
  };
}
