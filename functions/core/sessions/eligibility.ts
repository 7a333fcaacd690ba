/**
 * Whether a selected interface can be mirrored at all, before any target is chosen. Every refusal has a
 * reason of its own. Source: Amazon VPC Traffic Mirroring guide, "limitations and considerations".
 */
import { receiverAddress, type Receivers, type Source, type Topology } from "../model.js";
import type { UncoveredReason } from "../outcomes.js";
import { TAG_AUTOSCALING_GROUP } from "../tags.js";
import { typeSupport } from "./instance-types.js";
import { managedKindOf } from "./managed-interfaces.js";
import type { Policy } from "./policy.js";

/** Refusals that hold even for an interface that has a session of ours: the copy would feed itself. */
export type LoopRefusal = Extract<UncoveredReason, "is-target" | "behind-target">;

/** undefined: no loop. The sources of truth are the targets that the policy can choose and what is behind them. */
export function loopRefusal(source: Source, topology: Topology): LoopRefusal | undefined {
  if (topology.receivers.interfaceIds.has(source.id)) return "is-target";
  return isBehindTarget(source, topology.receivers) ? "behind-target" : undefined;
}

function isBehindTarget({ instance, addresses, vpcId }: Source, receivers: Receivers): boolean {
  if (addresses.some((address) => receivers.addresses.has(receiverAddress(vpcId, address)))) return true;
  if (!instance) return false;
  const group = instance.tags[TAG_AUTOSCALING_GROUP];
  return (
    receivers.instanceIds.has(instance.id) || (group !== undefined && receivers.autoscalingGroups.has(group))
  );
}

/**
 * undefined: AWS should accept it. The list of types is data that ages, so an interface that has a session
 * already is not checked: AWS accepted it, and the API's word is the last.
 */
export function typeRefusal(
  source: Source,
  topology: Topology,
  options: Policy["options"],
): UncoveredReason | undefined {
  // Anybody's target: EC2 does not let one interface be source and target (the guide, as above).
  if (topology.targets.some((target) => target.interfaceId === source.id)) return "is-target";
  // An allow-list: kinds of interface that EC2 adds later are refused until they are known to work.
  if (source.type !== "interface") return "interface-type";
  if (source.addresses.length === 0) return "ipv6-only";
  if (source.instance) {
    // A type that no list knows is tried: EC2 keeps adding, and what it refuses is learnt (refused-types.ts).
    return typeSupport(source.instance.type, options.instance_types) === "no" ? "instance-type" : undefined;
  }
  const kind = managedKindOf(source);
  if (kind === undefined) return "requester-managed";
  return kind.isAllowed(options) ? undefined : kind.refusal;
}
