import { lagOf } from "../../interference/lag.js";
import { list, tagSpec, type Params } from "../../xml.js";
import { invalidParameter } from "../fault.js";
import { required } from "../store/checks.js";
import type { FilterRule, MirrorFilter, PortRange } from "../store/model.js";
import { integer, refuseDryRun, type Actions, type Request } from "./action.js";
import { describe } from "./describe.js";
import { filterXml, ruleXml } from "./mirror-render.js";

function ports(params: Params, name: string): PortRange | undefined {
  const from = integer(params, `${name}.FromPort`);
  const to = integer(params, `${name}.ToPort`);
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined)
    throw invalidParameter(`${name} needs both FromPort and ToPort`);
  return { from, to };
}

const ruleShape = ({ params }: Request) => ({
  direction: params["TrafficDirection"],
  number: integer(params, "RuleNumber"),
  action: params["RuleAction"],
  protocol: integer(params, "Protocol"),
  sourcePorts: ports(params, "SourcePortRange"),
  destinationPorts: ports(params, "DestinationPortRange"),
  sourceCidr: params["SourceCidrBlock"],
  destinationCidr: params["DestinationCidrBlock"],
  description: params["Description"],
});

/** The time that a read shows. */
const timeOf = ({ call, region }: Request): number =>
  region.context.now() - lagOf(region.cloud, "filters", call);

const filterId = ({ params }: Request) => required(params["TrafficMirrorFilterId"], "TrafficMirrorFilterId");
const ruleId = ({ params }: Request) =>
  required(params["TrafficMirrorFilterRuleId"], "TrafficMirrorFilterRuleId");

export const filterActions: Actions = {
  CreateTrafficMirrorFilter({ params, region }) {
    refuseDryRun(params);
    const token = params["ClientToken"];
    const input = { description: params["Description"], tags: tagSpec(params, "traffic-mirror-filter") };
    const filter = region.mirror.filters.create(input, token);
    return { trafficMirrorFilter: filterXml(filter, region.mirror.filters), clientToken: token };
  },

  ModifyTrafficMirrorFilterNetworkServices(request) {
    const { params, region } = request;
    const id = filterId(request);
    refuseDryRun(params);
    const { filters } = region.mirror;
    const filter = filters.modifyServices(
      id,
      list(params, "AddNetworkService"),
      list(params, "RemoveNetworkService"),
    );
    return { trafficMirrorFilter: filterXml(filter, filters) };
  },

  DeleteTrafficMirrorFilter(request) {
    const id = filterId(request);
    refuseDryRun(request.params);
    const { filters, sessions } = request.region.mirror;
    filters.delete(id, sessions.usesFilter(id));
    return { trafficMirrorFilterId: id };
  },

  DescribeTrafficMirrorFilters(request) {
    refuseDryRun(request.params);
    const { filters } = request.region.mirror;
    const time = timeOf(request);
    const { items, nextToken } = describe<MirrorFilter>(request, {
      idName: "TrafficMirrorFilterId",
      readers: { description: (f) => f.description, "traffic-mirror-filter-id": (f) => f.id },
      all: () => filters.filters.asOf(time),
      get: (id) => filters.get(id, time),
    });
    return { trafficMirrorFilterSet: items.map((f) => filterXml(f, filters, time)), nextToken };
  },

  CreateTrafficMirrorFilterRule(request) {
    const { params, region } = request;
    const tags = tagSpec(params, "traffic-mirror-filter-rule");
    const input = { ...ruleShape(request), filterId: filterId(request), tags };
    refuseDryRun(params);
    const rule = region.mirror.filters.createRule(input, params["ClientToken"]);
    return { trafficMirrorFilterRule: ruleXml(rule), clientToken: params["ClientToken"] };
  },

  ModifyTrafficMirrorFilterRule(request) {
    const { params, region } = request;
    const id = ruleId(request);
    refuseDryRun(params);
    const rule = region.mirror.filters.modifyRule(id, ruleShape(request), list(params, "RemoveField"));
    return { trafficMirrorFilterRule: ruleXml(rule) };
  },

  DeleteTrafficMirrorFilterRule(request) {
    const id = ruleId(request);
    refuseDryRun(request.params);
    request.region.mirror.filters.deleteRule(id);
    return { trafficMirrorFilterRuleId: id };
  },

  DescribeTrafficMirrorFilterRules(request) {
    const { params, region } = request;
    refuseDryRun(params);
    const { filters } = region.mirror;
    const only = params["TrafficMirrorFilterId"];
    const time = timeOf(request);
    const { items, nextToken } = describe<FilterRule>(request, {
      idName: "TrafficMirrorFilterRuleId",
      readers: {
        description: (r) => r.description,
        "destination-cidr-block": (r) => r.destinationCidr,
        protocol: (r) => r.protocol,
        "rule-action": (r) => r.action,
        "rule-number": (r) => r.number,
        "source-cidr-block": (r) => r.sourceCidr,
        "traffic-direction": (r) => r.direction,
        "traffic-mirror-filter-id": (r) => r.filterId,
        "traffic-mirror-filter-rule-id": (r) => r.id,
      },
      all: () =>
        only === undefined
          ? filters.rules.asOf(time)
          : filters.rulesOf(filters.get(only, time).id, undefined, time).sort((a, b) => a.seq - b.seq),
      get: (id) => filters.getRule(id, time),
    });
    return { trafficMirrorFilterRuleSet: items.map(ruleXml), nextToken };
  },
};
