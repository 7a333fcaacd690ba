/**
 * EC2 is eventually consistent ("Ensuring eventual consistency", Amazon EC2 Developer Guide): in the end-to-end suite each
 * describe of a function shows some moment of the last three seconds, another one at each read, drawn from a seed. A test
 * that fails says which; TRAFFIC_MIRROR_SEED draws from it again.
 */
import type { LocalCloud } from "../../local-cloud/index.js";

const MILLISECONDS = 3_000;
/** A function comes back to what it did not see after 1, 2, 4 and 8 seconds: functions/core/events/retry.ts. */
const LONGEST_WAIT = 10_000;

const given = process.env["TRAFFIC_MIRROR_SEED"];
const seed = given === undefined ? Date.now() % 1_000_000 : Number(given);
// The test environment prints it where a test fails.
Object.assign(globalThis, { consistencySeed: seed });

/**
 * `callers`: functions alone, since who deploys reads by id what it has just made, and the provider repeats that read for
 * some types and not for others. `scale`: of all times, for what would take minutes.
 */
export async function makeEventual(cloud: LocalCloud, scale = 1): Promise<void> {
  await cloud.settings({
    consistency: { milliseconds: MILLISECONDS * scale, seed, callers: "functions" },
    // The record of a call is always later than the lists: CloudTrail takes seconds to minutes.
    trailMilliseconds: MILLISECONDS * scale,
    visibilityScale: scale,
    idleAwaits: LONGEST_WAIT * scale,
  });
}

/** For tests that count calls: what is not seen at once is asked for again, and how often is drawn. */
export async function makeConsistent(cloud: LocalCloud): Promise<void> {
  await cloud.settings({ consistency: { milliseconds: 0 }, trailMilliseconds: 0 });
}

/** For files that were not yet seen through with lists that lag: only where a seed is given. */
export async function makeEventualIfAsked(cloud: LocalCloud): Promise<void> {
  if (given !== undefined) await makeEventual(cloud);
}
