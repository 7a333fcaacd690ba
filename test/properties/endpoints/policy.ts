import {
  parsePolicy,
  type Policy,
  type PolicyVpc,
  type Rule,
} from "../../../functions/core/sessions/policy.js";

/** A policy as the controller has it where endpoints are managed by the function: targets are found by tag. */
export function policyFor(
  vpcId: string,
  service: string,
): { vpc: PolicyVpc; rule: Rule; options: Policy["options"] } {
  const vpc = {
    key: "test",
    vpc_id: vpcId,
    filter_id: "tmf-1",
    vni: 1,
    endpoint_service_name: service,
    targets: null,
  };
  const sources = { vpcs: [{ name: "all", vpc_id: vpcId }] };
  const parsed = parsePolicy(JSON.stringify({ version: 1, vpcs: [vpc], sources }));
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  const [first] = parsed.policy.vpcs;
  const [rule] = parsed.policy.sources?.vpcs ?? [];
  if (!first || !rule) throw new Error("the policy is empty");
  return { vpc: first, rule, options: parsed.policy.options };
}
