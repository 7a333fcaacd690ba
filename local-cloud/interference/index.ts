/**
 * Everything that makes the local cloud slower, stricter or less reliable than memory: latency, EC2's token buckets,
 * injected errors before or after the effect, connections that break or on which nothing comes, late reads; and the counts of all calls.
 *
 * For the front: `configure` takes the JSON of config.ts (a wrong one throws a ZodError and changes nothing; what is
 * left out has its default, so `{}` turns everything off); `counts` gives `CountsReport`. An answer for which
 * `isDropped` is true must not be sent: destroy the socket; where `isSilent` is, leave it as it is. `before` and `after` recognise a call by its object, so
 * hand `after` the same one; when `before` answers, do not call `after`.
 */
import { serviceError } from "../answers.js";
import { createRandom, type Random } from "../ec2/random.js";
import type { Answer, Call, Cloud, Interference } from "../types.js";
import { Buckets } from "./buckets.js";
import {
  configSchema,
  consistencySchema,
  type Consistency,
  type FaultConfig,
  type InterferenceConfig,
} from "./config.js";
import { Counts, type CountsReport, type Outcome, type Recorded } from "./counts.js";
import { Faults } from "./faults.js";
import { setLag, type Lagging } from "./lag.js";
import { matchesAction } from "./match.js";

export interface ConfigurableInterference extends Interference {
  configure(config: unknown): void;
  /** Outlives `configure`: what every read is late by where `stale` says nothing. */
  setConsistency(consistency: unknown): void;
  /** All that has been so far is in every list from now on, as if the longest wait were over. */
  settle(): void;
  counts(): CountsReport;
  resetCounts(): void;
}

/** No HTTP status is zero or less: a broken connection, and one on which nothing ever comes. */
const DROPPED_STATUS = 0;
const SILENT_STATUS = -1;

export const isDropped = (answer: Answer): boolean => answer.status === DROPPED_STATUS;
export const isSilent = (answer: Answer): boolean => answer.status === SILENT_STATUS;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createInterference(cloud: Cloud): ConfigurableInterference {
  const buckets = new Buckets(() => cloud.now(), cloud.switches);
  const counts = new Counts();
  let config: InterferenceConfig = configSchema.parse({});
  let random: Random = createRandom(config.seed);
  let faults = new Faults(config.faults, random);
  let consistency: Consistency = consistencySchema.parse({ milliseconds: 0 });
  let moment: Random = createRandom(consistency.seed);
  let settledAt = Number.NEGATIVE_INFINITY;
  let open = new WeakMap<Call, { entry: Recorded; fault: FaultConfig | undefined }>();

  function configure(input: unknown): void {
    config = configSchema.parse(input);
    random = createRandom(config.seed);
    faults = new Faults(config.faults, random);
    buckets.reset();
  }

  const drawn = (what: Lagging, call: Call): number => {
    const lag = config.stale[what];
    const late =
      consistency.callers === "all" ||
      (consistency.callers === "roles" ? call.roleArn : call.functionName) !== undefined;
    if (lag === 0) return late && consistency.milliseconds > 0 ? moment() * consistency.milliseconds : 0;
    if (typeof lag === "number") return lag;
    if (random() >= lag.probability) return 0;
    return lag.ms + (lag.jitter > 0 ? random() * lag.jitter : 0);
  };

  setLag(cloud, {
    now: (what, call) => Math.max(0, Math.min(drawn(what, call), cloud.now() - settledAt)),
    longest: (what) => {
      const lag = config.stale[what];
      const most = typeof lag === "number" ? lag : lag.ms + lag.jitter;
      return Math.max(most, consistency.milliseconds);
    },
  });

  async function delay(call: Call): Promise<void> {
    const found = config.latency.find((each) => matchesAction(each.action, call));
    const ms = found ? found.ms + random() * found.jitter : 0;
    if (ms > 0) await wait(ms);
  }

  function close(entry: Recorded, outcome: Outcome, answer: Answer): Answer {
    counts.close(entry, outcome, answer.status, cloud.now());
    return outcome === "ok" || outcome === "failed" ? answer : { ...answer, by: `interference:${outcome}` };
  }

  function struck(call: Call, fault: FaultConfig): Answer {
    if (fault.silent) return { status: SILENT_STATUS, headers: {}, body: Buffer.alloc(0) };
    if (fault.drop) return { status: DROPPED_STATUS, headers: {}, body: Buffer.alloc(0) };
    return serviceError(call, fault.code, fault.message, fault.status);
  }

  return {
    configure,
    setConsistency: (input) => {
      consistency = consistencySchema.parse(input);
      moment = createRandom(consistency.seed);
    },
    settle: () => {
      settledAt = cloud.now();
    },
    counts: () => counts.report(config.record),
    resetCounts: () => counts.reset(),
    reset: () => {
      configure({});
      consistency = consistencySchema.parse({ milliseconds: 0 });
      settledAt = Number.NEGATIVE_INFINITY;
      counts.reset();
      open = new WeakMap();
    },

    before: async (call) => {
      const entry = counts.open(call, cloud.now(), config.record);
      const throttle = buckets.take(call, config.throttling);
      const fault = throttle === undefined ? faults.strike(call) : undefined;
      open.set(call, { entry, fault: fault?.when === "after" ? fault : undefined });
      await delay(call);
      if (throttle !== undefined) {
        const status = call.service === "ec2" ? 503 : 400;
        return close(entry, "throttled", serviceError(call, throttle, "Request limit exceeded.", status));
      }
      if (fault?.when !== "before") return undefined;
      return close(entry, fault.drop || fault.silent ? "dropped" : "fault-before", struck(call, fault));
    },

    after: async (call, answer) => {
      const known = open.get(call);
      const entry = known?.entry ?? counts.open(call, cloud.now(), config.record);
      open.delete(call);
      if (!known?.fault) return close(entry, answer.status >= 400 ? "failed" : "ok", answer);
      return close(
        entry,
        known.fault.drop || known.fault.silent ? "dropped" : "fault-after",
        struck(call, known.fault),
      );
    },
  };
}
