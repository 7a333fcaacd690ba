/**
 * The permissions of a role that was just made take a while to spread. An apply, which may have made the role, tries
 * again what is not permitted, reads and writes alike; every other run takes the first answer.
 */
import type { Clock } from "./clock.js";
import type { Deadlines } from "./deadlines.js";

/** How long the permissions of a role just made may take to spread. */
export const PERMISSIONS_SPREAD_MS = 90_000;
const RETRY_MS = 5_000;

/** Waits for the next try; false at once when that would come too late. */
export async function waitedForPermission(
  clock: Clock,
  { deadline, permissionsSpreadUntil }: Deadlines,
): Promise<boolean> {
  if (permissionsSpreadUntil === undefined) return false;
  if (clock.now() + RETRY_MS >= Math.min(deadline, permissionsSpreadUntil)) return false;
  await clock.sleep(RETRY_MS);
  return true;
}
