import { tagSet } from "../../xml.js";
import type { FilterStore } from "../store/filters.js";
import type { FilterRule, MirrorFilter, PortRange, Session, Target } from "../store/model.js";

const ports = (range: PortRange | undefined) => range && { fromPort: range.from, toPort: range.to };

export const sessionXml = (s: Session, owner: string) => ({
  trafficMirrorSessionId: s.id,
  trafficMirrorTargetId: s.targetId,
  trafficMirrorFilterId: s.filterId,
  networkInterfaceId: s.interfaceId,
  ownerId: owner,
  packetLength: s.packetLength,
  sessionNumber: s.number,
  virtualNetworkId: s.vni,
  description: s.description,
  tagSet: tagSet(s.tags),
});

export const targetXml = ({ id, destination: d, description, tags }: Target, owner: string) => ({
  trafficMirrorTargetId: id,
  type: d.type,
  networkInterfaceId: d.type === "network-interface" ? d.interfaceId : undefined,
  networkLoadBalancerArn: d.type === "network-load-balancer" ? d.loadBalancerArn : undefined,
  gatewayLoadBalancerEndpointId: d.type === "gateway-load-balancer-endpoint" ? d.endpointId : undefined,
  description,
  ownerId: owner,
  tagSet: tagSet(tags),
});

export const ruleXml = (r: FilterRule) => ({
  trafficMirrorFilterRuleId: r.id,
  trafficMirrorFilterId: r.filterId,
  trafficDirection: r.direction,
  ruleNumber: r.number,
  ruleAction: r.action,
  protocol: r.protocol,
  destinationPortRange: ports(r.destinationPorts),
  sourcePortRange: ports(r.sourcePorts),
  destinationCidrBlock: r.destinationCidr,
  sourceCidrBlock: r.sourceCidr,
  description: r.description,
  tagSet: tagSet(r.tags),
});

export const filterXml = (f: MirrorFilter, store: FilterStore, time?: number) => ({
  trafficMirrorFilterId: f.id,
  ingressFilterRuleSet: store.rulesOf(f.id, "ingress", time).map(ruleXml),
  egressFilterRuleSet: store.rulesOf(f.id, "egress", time).map(ruleXml),
  networkServiceSet: f.services,
  description: f.description,
  tagSet: tagSet(f.tags),
});
