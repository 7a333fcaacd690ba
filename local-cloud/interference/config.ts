/** What goes wrong, how slow it is, and what is written down: set while the local cloud runs, as JSON. */
import * as z from "zod";

/** `service:Action`, where either side may hold `*` and `?`; without a colon, an action of any service. */
const glob = z.string().min(1);

const latency = z.strictObject({
  action: glob.default("*"),
  /** Milliseconds that every call takes longer. */
  ms: z.number().min(0),
  /** Up to so many milliseconds more, evenly spread. */
  jitter: z.number().min(0).default(0),
});

const bucket = z.strictObject({
  name: z.string(),
  action: glob,
  /** Only calls that give neither filters, ids nor MaxResults. */
  unfiltered: z.boolean().default(false),
  capacity: z.number().min(1),
  /** Tokens a second. */
  refill: z.number().min(0),
  /** `action`: a bucket for each action; `class`: one for all that the glob names. */
  per: z.enum(["action", "class"]).default("action"),
  code: z.string().default("RequestLimitExceeded"),
});

const fault = z
  .strictObject({
    action: glob,
    account: z.string().optional(),
    region: z.string().optional(),
    /** A request counts only when these form fields have these values (`*` and `?` allowed). */
    params: z.record(z.string(), z.string()).optional(),
    /** Exactly one of these says which of the matching calls fail; none: all of them. */
    probability: z.number().min(0).max(1).optional(),
    nth: z.number().int().min(1).optional(),
    every: z.number().int().min(1).optional(),
    first: z.number().int().min(1).optional(),
    /** `after`: the effect happens and its answer is lost. */
    when: z.enum(["before", "after"]).default("before"),
    code: z.string().default("InternalError"),
    message: z.string().default("An internal error has occurred"),
    status: z.number().int().min(400).max(599).default(500),
    /** No answer at all: the connection breaks. */
    drop: z.boolean().default(false),
    /** No answer at all: the connection is taken and stays open. */
    silent: z.boolean().default(false),
  })
  .refine((f) => [f.probability, f.nth, f.every, f.first].filter((x) => x !== undefined).length <= 1, {
    message: "give only one of probability, nth, every and first",
  });

/**
 * Milliseconds by which reads are late; or with up to so many more, drawn anew for each read, so that of two reads the
 * later one may show less; or with a probability for each read to be late.
 */
const lag = z.union([
  z.number().min(0).max(120_000),
  z.strictObject({
    ms: z.number().min(0).max(60_000),
    jitter: z.number().min(0).max(60_000).default(0),
    probability: z.number().min(0).max(1).default(1),
  }),
]);

export const configSchema = z.strictObject({
  seed: z.number().int().default(1),
  latency: z.array(latency).default([]),
  /** `documented`: EC2's own, see buckets.ts; a list: these instead. */
  throttling: z.union([z.enum(["off", "documented"]), z.array(bucket)]).default("off"),
  faults: z.array(fault).default([]),
  stale: z
    .strictObject({
      sessions: lag.default(0),
      targets: lag.default(0),
      filters: lag.default(0),
      endpoints: lag.default(0),
      instances: lag.default(0),
      interfaces: lag.default(0),
      subnets: lag.default(0),
      vpcs: lag.default(0),
      routeTables: lag.default(0),
      securityGroups: lag.default(0),
    })
    .prefault({}),
  /** Keep a list of the calls in order. */
  record: z.boolean().default(false),
});

/** Eventual consistency of all describes, beside and beneath what `stale` says of each. */
export const consistencySchema = z.strictObject({
  /** Each read shows what was at some time within so many milliseconds, drawn anew for each. */
  milliseconds: z.number().min(0).max(60_000),
  seed: z.number().int().default(1),
  /**
   * `roles`: functions and sessions of roles alone, not who deploys with keys of the account; `functions`: functions
   * alone, not who deploys as a role either.
   */
  callers: z.enum(["all", "roles", "functions"]).default("all"),
});
export type Consistency = z.infer<typeof consistencySchema>;
export type ConsistencyInput = z.input<typeof consistencySchema>;

export type InterferenceConfig = z.infer<typeof configSchema>;
export type InterferenceInput = z.input<typeof configSchema>;
export type BucketConfig = z.infer<typeof bucket>;
export type FaultConfig = z.infer<typeof fault>;
