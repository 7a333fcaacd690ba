/**
 * What to do about the endpoints and mirror targets of an account: one endpoint and one target for each zone that
 * needs one. Pure: the same settings and the same observation of EC2 give the same actions, whichever event or sweep started the run.
 * How one zone is decided is in zone-plan.ts, which zones need an endpoint in zones.ts.
 */
import { TAG_TARGET_VPC, TAG_TARGET_ZONE, TAG_ZONE_ID } from "../tags.js";
import type { EndpointPlan } from "./decisions.js";
import { createDraft, hasFailed, isDying, retire, retireTarget, type Draft } from "./draft.js";
import type { Endpoint, EndpointSettings, EndpointObservation } from "./model.js";
import { isOurEndpoint, isOurTarget, type Proven } from "./ownership.js";
import { planZone } from "./zone-plan.js";
import { zonesOf } from "./zones.js";

export function planEndpoints(
  settings: EndpointSettings,
  observation: EndpointObservation,
  now: number,
  proven: Proven = new Set(),
): EndpointPlan {
  const draft = createDraft(settings, observation, now, proven);
  const ours = observation.endpoints.filter((endpoint) => isOurEndpoint(endpoint, settings, proven));
  for (const vpcId of settings.vpcIds) {
    planVpc(
      draft,
      vpcId,
      ours.filter((endpoint) => endpoint.vpcId === vpcId),
    );
  }
  for (const endpoint of ours) {
    if (!settings.vpcIds.includes(endpoint.vpcId)) retire(draft, endpoint, "outside-vpcs");
  }
  retireOrphans(draft);
  const { zones, unserved, actions, held, leaving, disputed } = draft;
  return { zones, unserved, actions, held, leaving, disputed };
}

function planVpc(draft: Draft, vpcId: string, ours: readonly Endpoint[]): void {
  const needs = zonesOf(vpcId, draft.settings, draft.observation);
  const zoneOfSubnet = new Map(draft.observation.subnets.map(({ id, zone }) => [id, zone.id]));
  const zoneOf = ({ subnetId, tags }: Endpoint) => zoneOfSubnet.get(subnetId) ?? tags[TAG_ZONE_ID];
  for (const need of needs) {
    planZone(
      draft,
      vpcId,
      need,
      ours.filter((endpoint) => zoneOf(endpoint) === need.zone.id),
    );
  }
  // A subnet with an endpoint in it cannot be deleted, so a live one whose zone has none was read too early: it stays.
  const known = new Set(needs.map(({ zone }) => zone.id));
  for (const endpoint of ours) {
    if (hasFailed(endpoint) && !known.has(zoneOf(endpoint) ?? "")) retire(draft, endpoint, "endpoint-failed");
  }
}

/**
 * Targets of ours whose endpoint was deleted by somebody: EC2 shows it as going, or does not know it by its id. The
 * controller avoids an endpoint that is not available by itself, so sessions that have nowhere else to go wait until
 * the zone is served again.
 */
function retireOrphans(draft: Draft): void {
  const dying = draft.observation.endpoints.filter(isDying).map(({ id }) => id);
  const gone = new Set([...draft.observation.gone, ...dying]);
  const unserved = new Set(
    draft.zones.filter(({ state }) => state !== "served").map(({ vpcId, zone }) => `${vpcId} ${zone.name}`),
  );
  for (const target of draft.observation.targets) {
    if (!isOurTarget(target, draft.settings) || !gone.has(target.endpointId)) continue;
    const place = `${target.tags[TAG_TARGET_VPC] ?? ""} ${target.tags[TAG_TARGET_ZONE] ?? ""}`;
    if (!unserved.has(place)) retireTarget(draft, target, "endpoint-gone");
  }
}
