/**
 * Interfaces that services made and that can be mirrored all the same, where the policy says so. Whether one may be
 * mirrored (eligibility.ts) and which ones a sweep asks EC2 for (functions/aws/sessions/observer.ts) both follow from
 * this list. Source: Amazon VPC Traffic Mirroring guide, "limitations and considerations".
 */
import { globMatches } from "../glob.js";
import type { Source } from "../model.js";
import type { UncoveredReason } from "../outcomes.js";
import type { Policy } from "./policy.js";

type Options = Policy["options"];

export interface ManagedKind {
  readonly isAllowed: (options: Options) => boolean;
  readonly refusal: Extract<UncoveredReason, "requester-managed" | "fargate">;
  /** A filter of DescribeNetworkInterfaces that finds them; `*` stands for anything, as EC2 takes it. */
  readonly filter: { readonly name: "requester-id" | "description"; readonly value: string };
}

export const managedKinds: readonly ManagedKind[] = [
  {
    isAllowed: ({ requester_managed }) => requester_managed.rds,
    refusal: "requester-managed",
    filter: { name: "requester-id", value: "amazon-rds" },
  },
  {
    isAllowed: ({ requester_managed }) => requester_managed.elasticache,
    refusal: "requester-managed",
    filter: { name: "requester-id", value: "amazon-elasticache" },
  },
  {
    // ECS describes a task's interface by the ARN of its attachment. Not proven on a live account.
    isAllowed: ({ fargate }) => fargate,
    refusal: "fargate",
    filter: { name: "description", value: "arn:aws*:ecs:*" },
  },
];

/** undefined: none that is known, or an instance's, whatever it says of itself. */
export function managedKindOf(source: Source): ManagedKind | undefined {
  if (source.instance) return undefined;
  const values = { "requester-id": source.requester ?? "", description: source.description };
  return managedKinds.find(({ filter }) => globMatches(filter.value, values[filter.name]));
}
