/** The rule of core/permissions.ts for reads, which throw what AWS answers. Writes go by it where they are executed. */
import { classify } from "../aws/errors.js";
import type { Clock } from "../core/clock.js";
import type { Deadlines } from "../core/deadlines.js";
import { waitedForPermission } from "../core/permissions.js";

/** `work` may be done several times, so it must change nothing before it has read. */
export async function withPermissionRetries<T>(
  clock: Clock,
  deadlines: Deadlines,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (classify(error).kind !== "not-permitted") throw error;
      if (!(await waitedForPermission(clock, deadlines))) throw error;
    }
  }
}
