/** What modules/mirror-controller gives its functions where nobody says otherwise, read from its own text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Quotas } from "../../functions/core/demands/quota.js";
import { root } from "../../scripts/lib/run.js";

const numberIn = (path: string, pattern: RegExp): number => {
  const found = pattern.exec(readFileSync(join(root, "modules", "mirror-controller", path), "utf8"))?.[1];
  if (found === undefined)
    throw new Error(`modules/mirror-controller/${path} has nothing like ${pattern.source}`);
  return Number(found);
};
const defaultOf = (file: string, name: string): number =>
  numberIn(join("inputs", file), new RegExp(`\\b${name}\\s*=\\s*optional\\(number, ([\\d.]+)\\)`));

export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
  /** While a call waits for its turn; default `perSecond`. */
  readonly perSecondWaiting?: number;
}

export interface Paces {
  /** Of one run of `reconcile`. */
  readonly events: Pace;
  /** Of one run of `requests`. */
  readonly requests: Pace;
  readonly sweep: Pace;
  /** Runs of `reconcile` at the same time. */
  readonly concurrency: number;
  /** Runs of `requests` at the same time. */
  readonly requestsConcurrency: number;
}

export const defaultPaces = (): Paces => {
  const of = (name: string) => defaultOf("variables-limits.tf", name);
  const concurrency = of("events_maximum_concurrency");
  const requestsConcurrency = of("requests_maximum_concurrency");
  const perSecond = of("events_per_second");
  return {
    events: {
      perSecond: perSecond / concurrency,
      perSecondWaiting: (perSecond + of("sweep_per_second")) / concurrency,
      burst: of("events_burst") / concurrency,
    },
    requests: {
      perSecond: of("requests_per_second") / requestsConcurrency,
      burst: of("requests_burst") / requestsConcurrency,
    },
    sweep: { perSecond: of("sweep_per_second"), burst: of("sweep_burst") },
    concurrency,
    requestsConcurrency,
  };
};

/** `demands`, with the keys that the functions' environment has. */
export const defaultDemands = () => {
  const of = (name: string) => defaultOf("variables-triggers.tf", name);
  return {
    default_minutes: of("default_minutes"),
    maximum_minutes: of("maximum_minutes"),
    limit: of("limit"),
    requester_limit: of("requester_limit"),
    requests_per_minute: of("requests_per_minute"),
  };
};

export const defaultQuotas = (): Quotas => {
  const {
    requests_per_minute: requestsPerMinute,
    requester_limit: openPerRequester,
    limit,
  } = defaultDemands();
  return { requestsPerMinute, openPerRequester, openInAll: limit };
};

/** Messages that a run of the function gets at most. */
export const batchSizes = () => ({
  events: numberIn("queue.tf", /\bbatch_size\s*=\s*(\d+)/),
  requests: numberIn("requests.tf", /\bbatch_size\s*=\s*(\d+)/),
});
