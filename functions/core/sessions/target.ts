/** Which target a source's copy goes to: the rule's own, else the VPC's in the source's zone, else another. */
import { stableHash } from "../hash.js";
import type { Source, Target, Topology } from "../model.js";
import type { UncoveredReason } from "../outcomes.js";
import { TAG_TARGET_LEAVING, TAG_TARGET_VPC, TAG_TARGET_ZONE } from "../tags.js";
import { rulesOf, type Policy, type PolicyVpc, type Rule } from "./policy.js";

type Unfound = Extract<
  UncoveredReason,
  "no-target" | "target-service" | "target-not-seen" | "target-unavailable"
>;

export type TargetChoice =
  { readonly found: true; readonly targetId: string } | { readonly found: false; readonly reason: Unfound };

interface Candidate {
  readonly id: string;
  /** undefined: listed by the policy, and in no answer of EC2 (yet). */
  readonly target: Target | undefined;
  readonly zone: string | undefined;
}

/** What the choice depends on besides the source. */
export interface TargetContext {
  readonly vpc: PolicyVpc;
  readonly rule: Rule;
  readonly topology: Topology;
  readonly options: Pick<Policy["options"], "allow_cross_zone">;
}

export function chooseTarget(source: Source, context: TargetContext): TargetChoice {
  const { vpc, rule, topology, options } = context;
  if (rule.target_id !== null) {
    const target = topology.targets.find(({ id }) => id === rule.target_id);
    const reason = obstacleOf(target);
    return reason === undefined ? { found: true, targetId: rule.target_id } : { found: false, reason };
  }
  const candidates = candidatesOf(vpc, topology);
  const trusted = candidates.filter(({ target }) => isTrusted(target, vpc));
  const isLocal = ({ zone }: Candidate) => zone === source.zone;
  const serving = options.allow_cross_zone ? trusted : trusted.filter(isLocal);
  const usable = serving.filter(({ target }) => obstacleOf(target) === undefined);
  const chosen = pick(usable.filter(isLocal), source) ?? pick(usable, source);
  if (chosen !== undefined) return { found: true, targetId: chosen };
  const [obstacle] = serving.flatMap(({ target }) => obstacleOf(target) ?? []).sort();
  return {
    found: false,
    reason: obstacle ?? (candidates.length > trusted.length ? "target-service" : "no-target"),
  };
}

/** Why a target cannot be used now although it may be soon. */
function obstacleOf(target: Target | undefined): "target-not-seen" | "target-unavailable" | undefined {
  if (target === undefined) return "target-not-seen";
  // What is behind another account's target only that account sees.
  if (target.kind !== "endpoint" || target.otherAccount) return undefined;
  if (target.endpoint === undefined) return "target-not-seen";
  return target.endpoint.available ? undefined : "target-unavailable";
}

/**
 * Whether a session of ours may stay on `targetId` while `reason` keeps anything better away. It goes only for what
 * was seen: what might serve and is out of sight, or not available yet, is waited for.
 */
export function mayStayOn(
  targetId: string,
  { vpc, rule, topology }: TargetContext,
  reason: Unfound = "no-target",
): boolean {
  if (reason === "target-not-seen" || reason === "target-unavailable") return true;
  if (rule.target_id !== null) return rule.target_id === targetId;
  return isHeldOn(targetId, vpc, topology);
}

/** Whether `targetId` is one that the policy chooses for anything at all. */
export function servesAsTarget(targetId: string, policy: Policy, topology: Topology): boolean {
  const target = topology.targets.find(({ id }) => id === targetId);
  return target !== undefined && isChoosable(policy, target);
}

/**
 * Terraform's list decides where there is one. Where targets are found by tags, tags decide what is chosen and not what
 * goes on: a tag that somebody took off, or a mark that somebody set, must not end a session that leads to the service.
 * Nor does an answer that lacks the target of a session say anything about it.
 */
function isHeldOn(targetId: string, vpc: PolicyVpc, topology: Topology): boolean {
  const target = topology.targets.find(({ id }) => id === targetId);
  if (vpc.targets === null) return target === undefined || isTrusted(target, vpc);
  return candidatesOf(vpc, topology).some(({ id }) => id === targetId) && isTrusted(target, vpc);
}

/**
 * Whether the policy can choose this target for anything. A target that somebody makes of a load balancer of theirs
 * cannot be chosen: what stands behind it receives nothing of ours and stays mirrored.
 */
export function isChoosable(policy: Policy, target: Target): boolean {
  if (rulesOf(policy).some(({ target_id }) => target_id === target.id)) return true;
  return policy.vpcs.some((vpc) =>
    vpc.targets === null
      ? target.tags[TAG_TARGET_VPC] === vpc.vpc_id && isTrusted(target, vpc)
      : vpc.targets.some(({ target_id }) => target_id === target.id),
  );
}

/** Whether Terraform may be about to destroy the target: it lists those that are to be used, and this is not one. */
export function isToGo(targetId: string, { vpc, rule }: Pick<TargetContext, "vpc" | "rule">): boolean {
  if (rule.target_id !== null) return rule.target_id !== targetId;
  return vpc.targets !== null && !vpc.targets.some(({ target_id }) => target_id === targetId);
}

/**
 * Terraform lists the targets that it manages: one that left the list must stop being used before it can be
 * destroyed. Without a list, targets are found by their tags.
 */
function candidatesOf(vpc: PolicyVpc, topology: Topology): readonly Candidate[] {
  if (vpc.targets !== null) {
    const seen = new Map(topology.targets.map((target) => [target.id, target]));
    return vpc.targets.map(({ target_id, availability_zone }) => ({
      id: target_id,
      target: seen.get(target_id),
      zone: availability_zone,
    }));
  }
  return topology.targets
    .filter(
      (target) => target.tags[TAG_TARGET_VPC] === vpc.vpc_id && target.tags[TAG_TARGET_LEAVING] !== "true",
    )
    .map((target) => ({ id: target.id, target, zone: target.tags[TAG_TARGET_ZONE] }));
}

/**
 * Whoever may tag a target could lead a copy of the traffic away, so an endpoint counts only when it belongs
 * to the service that the policy names. Found by tag alone, nothing else is trusted.
 */
function isTrusted(target: Target | undefined, vpc: PolicyVpc): boolean {
  if (target === undefined) return vpc.targets !== null;
  if (vpc.endpoint_service_name === null) return vpc.targets !== null;
  if (target.kind !== "endpoint") return vpc.targets !== null;
  // Another account's endpoint cannot be seen from here, nor whose service it leads to.
  if (target.otherAccount) return false;
  // An endpoint that was not seen, or is gone, leads nowhere: no reason to distrust, none to use.
  return target.endpoint === undefined || target.endpoint.service === vpc.endpoint_service_name;
}

/**
 * Rendezvous hashing: a source always gets the same one of several, and when one joins or leaves only the
 * sources that it serves move.
 */
function pick(candidates: readonly Candidate[], source: Source): string | undefined {
  let best: { id: string; score: number } | undefined;
  for (const { id } of candidates) {
    const score = stableHash(`${source.id} ${id}`);
    const wins = !best || score > best.score || (score === best.score && id < best.id);
    if (wins) best = { id, score };
  }
  return best?.id;
}
