/**
 * Which interfaces are selected, and by which rule. The order is fixed: outside the VPCs given → never;
 * excluded → never; then tags, subnets, VPCs, each list in the user's order; the first match wins. What nothing
 * selects always may be selected for a while: by a finding, where a rule says `on = "guardduty"`, or by a demand.
 */
import type { Source, Tags } from "../model.js";
import type { UnselectedReason } from "../outcomes.js";
import { TAG_AUTOSCALING_GROUP } from "../tags.js";
import { nameInDescription } from "./ownership.js";
import { plainRule, rulesOf, type Policy, type PolicyVpc, type Rule } from "./policy.js";

export type Selection =
  | {
      readonly selected: true;
      readonly rule: Rule;
      readonly vpc: PolicyVpc;
      /** Position of the rule over all lists; a lower one wins when the account's quota is short. */
      readonly order: number;
    }
  | { readonly selected: false; readonly reason: UnselectedReason };

/** What `sources = null` stands for: every interface of the VPCs given. */
const everything: Rule = plainRule("all");

/** What an interface gets that is mirrored because somebody asked for it: everything from its VPC. */
export const onDemand: Rule = plainRule("demand");

/** Whose claims on one interface are open at this time. */
export interface OpenClaims {
  readonly byFinding: boolean;
  readonly byRequest: boolean;
  /** A claim of the interface cannot be read: nobody knows whether it is open. */
  readonly unread?: boolean;
}
/** By interface. One whose claims have all ended is there with none open. */
export type ClaimsByInterface = ReadonlyMap<string, OpenClaims>;

const noClaims: OpenClaims = { byFinding: false, byRequest: false };

interface TagMatch {
  readonly tags: Readonly<Record<string, string | null>>;
  readonly match: "all" | "any";
}

/** Exact and case-sensitive, as EC2's own tags are; a null value asks only that the key is present. */
export function tagsMatch(expected: TagMatch, actual: Tags): boolean {
  const holds = ([key, value]: [string, string | null]) =>
    value === null ? Object.hasOwn(actual, key) : actual[key] === value;
  const pairs = Object.entries(expected.tags);
  return expected.match === "all" ? pairs.every(holds) : pairs.some(holds);
}

export function select(policy: Policy, source: Source, claims: OpenClaims = noClaims): Selection {
  const vpc = policy.vpcs.find((candidate) => candidate.vpc_id === source.vpcId);
  if (vpc === undefined) return { selected: false, reason: "outside-vpcs" };
  const excluded = exclusion(policy, source);
  if (excluded !== undefined) return { selected: false, reason: excluded };
  // A rule that always holds wins over a demand, so that a demand that comes or ends changes no session.
  const found =
    firstMatch(policy, source, "always") ??
    (claims.byFinding ? firstMatch(policy, source, "guardduty") : undefined) ??
    (claims.byRequest ? { rule: onDemand, order: numberOfRules(policy) } : undefined);
  if (found === undefined) return { selected: false, reason: "no-rule" };
  if (found.rule.interfaces === "primary" && source.deviceIndex !== 0) {
    // The rule decides for the whole instance: a later, wider one must not bring the others back.
    return { selected: false, reason: "secondary-interface" };
  }
  return { selected: true, vpc, ...found };
}

function exclusion(policy: Policy, source: Source): UnselectedReason | undefined {
  const { exclude } = policy;
  const tags = source.instance?.tags ?? {};
  const group = tags[TAG_AUTOSCALING_GROUP];
  if (exclude.network_interface_ids.includes(source.id)) return "excluded-interface";
  if (source.instance && exclude.instance_ids.includes(source.instance.id)) return "excluded-instance";
  if (exclude.subnet_ids.includes(source.subnetId)) return "excluded-subnet";
  if (group !== undefined && exclude.autoscaling_group_names.includes(group)) {
    return "excluded-autoscaling-group";
  }
  if (exclude.tags.some((match) => tagsMatch(match, tags))) return "excluded-tag";
  return undefined;
}

function firstMatch(
  policy: Policy,
  source: Source,
  on: Rule["on"],
): { rule: Rule; order: number } | undefined {
  if (policy.sources === null) return on === "always" ? { rule: everything, order: 0 } : undefined;
  const { tags, subnets, vpcs } = policy.sources;
  const instanceTags = source.instance?.tags;
  const byTag = instanceTags ? tags.findIndex((rule) => rule.on === on && tagsMatch(rule, instanceTags)) : -1;
  if (byTag >= 0) return at(tags, byTag, 0);
  const bySubnet = subnets.findIndex((rule) => rule.on === on && rule.subnet_id === source.subnetId);
  if (bySubnet >= 0) return at(subnets, bySubnet, tags.length);
  const byVpc = vpcs.findIndex((rule) => rule.on === on && rule.vpc_id === source.vpcId);
  return byVpc >= 0 ? at(vpcs, byVpc, tags.length + subnets.length) : undefined;
}

function numberOfRules({ sources }: Policy): number {
  return sources === null ? 1 : sources.tags.length + sources.subnets.length + sources.vpcs.length;
}

/** Whether sessions under this rule, as `ruleOf` gives it, exist only while somebody asks for them. */
export function isTemporary(policy: Policy, rule: string | undefined): boolean {
  if (rule === onDemand.name) return true;
  return rulesOf(policy).some(({ name, on }) => nameInDescription(name) === rule && on === "guardduty");
}

function at(list: readonly Rule[], index: number, before: number) {
  const rule = list[index];
  return rule && { rule, order: before + index };
}
