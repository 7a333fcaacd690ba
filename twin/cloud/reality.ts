/** What EC2, Auto Scaling and the load balancer say there is, as far as packets are concerned. */
import { DescribeAutoScalingGroupsCommand, type AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorTargetsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type TrafficMirrorFilter,
  type TrafficMirrorFilterRule,
  type TrafficMirrorSession,
} from "@aws-sdk/client-ec2";
import { tagsOf, type Aws } from "../../test/support/aws.js";
import type { FilterRule, MirrorSession, PortRange } from "../mirror/model.js";

export interface Machine {
  readonly instanceId: string;
  readonly name: string;
  /** Of its primary interface. */
  readonly interfaceId: string;
  readonly address: string;
  readonly zoneId: string;
  /** Of the Auto Scaling group that it belongs to; undefined: of none. */
  readonly group?: string;
  /** Whether its group has taken it into service. */
  readonly inService: boolean;
}

export interface Endpoint {
  readonly id: string;
  readonly address: string;
}

export interface Reality {
  readonly machines: readonly Machine[];
  readonly endpoints: readonly Endpoint[];
  /** By the id of the source. */
  readonly sessions: ReadonlyMap<string, MirrorSession>;
}

const range = (ports: TrafficMirrorFilterRule["SourcePortRange"]): PortRange | undefined =>
  ports?.FromPort === undefined || ports.ToPort === undefined
    ? undefined
    : { from: ports.FromPort, to: ports.ToPort };

const ruleOf = (direction: FilterRule["direction"], rule: TrafficMirrorFilterRule): FilterRule => {
  const [sourcePorts, destinationPorts] = [range(rule.SourcePortRange), range(rule.DestinationPortRange)];
  return {
    direction,
    number: rule.RuleNumber ?? 0,
    action: rule.RuleAction ?? "reject",
    // 0 is every protocol, as EC2 shows it where none was given.
    ...(rule.Protocol !== undefined && rule.Protocol > 0 && { protocol: rule.Protocol }),
    source: rule.SourceCidrBlock ?? "",
    destination: rule.DestinationCidrBlock ?? "",
    ...(sourcePorts && { sourcePorts }),
    ...(destinationPorts && { destinationPorts }),
  };
};

const rulesOf = (filter: TrafficMirrorFilter | undefined): readonly FilterRule[] => [
  ...(filter?.IngressFilterRules ?? []).map((rule) => ruleOf("ingress", rule)),
  ...(filter?.EgressFilterRules ?? []).map((rule) => ruleOf("egress", rule)),
];

/** Where the copies of each target go. */
const targetsOf = async (
  ec2: EC2Client,
): Promise<{ endpoints: readonly Endpoint[]; addresses: ReadonlyMap<string, string> }> => {
  const [{ VpcEndpoints = [] }, { TrafficMirrorTargets = [] }, { NetworkInterfaces = [] }] =
    await Promise.all([
      ec2.send(new DescribeVpcEndpointsCommand({})),
      ec2.send(new DescribeTrafficMirrorTargetsCommand({})),
      ec2.send(new DescribeNetworkInterfacesCommand({})),
    ]);
  const addressOf = new Map(
    NetworkInterfaces.map((each) => [each.NetworkInterfaceId, each.PrivateIpAddress ?? ""]),
  );
  const endpoints = VpcEndpoints.flatMap(({ VpcEndpointId = "", VpcEndpointType, NetworkInterfaceIds }) => {
    const address = addressOf.get(NetworkInterfaceIds?.[0] ?? "");
    return VpcEndpointType === "GatewayLoadBalancer" && address !== undefined
      ? [{ id: VpcEndpointId, address }]
      : [];
  });
  const byId = new Map(endpoints.map(({ id, address }) => [id, address]));
  const addresses = TrafficMirrorTargets.flatMap(
    ({ TrafficMirrorTargetId = "", GatewayLoadBalancerEndpointId = "" }): [string, string][] => {
      const address = byId.get(GatewayLoadBalancerEndpointId);
      return address === undefined ? [] : [[TrafficMirrorTargetId, address]];
    },
  );
  return { endpoints, addresses: new Map(addresses) };
};

/** The session with the lowest number of each source acts. */
const sessionsOf = (
  sessions: readonly TrafficMirrorSession[],
  filters: readonly TrafficMirrorFilter[],
  addresses: ReadonlyMap<string, string>,
): ReadonlyMap<string, MirrorSession> => {
  const found = new Map<string, MirrorSession>();
  for (const session of [...sessions].sort((a, b) => (b.SessionNumber ?? 0) - (a.SessionNumber ?? 0))) {
    const endpoint = addresses.get(session.TrafficMirrorTargetId ?? "");
    if (endpoint === undefined) continue;
    const filter = filters.find((each) => each.TrafficMirrorFilterId === session.TrafficMirrorFilterId);
    found.set(session.NetworkInterfaceId ?? "", {
      id: session.TrafficMirrorSessionId ?? "",
      vni: session.VirtualNetworkId ?? 0,
      ...(session.PacketLength !== undefined && { packetLength: session.PacketLength }),
      endpoint,
      rules: rulesOf(filter),
    });
  }
  return found;
};

export const look = async (aws: Aws, scaling: AutoScalingClient): Promise<Reality> => {
  const { ec2 } = aws;
  const [{ Reservations = [] }, zones, groups, filters, sessions, { endpoints, addresses }] =
    await Promise.all([
      ec2.send(new DescribeInstancesCommand({})),
      ec2.send(new DescribeAvailabilityZonesCommand({})),
      scaling.send(new DescribeAutoScalingGroupsCommand({})),
      ec2.send(new DescribeTrafficMirrorFiltersCommand({ MaxResults: 1000 })),
      aws.sessions(),
      targetsOf(ec2),
    ]);
  const zoneIds = new Map((zones.AvailabilityZones ?? []).map((zone) => [zone.ZoneName, zone.ZoneId ?? ""]));
  const members = new Map(
    (groups.AutoScalingGroups ?? []).flatMap(({ AutoScalingGroupName: group = "", Instances = [] }) =>
      Instances.map((each) => [each.InstanceId, { group, inService: each.LifecycleState === "InService" }]),
    ),
  );
  const machines = Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ State, PrivateIpAddress }) => State?.Name === "running" && PrivateIpAddress !== undefined)
    .map((instance): Machine => {
      const instanceId = instance.InstanceId ?? "";
      return {
        instanceId,
        name: tagsOf(instance.Tags)["Name"] ?? instanceId,
        interfaceId: instance.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "",
        address: instance.PrivateIpAddress ?? "",
        zoneId: zoneIds.get(instance.Placement?.AvailabilityZone ?? "") ?? "",
        inService: false,
        ...members.get(instanceId),
      };
    });
  return {
    machines,
    endpoints,
    sessions: sessionsOf(sessions, filters.TrafficMirrorFilters ?? [], addresses),
  };
};
