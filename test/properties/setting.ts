/** The account in which every history plays: VPCs, zones, targets, filters, and the policies that it may have. */
import type { Policy } from "../../functions/core/sessions/policy.js";
import { declaration } from "./filters.js";
import type { Stage } from "./stage.js";

export const CONTROLLER = "mirror";
export const OURS_VPC = "vpc-0a";
export const OTHER_VPC = "vpc-0b";

/** Zones a and b have targets, zone c has none; vpc-0b is not in the policy. */
export const PLACES = [
  { vpcId: OURS_VPC, subnetId: "subnet-0a", zone: "eu-west-1a" },
  { vpcId: OURS_VPC, subnetId: "subnet-0b", zone: "eu-west-1b" },
  { vpcId: OURS_VPC, subnetId: "subnet-0c", zone: "eu-west-1c" },
  { vpcId: OTHER_VPC, subnetId: "subnet-0d", zone: "eu-west-1a" },
] as const;

export interface Setting {
  /** The endpoint service whose targets count. */
  readonly service: string;
  readonly filterId: string;
  readonly otherFilterId: string;
  /** By zone. */
  readonly targets: Readonly<Record<string, string>>;
  /** Tagged as ours, but behind somebody else's service. */
  readonly trap: string;
  readonly otherTarget: string;
}

export async function furnish({ world, services }: Pick<Stage, "world" | "services">): Promise<Setting> {
  const tags = (zone: string) => ({ "traffic-mirror:vpc": OURS_VPC, "traffic-mirror:zone": zone });
  const [a, b, c, other] = PLACES;
  return {
    service: services.ours,
    filterId: await world.addFilter(),
    otherFilterId: await world.addFilter(),
    targets: {
      [a.zone]: await world.addEndpointTarget(a, services.ours, tags(a.zone)),
      [b.zone]: await world.addEndpointTarget(b, services.ours, tags(b.zone)),
    },
    trap: await world.addEndpointTarget(c, services.foreign, tags(c.zone)),
    otherTarget: await world.addEndpointTarget(other, services.ours, {}),
  };
}

/** What a person may change in the policy, as small numbers and flags. */
export interface PolicyChoice {
  readonly sources: "everything" | "by-tag" | "by-subnet" | "primary" | "nothing";
  readonly excludeTag: boolean;
  readonly excludeGroup: boolean;
  readonly number: number | null;
  readonly packetLength: number | null;
  readonly vni: number | null;
  readonly crossZone: boolean;
  readonly keepStopped: boolean;
  readonly listed: boolean;
  readonly otherFilter: boolean;
  /** Of what the filters accept. */
  readonly narrow: boolean;
}

export function policyOf(choice: PolicyChoice, setting: Setting): Policy {
  const entry = {
    name: choice.sources,
    filter_id: choice.otherFilter ? setting.otherFilterId : null,
    target_id: null,
    packet_length: choice.packetLength,
    virtual_network_id: choice.vni,
    session_number: choice.number,
    outrank: false,
    interfaces: choice.sources === "primary" ? ("primary" as const) : ("all" as const),
    on: "always" as const,
  };
  const wholeVpc = [{ ...entry, vpc_id: OURS_VPC }];
  const none = { tags: [], subnets: [], vpcs: [] };
  const sources = {
    everything: { ...none, vpcs: wholeVpc },
    primary: { ...none, vpcs: wholeVpc },
    "by-tag": { ...none, tags: [{ ...entry, tags: { Mirror: "true" }, match: "all" as const }] },
    "by-subnet": { ...none, subnets: [{ ...entry, subnet_id: "subnet-0a" }] },
    nothing: none,
  }[choice.sources];
  return {
    version: 1,
    filters: [declaration(choice, [setting.filterId, setting.otherFilterId])],
    vpcs: [
      {
        key: "ours",
        vpc_id: OURS_VPC,
        filter_id: setting.filterId,
        vni: null,
        endpoint_service_name: setting.service,
        targets: choice.listed
          ? Object.entries(setting.targets).map(([availability_zone, target_id]) => ({
              target_id,
              availability_zone,
            }))
          : null,
      },
    ],
    sources,
    exclude: {
      tags: choice.excludeTag ? [{ tags: { Mirror: "never" }, match: "all" }] : [],
      subnet_ids: [],
      instance_ids: [],
      network_interface_ids: [],
      autoscaling_group_names: choice.excludeGroup ? ["batch"] : [],
    },
    options: {
      stopped_instances: choice.keepStopped ? "keep" : "remove",
      allow_cross_zone: choice.crossZone,
      requester_managed: { rds: false, elasticache: false },
      fargate: false,
      accept_sharing: false,
      instance_types: {},
    },
    lifecycle_hooks: [],
  };
}
