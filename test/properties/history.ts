/** What can happen to an account, as data that fast-check makes, shrinks and prints. */
import fc from "fast-check";
import { filterChanges, type FilterChange } from "./filters.js";
import type { PolicyChoice } from "./setting.js";

/** Who is meant by `pick`: the one at this position, counted round. */
export type Step =
  | {
      do: "launch";
      place: number;
      type: string;
      interfaces: number;
      keep: boolean;
      tag: string;
      pending: boolean;
    }
  | { do: "state"; pick: number; state: "running" | "stopped" | "terminated" | "shutting-down" | "stopping" }
  | { do: "tag"; pick: number; tag: string }
  | { do: "detach"; pick: number }
  | { do: "attach"; pick: number }
  | { do: "foreign-create"; pick: number; number: number }
  | { do: "foreign-delete"; pick: number }
  | { do: "tamper-delete"; pick: number }
  | { do: "tamper-modify"; pick: number; how: "trap" | "filter" | "number" }
  | { do: "duplicate"; pick: number }
  /** Our tags taken off a session of ours, and put onto somebody else's. */
  | { do: "tag-theft" | "tag-gift"; pick: number }
  /** Somebody's change of a filter that Terraform declared. */
  | { do: "filter"; other: boolean; how: FilterChange }
  /** An apply: the filters first, the policy so many minutes later. */
  | { do: "policy"; choice: PolicyChoice; minutes: number }
  | { do: "event"; picks: number[] }
  | { do: "sweep"; milliseconds: number }
  | { do: "race"; picks: number[]; turns: number };

export interface FaultPlan {
  /** Position among the calls of the whole history. */
  readonly at: number;
  readonly kind: "throttle" | "error" | "lost" | "unauthorized" | "stale";
  readonly changes: number;
}

export const described = [
  "DescribeInstances",
  "DescribeNetworkInterfaces",
  "DescribeTrafficMirrorSessions",
  "DescribeTrafficMirrorTargets",
  "DescribeTrafficMirrorFilters",
  "DescribeVpcEndpoints",
] as const;

/** Answers that lack items for a while: EC2's are eventually consistent. */
export interface PartialAnswer {
  readonly of: (typeof described)[number];
  /** Position among its pages. */
  readonly at: number;
  readonly pages: number;
  /** Items, counted round by eight, that are missing: one bit for each. */
  readonly missing: number;
}

export interface History {
  readonly policy: PolicyChoice;
  readonly steps: readonly Step[];
  readonly faults: readonly FaultPlan[];
  /** On the model alone: the local cloud answers whole. */
  readonly partial: readonly PartialAnswer[];
  /** Answers of the local cloud's switches. */
  readonly numberTaken: number;
  readonly pendingRefused: boolean;
  readonly quota: number;
  /** What is done to the filter in use when all else has ended. */
  readonly drift: FilterChange;
}

const pick = fc.nat({ max: 11 });
const filterChange = fc.constantFrom(...filterChanges);
const tag = fc.constantFrom("true", "never", "batch", "none");

export const policyChoice: fc.Arbitrary<PolicyChoice> = fc.record({
  sources: fc.constantFrom("everything", "everything", "by-tag", "by-subnet", "primary", "nothing"),
  excludeTag: fc.boolean(),
  excludeGroup: fc.boolean(),
  number: fc.constantFrom(null, null, 1, 2, 7),
  packetLength: fc.constantFrom(null, null, 128),
  vni: fc.constantFrom(null, 77),
  crossZone: fc.boolean(),
  keepStopped: fc.boolean(),
  listed: fc.boolean(),
  otherFilter: fc.boolean(),
  narrow: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: launch() },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("state" as const),
      pick,
      state: fc.constantFrom("running", "stopped", "terminated", "shutting-down", "stopping"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("tag" as const), pick, tag }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("detach" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("attach" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("foreign-create" as const),
      pick,
      number: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("foreign-delete" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tamper-delete" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("tamper-modify" as const),
      pick,
      how: fc.constantFrom("trap", "filter", "number"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("duplicate" as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("tag-theft" as const, "tag-gift" as const), pick }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("policy" as const),
      choice: policyChoice,
      minutes: fc.constantFrom(0, 0, 1, 14),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("filter" as const), other: fc.boolean(), how: filterChange }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      picks: fc.array(pick, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("sweep" as const),
      milliseconds: fc.constantFrom(300, 2_000, 60_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("race" as const),
      picks: fc.array(pick, { minLength: 1, maxLength: 3 }),
      turns: fc.nat(),
    }),
  },
);

function launch() {
  return fc.record({
    do: fc.constant("launch" as const),
    place: fc.nat({ max: 3 }),
    type: fc.constantFrom("m5.large", "m5.large", "t3.micro", "t2.micro"),
    interfaces: fc.integer({ min: 1, max: 3 }),
    keep: fc.boolean(),
    tag,
    pending: fc.boolean(),
  });
}

const fault: fc.Arbitrary<FaultPlan> = fc.record({
  at: fc.nat({ max: 120 }),
  kind: fc.constantFrom("throttle", "error", "lost", "unauthorized", "stale"),
  changes: fc.integer({ min: 1, max: 6 }),
});

const partialAnswer: fc.Arbitrary<PartialAnswer> = fc.record({
  of: fc.oneof(
    { weight: 1, arbitrary: fc.constant("DescribeInstances" as const) },
    { weight: 2, arbitrary: fc.constantFrom(...described) },
  ),
  at: fc.nat({ max: 20 }),
  pages: fc.integer({ min: 1, max: 12 }),
  missing: fc.oneof(fc.constant(255), fc.integer({ min: 1, max: 255 })),
});

const anything: fc.Arbitrary<History> = fc.record({
  policy: policyChoice,
  steps: fc
    .tuple(fc.array(launch(), { minLength: 1, maxLength: 3 }), fc.array(step, { maxLength: 14 }))
    .map(([first, rest]): Step[] => [...first, ...rest]),
  faults: fc.array(fault, { maxLength: 12 }),
  partial: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(partialAnswer, { minLength: 1, maxLength: 6 }) },
  ),
  numberTaken: fc.nat({ max: 1 }),
  pendingRefused: fc.boolean(),
  quota: fc.constantFrom(100, 100, 5),
  drift: filterChange,
});

/** Where answers lack something they are not stale besides: then every removal can be judged. */
export const history: fc.Arbitrary<History> = anything.map((each) =>
  each.partial.length === 0 ? each : { ...each, faults: each.faults.filter(({ kind }) => kind !== "stale") },
);

/** What the history says of unproven facts of AWS, as the local cloud's switches. */
export function switchesOf({ numberTaken, pendingRefused }: History): Readonly<Record<string, string>> {
  const codes = ["InvalidParameterValue", "TrafficMirrorSessionNumberAlreadyInUse"] as const;
  return {
    "session-number-taken-code": codes[numberTaken] ?? codes[0],
    "pending-instance": pendingRefused ? "refused" : "accepted",
  };
}
