import type { Clock } from "./clock.js";

/** How long the permissions of a role just made may take to spread. */
export const PERMISSIONS_SPREAD_MS = 90_000;
const RETRY_MS = 5_000;

/** Until when what was not permitted is tried again, in milliseconds since the epoch. */
interface Until {
  readonly deadline: number;
  readonly permissionsSpreadUntil: number;
}

/** Waits for the next try; false at once when that would come too late. */
export async function waitedForPermission(
  clock: Clock,
  { deadline, permissionsSpreadUntil }: Until,
): Promise<boolean> {
  if (clock.now() + RETRY_MS >= Math.min(deadline, permissionsSpreadUntil)) return false;
  await clock.sleep(RETRY_MS);
  return true;
}
