/** Small builders for endpoint management, so that a test says only what matters to it. */
import type { EndpointPlan } from "../../functions/core/endpoints/decisions.js";
import type {
  Endpoint,
  EndpointSettings,
  EndpointTarget,
  EndpointObservation,
  Subnet,
  Zone,
} from "../../functions/core/endpoints/model.js";
import { planEndpoints } from "../../functions/core/endpoints/plan.js";
import type { Tags } from "../../functions/core/model.js";
import { NOON } from "./fakes.js";

export const NAME = "mirror";
export const VPC = "vpc-0a";
export const SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
export const OTHER_SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0fedcba9876543210";
/** Names and ids are in another order, as they are between accounts. */
export const A: Zone = { id: "euw1-az3", name: "eu-west-1a" };
export const B: Zone = { id: "euw1-az1", name: "eu-west-1b" };
export const EVACUATE = { "traffic-mirror:evacuate": "true" };
export const OURS = { "traffic-mirror:endpoints": NAME };

export function theEndpointSettings(over: Partial<EndpointSettings> = {}): EndpointSettings {
  return {
    name: NAME,
    service: SERVICE,
    vpcIds: [VPC],
    serviceZoneIds: null,
    zones: "subnets",
    subnetTags: {},
    evacuationTag: { key: "traffic-mirror:evacuate", value: "true" },
    idleMs: 60 * 60_000,
    ownTags: {},
    defaultTags: {},
    ...over,
  };
}

export function aSubnet(over: Partial<Subnet> = {}): Subnet {
  return { id: "subnet-a", vpcId: VPC, zone: A, freeAddresses: 100, ipv4: true, tags: {}, ...over };
}

export const endpointTagsOf = (zone: Zone): Tags => ({
  Name: `${NAME}/${VPC}/${zone.name}`,
  ...OURS,
  "traffic-mirror:zone-id": zone.id,
});

/** An available endpoint of ours in subnet-a, an hour old. */
export function anEndpointOf(over: Partial<Endpoint> = {}): Endpoint {
  return {
    id: "vpce-1",
    vpcId: VPC,
    subnetId: "subnet-a",
    service: SERVICE,
    state: "available",
    createdAt: NOON - 3_600_000,
    tags: endpointTagsOf(A),
    ...over,
  };
}

/** The target of vpce-1, ours. `leaving` marks it. */
export function aTargetOf(
  over: Partial<EndpointTarget> & { leaving?: boolean; zone?: Zone } = {},
): EndpointTarget {
  const { leaving = false, zone = A, ...rest } = over;
  return {
    id: "tmt-1",
    endpointId: "vpce-1",
    description: `${NAME}/${VPC}/${zone.name}`,
    tags: {
      Name: `${NAME}/${VPC}/${zone.name}`,
      ...OURS,
      "traffic-mirror:vpc": VPC,
      "traffic-mirror:zone": zone.name,
      ...(leaving && { "traffic-mirror:leaving": "true" }),
    },
    ...rest,
  };
}

/** One subnet in zone A, served. The service offers both zones. */
export function aSight(over: Partial<EndpointObservation> = {}): EndpointObservation {
  return {
    service: { usable: true, zoneIds: new Set([A.id, B.id]), zoneNames: new Set() },
    subnets: [aSubnet()],
    inhabited: new Set(),
    endpoints: [anEndpointOf()],
    gone: new Set(),
    targets: [aTargetOf()],
    sessionsOn: new Map(),
    ...over,
  };
}

export const NOTHING = { endpoints: [], targets: [] };

export function planned(
  observation: Partial<EndpointObservation> = {},
  settings: Partial<EndpointSettings> = {},
  now = NOON,
): EndpointPlan {
  return planEndpoints(theEndpointSettings(settings), aSight(observation), now);
}

/** `create-endpoint subnet-a`, `tag tmt-1`, `delete-target tmt-1` …, with the reason. */
export function inWords({ actions }: EndpointPlan): readonly string[] {
  return actions.map((action) => {
    const about =
      action.kind === "create-endpoint"
        ? action.subnetIds.join(",")
        : action.kind === "create-target"
          ? action.endpointId
          : action.id;
    return `${action.kind} ${about}: ${action.reason}`;
  });
}
