/** What may happen to the endpoints of an account, as plain data that fast-check can make and shrink. */
import fc from "fast-check";
import type { Trouble } from "./world.js";

export type Step =
  | {
      readonly do: "add-subnet";
      readonly vpc: number;
      readonly zone: number;
      readonly free: number;
      readonly ipv4: boolean;
    }
  | { readonly do: "remove-subnet" | "evacuate" | "stay" | "fill" | "empty"; readonly subnet: number }
  | { readonly do: "add-source"; readonly subnet: number }
  | { readonly do: "remove-source"; readonly source: number }
  | { readonly do: "others-delete-endpoint" | "endpoint-fails"; readonly endpoint: number }
  | { readonly do: "others-delete-target"; readonly target: number }
  | { readonly do: "run"; readonly trouble: Trouble }
  | { readonly do: "two-runs"; readonly first: Trouble; readonly second: Trouble }
  | { readonly do: "sweep-sessions" }
  /** As the schedules have it: a minute passes, a run, a sweep of the sessions. */
  | { readonly do: "minutes"; readonly number: number; readonly trouble: Trouble }
  | { readonly do: "wait"; readonly seconds: number };

export interface EndpointHistory {
  readonly zones: "subnets" | "instances";
  readonly onePerZone: boolean;
  readonly tokenAnswersDeleted: boolean;
  readonly steps: readonly Step[];
  /** Of the uninstall in the end. */
  readonly drain: Trouble;
}

const which = fc.nat(7);
const trouble: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constantFrom(
    "none",
    "none",
    "killed-before",
    "killed-after",
    "lost",
    "throttled",
    "error",
    "stale",
    "partial",
    "partial",
  ),
  at: fc.nat(3),
  missing: fc.array(fc.oneof(fc.constant(15), fc.nat(15)), { minLength: 4, maxLength: 4 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("add-subnet" as const),
      vpc: fc.nat(1),
      zone: fc.nat(2),
      free: fc.nat(3),
      ipv4: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "remove-subnet" as const,
        "evacuate" as const,
        "stay" as const,
        "fill" as const,
        "empty" as const,
      ),
      subnet: which,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("add-source" as const), subnet: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove-source" as const), source: which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("others-delete-endpoint" as const, "endpoint-fails" as const),
      endpoint: which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("others-delete-target" as const), target: which }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("run" as const), trouble }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("two-runs" as const), first: trouble, second: trouble }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "sweep-sessions" as const }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("minutes" as const),
      number: fc.integer({ min: 1, max: 4 }),
      trouble,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(5, 61, 300, 700) }),
  },
);

export const endpointHistory: fc.Arbitrary<EndpointHistory> = fc.record({
  zones: fc.constantFrom("subnets", "instances"),
  onePerZone: fc.boolean(),
  tokenAnswersDeleted: fc.boolean(),
  steps: fc.array(step, { minLength: 15, maxLength: 60 }),
  drain: fc.record({
    kind: fc.constant("partial" as const),
    at: fc.nat(1),
    missing: fc.array(fc.constantFrom(15, 15, 0, 5), { minLength: 4, maxLength: 4 }),
  }),
});
