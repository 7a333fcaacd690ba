/**
 * Which interfaces are selected, and by which entry. The order is fixed: outside the VPCs given → never;
 * excluded → never; then tags, subnets, VPCs, each list in the user's order; the first match wins. What nothing
 * selects always may be selected for a while: by a finding, where an entry says `on = "guardduty"`, or by a demand.
 */
import type { Source, Tags } from "../model.js";
import type { UnselectedReason } from "../outcomes.js";
import type { Policy, PolicyVpc, SourceEntry } from "./policy.js";
import { TAG_AUTOSCALING_GROUP } from "../tags.js";

export type Selection =
  | {
      readonly selected: true;
      readonly entry: SourceEntry;
      readonly vpc: PolicyVpc;
      /** Position of the entry over all lists; a lower one wins when the account's quota is short. */
      readonly order: number;
    }
  | { readonly selected: false; readonly reason: UnselectedReason };

/** What `sources = null` stands for: every interface of the VPCs given. */
const everything: SourceEntry = {
  name: "all",
  filter_id: null,
  target_id: null,
  packet_length: null,
  virtual_network_id: null,
  session_number: null,
  interfaces: "all",
  on: "always",
};

/** What an interface gets that is mirrored because somebody asked for it: everything from its VPC. */
export const onDemand: SourceEntry = { ...everything, name: "demand" };

/** Who asks for one interface at this time. */
export interface Asked {
  readonly byFinding: boolean;
  readonly byRequest: boolean;
}
const nobody: Asked = { byFinding: false, byRequest: false };

interface TagMatch {
  readonly tags: Readonly<Record<string, string | null>>;
  readonly match: "all" | "any";
}

/** Exact and case-sensitive, as EC2's own tags are; a null value asks only that the key is present. */
export function tagsMatch(wanted: TagMatch, actual: Tags): boolean {
  const holds = ([key, value]: [string, string | null]) =>
    value === null ? Object.hasOwn(actual, key) : actual[key] === value;
  const pairs = Object.entries(wanted.tags);
  return wanted.match === "all" ? pairs.every(holds) : pairs.some(holds);
}

export function select(policy: Policy, source: Source, asked: Asked = nobody): Selection {
  const vpc = policy.vpcs.find((candidate) => candidate.vpc_id === source.vpcId);
  if (vpc === undefined) return { selected: false, reason: "outside-vpcs" };
  const excluded = exclusion(policy, source);
  if (excluded !== undefined) return { selected: false, reason: excluded };
  // An entry that always holds wins over a demand, so that a demand that comes or ends changes no session.
  const found =
    firstMatch(policy, source, "always") ??
    (asked.byFinding ? firstMatch(policy, source, "guardduty") : undefined) ??
    (asked.byRequest ? { entry: onDemand, order: numberOfEntries(policy) } : undefined);
  if (found === undefined) return { selected: false, reason: "no-rule" };
  if (found.entry.interfaces === "primary" && source.deviceIndex !== 0) {
    // The entry decides for the whole instance: a later, wider one must not bring the others back.
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
  if (exclude.tags.some((entry) => tagsMatch(entry, tags))) return "excluded-tag";
  return undefined;
}

function firstMatch(
  policy: Policy,
  source: Source,
  on: SourceEntry["on"],
): { entry: SourceEntry; order: number } | undefined {
  if (policy.sources === null) return on === "always" ? { entry: everything, order: 0 } : undefined;
  const { tags, subnets, vpcs } = policy.sources;
  const instanceTags = source.instance?.tags;
  const byTag = instanceTags
    ? tags.findIndex((entry) => entry.on === on && tagsMatch(entry, instanceTags))
    : -1;
  if (byTag >= 0) return at(tags, byTag, 0);
  const bySubnet = subnets.findIndex((entry) => entry.on === on && entry.subnet_id === source.subnetId);
  if (bySubnet >= 0) return at(subnets, bySubnet, tags.length);
  const byVpc = vpcs.findIndex((entry) => entry.on === on && entry.vpc_id === source.vpcId);
  return byVpc >= 0 ? at(vpcs, byVpc, tags.length + subnets.length) : undefined;
}

function numberOfEntries({ sources }: Policy): number {
  return sources === null ? 1 : sources.tags.length + sources.subnets.length + sources.vpcs.length;
}

/** Whether sessions under this name exist only while somebody asks for them. */
export function isForAWhile({ sources }: Policy, rule: string | undefined): boolean {
  if (rule === onDemand.name) return true;
  const { tags = [], subnets = [], vpcs = [] } = sources ?? {};
  const entries: readonly SourceEntry[] = [...tags, ...subnets, ...vpcs];
  return entries.some((entry) => entry.name === rule && entry.on === "guardduty");
}

function at(list: readonly SourceEntry[], index: number, before: number) {
  const entry = list[index];
  return entry && { entry, order: before + index };
}
