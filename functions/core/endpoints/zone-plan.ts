/** What to do about one zone of one VPC: which endpoint stays, what is missing, what goes. */
import {
  TAG_IDLE_SINCE,
  TAG_TARGET_LEAVING,
  TAG_TARGET_VPC,
  TAG_TARGET_ZONE,
  withDefaults,
} from "../tags.js";
import type { ZonePlan, ZoneState } from "./decisions.js";
import {
  activeTargetsOf,
  endpointTags,
  hasFailed,
  isDying,
  isLive,
  noLongerIdle,
  retag,
  retire,
  retireTarget,
  targetsOf,
  targetTags,
  tokenFor,
  type Draft,
} from "./draft.js";
import type { Endpoint, Zone } from "./model.js";
import { isOurTarget } from "./ownership.js";
import { isEvacuating, type ZoneNeed } from "./zones.js";

/** An endpoint that failed is tried again after this long, and is until then the record that it did. */
const RETRY_FAILED_MS = 10 * 60_000;

/** `mine`: endpoints of ours in this zone, in whatever state. */
export function planZone(draft: Draft, vpcId: string, need: ZoneNeed, mine: readonly Endpoint[]): void {
  const staying = mine.filter(
    (endpoint) =>
      isLive(endpoint) && endpoint.service === draft.settings.service && !leaves(draft, need, endpoint),
  );
  const current = best(draft, staying);
  const others = mine.filter((endpoint) => endpoint !== current && !isDying(endpoint));
  // Its subnet cannot have been deleted, so the answer about subnets lacks it, and perhaps others.
  const unsure = current !== undefined && !need.subnets.some(({ id }) => id === current.subnetId);
  // A Gateway Load Balancer keeps the zones that it has (Elastic Load Balancing API reference, SetSubnets), and EC2 makes
  // endpoints in no other: an answer about the service that lacks the zone of one is not whole.
  const isOfferedStill = current !== undefined && draft.settings.serviceZoneIds === null;
  const isNotWhole =
    (unsure && need.unneeded === "no-subnet") || (isOfferedStill && need.unneeded === "not-offered");
  if (need.unneeded !== undefined && !isNotWhole) {
    draft.unserved.push({ vpcId, zone: need.zone, reason: need.unneeded });
    unserve(draft, { vpcId, need, current, others });
    return;
  }
  if (current === undefined) {
    draft.zones.push({ vpcId, zone: need.zone, state: replace(draft, vpcId, need, mine) });
    for (const other of others) if (!isRecentFailure(draft, other)) retireIfIdle(draft, need, other);
    return;
  }
  noLongerIdle(draft, current);
  const served = serve(draft, vpcId, need.zone, current);
  draft.zones.push(served);
  for (const other of others) {
    // What still mirrors goes only when something better does.
    if (served.state === "served") retire(draft, other, reasonFor(draft, need, other));
    else retireIfIdle(draft, need, other);
  }
}

const leaves = (draft: Draft, { subnets }: ZoneNeed, { subnetId }: Endpoint): boolean => {
  const subnet = subnets.find(({ id }) => id === subnetId);
  return subnet !== undefined && isEvacuating(subnet, draft.settings);
};

/** The same one in every run: what mirrors already, then what will soonest, then the oldest. */
function best(draft: Draft, endpoints: readonly Endpoint[]): Endpoint | undefined {
  const rank = ({ state, id }: Endpoint) =>
    (state === "available" ? 0 : state === "rejected" ? 4 : 2) +
    (activeTargetsOf(draft, id).length > 0 ? 0 : 1);
  return [...endpoints].sort(
    (a, b) => rank(a) - rank(b) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
  )[0];
}

/** The zone is not to have an endpoint. One that merely has no instance keeps it for a while, in case one comes. */
function unserve(
  draft: Draft,
  {
    vpcId,
    need,
    current,
    others,
  }: {
    readonly vpcId: string;
    readonly need: ZoneNeed;
    readonly current: Endpoint | undefined;
    readonly others: readonly Endpoint[];
  },
): void {
  for (const other of others) retire(draft, other, reasonFor(draft, need, other));
  if (current === undefined) return;
  if (need.unneeded !== "no-instances") {
    retire(draft, current, need.unneeded ?? "surplus");
    return;
  }
  const since = Date.parse(current.tags[TAG_IDLE_SINCE] ?? "");
  if (draft.now - since >= draft.settings.idleMs) {
    retire(draft, current, "no-instances");
    return;
  }
  if (Number.isNaN(since)) {
    const tags = { [TAG_IDLE_SINCE]: new Date(draft.now).toISOString() };
    draft.actions.push({ kind: "tag", id: current.id, tags, reason: "no-instances" });
  }
  serve(draft, vpcId, need.zone, current);
}

/** Makes the endpoint's target and tags what they should be. */
function serve(draft: Draft, vpcId: string, zone: Zone, endpoint: Endpoint): ZonePlan {
  const stands = (state: ZoneState): ZonePlan => ({ vpcId, zone, state, endpointId: endpoint.id });
  retag(draft, endpoint, endpointTags(draft, vpcId, zone));
  if (endpoint.state === "pendingAcceptance") return stands("acceptance");
  if (endpoint.state === "rejected") return stands("rejected");
  if (endpoint.state !== "available") return stands("pending");

  const [active] = activeTargetsOf(draft, endpoint.id);
  const tags = targetTags(draft, vpcId, zone);
  if (active !== undefined) {
    retag(draft, active, tags);
    for (const target of targetsOf(draft, endpoint.id)) {
      if (target !== active) retireTarget(draft, target, "surplus");
    }
    return stands("served");
  }
  const [leaving] = targetsOf(draft, endpoint.id);
  if (leaving !== undefined) {
    draft.actions.push({
      kind: "untag",
      id: leaving.id,
      keys: [TAG_TARGET_LEAVING],
      reason: "needed-again",
    });
  } else {
    const token = tokenFor(draft, endpoint.id);
    draft.actions.push({
      kind: "create-target",
      vpcId,
      zone,
      endpointId: endpoint.id,
      token,
      tags: withDefaults(draft.settings.defaultTags, tags),
      reason: "zone-needed",
    });
  }
  return stands("pending");
}

/** The zone is needed and has no endpoint that could stay. */
function replace(draft: Draft, vpcId: string, need: ZoneNeed, mine: readonly Endpoint[]): ZoneState {
  if (!draft.observation.service.usable) return "service-refused";
  if (mine.some((endpoint) => isRecentFailure(draft, endpoint))) return "failed";
  const subnetIds = need.hosts.filter(({ freeAddresses }) => freeAddresses > 0).map(({ id }) => id);
  if (subnetIds.length === 0) return "no-address";
  if (isServedOutOfSight(draft, vpcId, need.zone, mine)) return "pending";
  const going = mine.filter((endpoint) => !isLive(endpoint)).map(({ id }) => id);
  const evacuating = mine.filter((endpoint) => isLive(endpoint) && leaves(draft, need, endpoint));
  draft.actions.push({
    kind: "create-endpoint",
    vpcId,
    zone: need.zone,
    subnetIds,
    // What is going is part of the request: a token answered with an endpoint that somebody has deleted would heal nothing.
    // So are the subnets to be removed: to ask for another subnet under the token of the endpoint there is refused.
    token: tokenFor(
      draft,
      `${vpcId}/${need.zone.id}`,
      ...going.sort(),
      ...evacuating.map(({ id }) => id).sort(),
      ...need.subnets.flatMap((subnet) => (isEvacuating(subnet, draft.settings) ? subnet.id : [])).sort(),
    ),
    tags: withDefaults(draft.settings.defaultTags, endpointTags(draft, vpcId, need.zone)),
    makeRoom: evacuating.flatMap(({ id }) => activeTargetsOf(draft, id).map((target) => target.id)),
    reason: mine.length > 0 ? "replaced" : "zone-needed",
  });
  return "pending";
}

/**
 * A target of ours serves the zone and its endpoint is not among ours in this answer, though it is not known to be gone:
 * it was not shown, or has lost its tag. A second one would be refused, or be billed beside it.
 */
function isServedOutOfSight(draft: Draft, vpcId: string, zone: Zone, mine: readonly Endpoint[]): boolean {
  const { targets, endpoints, gone } = draft.observation;
  const known = new Set(mine.map(({ id }) => id));
  const over = new Set(
    endpoints.filter((endpoint) => isDying(endpoint) || hasFailed(endpoint)).map(({ id }) => id),
  );
  return targets.some(
    (target) =>
      isOurTarget(target, draft.settings) &&
      target.tags[TAG_TARGET_VPC] === vpcId &&
      target.tags[TAG_TARGET_ZONE] === zone.name &&
      !known.has(target.endpointId) &&
      !over.has(target.endpointId) &&
      !gone.has(target.endpointId),
  );
}

const isRecentFailure = (draft: Draft, endpoint: Endpoint): boolean =>
  hasFailed(endpoint) && draft.now - endpoint.createdAt < RETRY_FAILED_MS;

/** One that mirrors nothing (any more) need not wait for a better one. */
function retireIfIdle(draft: Draft, need: ZoneNeed, endpoint: Endpoint): void {
  if (activeTargetsOf(draft, endpoint.id).length === 0)
    retire(draft, endpoint, reasonFor(draft, need, endpoint));
}

function reasonFor(draft: Draft, need: ZoneNeed, endpoint: Endpoint) {
  if (hasFailed(endpoint)) return "endpoint-failed";
  if (leaves(draft, need, endpoint)) return "evacuated";
  return endpoint.service === draft.settings.service ? "surplus" : "replaced";
}
