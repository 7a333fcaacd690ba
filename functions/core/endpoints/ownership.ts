/**
 * Whose endpoints and targets are. Our tag is what IAM compares; it proves nothing, since whoever may tag can write it.
 * - A target's description is given when it is made, and EC2 has no call that changes it: ours begins with the
 *   deployment's name.
 * - An endpoint has no description. It is ours where it leads to the deployment's endpoint service, as no endpoint of a
 *   firewall does, or where a target of ours is or was on it.
 * Whoever may make endpoints and targets is outside of this.
 */
import type { Tags } from "../model.js";
import { TAG_ENDPOINTS } from "../tags.js";
import type { Endpoint, EndpointObservation, EndpointSettings, EndpointTarget } from "./model.js";

type Name = Pick<EndpointSettings, "name">;
type Thing = { readonly tags: Tags };

export const isTagged = ({ tags }: Thing, { name }: Name): boolean => tags[TAG_ENDPOINTS] === name;

const isDescribed = ({ description = "" }: EndpointTarget, { name }: Name): boolean =>
  description.startsWith(`${name}/`);

export const isOurTarget = (target: EndpointTarget, name: Name): boolean =>
  isTagged(target, name) && isDescribed(target, name);

/**
 * Endpoints on which a target of ours was seen. The process keeps them: of an endpoint of an earlier service the target
 * goes first, and with it the proof.
 */
export type Proven = Set<string>;

export function prove(proven: Proven, { targets }: EndpointObservation, settings: EndpointSettings): void {
  for (const target of targets) if (isDescribed(target, settings)) proven.add(target.endpointId);
}

export const isOurEndpoint = (
  endpoint: Endpoint,
  settings: Pick<EndpointSettings, "name" | "service">,
  proven: Proven,
): boolean =>
  isTagged(endpoint, settings) && (endpoint.service === settings.service || proven.has(endpoint.id));

/** Endpoints and targets of which tag and proof say different things; nothing is done about them. */
export function disputedOf(
  { endpoints, targets }: EndpointObservation,
  settings: EndpointSettings,
  proven: Proven,
): readonly string[] {
  const isDisputed = (endpoint: Endpoint) =>
    isTagged(endpoint, settings) ? !isOurEndpoint(endpoint, settings, proven) : proven.has(endpoint.id);
  return [
    ...endpoints.filter(({ state }) => state !== "deleted").filter(isDisputed),
    ...targets.filter((target) => isTagged(target, settings) !== isDescribed(target, settings)),
  ].map(({ id }) => id);
}
