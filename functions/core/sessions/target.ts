/** Which target a source's copy goes to: the rule's own, else the VPC's in the source's zone, else another. */
import { stableHash } from "../hash.js";
import type { Source, Target, Topology } from "../model.js";
import type { UncoveredReason } from "../outcomes.js";
import { TAG_TARGET_LEAVING, TAG_TARGET_VPC, TAG_TARGET_ZONE } from "../tags.js";
import { rulesOf, type Policy, type PolicyVpc, type Rule } from "./policy.js";

export type TargetChoice =
  | { readonly found: true; readonly targetId: string }
  | { readonly found: false; readonly reason: Extract<UncoveredReason, "no-target" | "target-service"> };

interface Candidate {
  readonly target: Target;
  readonly zone: string | undefined;
}

/** What the choice depends on besides the source. */
export interface TargetContext {
  readonly vpc: PolicyVpc;
  readonly rule: Rule;
  readonly topology: Topology;
  readonly options: Pick<Policy["options"], "allow_cross_zone">;
}

export function chooseTarget(source: Source, { vpc, rule, topology, options }: TargetContext): TargetChoice {
  if (rule.target_id !== null) {
    const exists = topology.targets.some((target) => target.id === rule.target_id);
    return exists ? { found: true, targetId: rule.target_id } : { found: false, reason: "no-target" };
  }
  const candidates = candidatesOf(vpc, topology);
  const trusted = candidates.filter(({ target }) => isTrusted(target, vpc));
  const usable = trusted.filter(
    ({ target }) => target.kind !== "endpoint" || target.endpoint?.available === true,
  );
  const local = usable.filter(({ zone }) => zone === source.zone);
  const chosen = pick(local, source) ?? (options.allow_cross_zone ? pick(usable, source) : undefined);
  if (chosen) return { found: true, targetId: chosen.id };
  return { found: false, reason: candidates.length > trusted.length ? "target-service" : "no-target" };
}

/** Whether a session of ours may stay on `targetId` while nothing better is there. */
export function mayStayOn(targetId: string, { vpc, rule, topology }: TargetContext): boolean {
  if (rule.target_id !== null) return rule.target_id === targetId;
  return isHeldOn(targetId, vpc, topology);
}

/** Whether `targetId` is one that the policy chooses for anything at all. */
export function servesAsTarget(targetId: string, policy: Policy, topology: Topology): boolean {
  if (rulesOf(policy).some(({ target_id }) => target_id === targetId)) return true;
  const tags = topology.targets.find(({ id }) => id === targetId)?.tags;
  return policy.vpcs.some(
    (vpc) =>
      isHeldOn(targetId, vpc, topology) && (vpc.targets !== null || tags?.[TAG_TARGET_VPC] === vpc.vpc_id),
  );
}

/**
 * Terraform's list decides where there is one. Where targets are found by tags, tags decide what is chosen and not what
 * goes on: a tag that somebody took off, or a mark that somebody set, must not end a session that leads to the service.
 */
function isHeldOn(targetId: string, vpc: PolicyVpc, topology: Topology): boolean {
  const known = vpc.targets?.some((listed) => listed.target_id === targetId) ?? true;
  return known && topology.targets.some((target) => target.id === targetId && isTrusted(target, vpc));
}

/**
 * Terraform lists the targets that it manages: one that left the list must stop being used before it can be
 * destroyed. Without a list, targets are found by their tags.
 */
function candidatesOf(vpc: PolicyVpc, topology: Topology): readonly Candidate[] {
  if (vpc.targets !== null) {
    const zones = new Map(vpc.targets.map((listed) => [listed.target_id, listed.availability_zone]));
    return topology.targets
      .filter((target) => zones.has(target.id))
      .map((target) => ({ target, zone: zones.get(target.id) }));
  }
  return topology.targets
    .filter(
      (target) => target.tags[TAG_TARGET_VPC] === vpc.vpc_id && target.tags[TAG_TARGET_LEAVING] !== "true",
    )
    .map((target) => ({ target, zone: target.tags[TAG_TARGET_ZONE] }));
}

/**
 * Whoever may tag a target could lead a copy of the traffic away, so an endpoint counts only when it belongs
 * to the service that the policy names. Found by tag alone, nothing else is trusted.
 */
function isTrusted(target: Target, vpc: PolicyVpc): boolean {
  if (vpc.endpoint_service_name === null) return vpc.targets !== null;
  if (target.kind !== "endpoint") return vpc.targets !== null;
  // An endpoint that is gone leads nowhere: no reason to distrust, none to use.
  return target.endpoint === undefined || target.endpoint.service === vpc.endpoint_service_name;
}

/**
 * Rendezvous hashing: a source always gets the same one of several, and when one joins or leaves only the
 * sources that it serves move.
 */
function pick(candidates: readonly Candidate[], source: Source): Target | undefined {
  let best: { target: Target; score: number } | undefined;
  for (const { target } of candidates) {
    const score = stableHash(`${source.id} ${target.id}`);
    const wins = !best || score > best.score || (score === best.score && target.id < best.target.id);
    if (wins) best = { target, score };
  }
  return best?.target;
}
