/** Which zones of a VPC need an endpoint, and which subnets may hold it. */
import type { Tags } from "../model.js";
import type { Unserved } from "./decisions.js";
import type { EndpointSettings, Service, EndpointObservation, Subnet, Zone } from "./model.js";

export interface ZoneNeed {
  readonly zone: Zone;
  readonly subnets: readonly Subnet[];
  /** Where an endpoint may stand, the best first. */
  readonly hosts: readonly Subnet[];
  /** undefined: needed. */
  readonly unneeded?: Unserved["reason"];
}

/** Every zone in which the VPC has a subnet. */
export function zonesOf(
  vpcId: string,
  settings: EndpointSettings,
  observation: EndpointObservation,
): readonly ZoneNeed[] {
  const byZone = new Map<string, Subnet[]>();
  for (const subnet of observation.subnets) {
    if (subnet.vpcId !== vpcId) continue;
    byZone.set(subnet.zone.id, [...(byZone.get(subnet.zone.id) ?? []), subnet]);
  }
  return [...byZone.values()].flatMap((subnets): ZoneNeed[] => {
    const zone = subnets[0]?.zone;
    if (zone === undefined) return [];
    const hosts = hostsOf(subnets, settings);
    const place = { zone, subnets, hosts };
    const unneeded = unneededBecause(place, settings, observation);
    return [{ ...place, ...(unneeded !== undefined && { unneeded }) }];
  });
}

function unneededBecause(
  { zone, subnets, hosts }: Omit<ZoneNeed, "unneeded">,
  settings: EndpointSettings,
  observation: EndpointObservation,
): Unserved["reason"] | undefined {
  if (!isOffered(zone, settings, observation.service)) return "not-offered";
  if (hosts.length === 0) return "no-subnet";
  const empty =
    settings.zones === "instances" && !subnets.some((subnet) => observation.inhabited.has(subnet.id));
  return empty ? "no-instances" : undefined;
}

/**
 * By id wherever an id is known: names are shuffled between accounts ("AZ IDs", Amazon EC2 User Guide). A service
 * that cannot be asked, or names no zone at all, is taken to offer every one, so that nothing is removed because of it.
 */
function isOffered(zone: Zone, { serviceZoneIds }: EndpointSettings, service: Service): boolean {
  if (serviceZoneIds !== null) return serviceZoneIds.has(zone.id);
  if (!service.usable) return true;
  if (service.zoneIds.size > 0) return service.zoneIds.has(zone.id);
  return service.zoneNames.size === 0 || service.zoneNames.has(zone.name);
}

/** Preferred ones alone where there are any; most free addresses first, then by id, so that every run agrees. */
function hostsOf(subnets: readonly Subnet[], settings: EndpointSettings): readonly Subnet[] {
  const able = subnets.filter((subnet) => subnet.ipv4 && !isEvacuating(subnet, settings));
  const hasPreference = Object.keys(settings.subnetTags).length > 0;
  const preferred = hasPreference ? able.filter(({ tags }) => hasTags(tags, settings.subnetTags)) : [];
  return [...(preferred.length > 0 ? preferred : able)].sort(
    (a, b) => b.freeAddresses - a.freeAddresses || (a.id < b.id ? -1 : 1),
  );
}

export function isEvacuating({ tags }: Subnet, { evacuationTag }: EndpointSettings): boolean {
  return hasTags(tags, { [evacuationTag.key]: evacuationTag.value });
}

function hasTags(tags: Tags, expected: EndpointSettings["subnetTags"]): boolean {
  return Object.entries(expected).every(
    ([key, value]) => tags[key] !== undefined && (value === null || tags[key] === value),
  );
}
