/** The faults of a history as the local cloud's interference: they strike on the wire, not in the client. */
import type { LocalCloudClient } from "../../local-cloud/index.js";
import type { FaultPlan } from "./history.js";

export interface Strikes {
  /** Faults strike calls of the account while this acts, and nobody else's. */
  during(act: () => Promise<void>): Promise<void>;
  readonly seen: ReadonlyMap<string, number>;
}

const FAULTS = {
  throttle: { code: "RequestLimitExceeded", message: "Request limit exceeded.", status: 503 },
  error: { code: "InternalError", message: "An internal error has occurred", status: 500 },
  lost: { drop: true, when: "after" },
  unauthorized: {
    code: "UnauthorizedOperation",
    message: "You are not authorized to perform this operation.",
    status: 403,
  },
} as const;

/** Milliseconds by which a read is late for each change that it is to miss: a call takes a few. */
const LAG_MS = 15;
/** One read in so many is late while the fault lasts. */
const LATE = 0.5;

export function createStrikes(
  cloud: LocalCloudClient,
  account: string,
  faults: readonly FaultPlan[],
): Strikes {
  const seen = new Map<string, number>();
  let waiting = [...faults].sort((a, b) => a.at - b.at);
  let made = 0;

  const calls = async (): Promise<number> => {
    const { accounts } = await cloud.counts();
    return Object.entries(accounts[account] ?? {}).reduce(
      (sum, [name, count]) => sum + (name.startsWith("ec2:") ? count.calls : 0),
      0,
    );
  };

  return {
    seen,
    async during(act) {
      const stale = waiting.find(({ kind, at }) => kind === "stale" && at <= made);
      const lag = stale && { ms: stale.changes * LAG_MS, probability: LATE };
      // Each counts the calls that fit it from now on; one that another fault took does not count.
      await cloud.interfere({
        faults: waiting.flatMap(({ kind, at }) =>
          kind === "stale"
            ? []
            : [{ action: "ec2:*", account, nth: Math.max(0, at - made) + 1, ...FAULTS[kind] }],
        ),
        ...(lag && { stale: { sessions: lag, targets: lag, instances: lag, interfaces: lag } }),
      });
      const before = await calls();
      await act();
      made += (await calls()) - before;
      await cloud.interfere({});
      const over = waiting.filter((fault) => fault === stale || (fault.kind !== "stale" && fault.at < made));
      for (const { kind } of over) seen.set(kind, (seen.get(kind) ?? 0) + 1);
      waiting = waiting.filter((fault) => !over.includes(fault));
    },
  };
}
