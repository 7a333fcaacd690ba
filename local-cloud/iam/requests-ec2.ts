/**
 * What has to be allowed for an EC2 call ("Actions, resources, and condition keys for Amazon EC2" in the Service
 * Authorization Reference): each resource that a call names on its own, and tagging on create as ec2:CreateTags.
 */
import type { Call } from "../types.js";
import { list, tagList, tagSpec } from "../xml.js";
import type { Context } from "./context.js";
import type { ResourceFacts } from "./facts.js";
import type { AccessRequest } from "./policy.js";

/** Parameters that name existing resources, by action. */
const NAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CreateTrafficMirrorSession: {
    NetworkInterfaceId: "network-interface",
    TrafficMirrorFilterId: "traffic-mirror-filter",
    TrafficMirrorTargetId: "traffic-mirror-target",
  },
  ModifyTrafficMirrorSession: {
    TrafficMirrorSessionId: "traffic-mirror-session",
    TrafficMirrorFilterId: "traffic-mirror-filter",
    TrafficMirrorTargetId: "traffic-mirror-target",
  },
  DeleteTrafficMirrorSession: { TrafficMirrorSessionId: "traffic-mirror-session" },
  CreateTrafficMirrorTarget: {
    NetworkInterfaceId: "network-interface",
    GatewayLoadBalancerEndpointId: "vpc-endpoint",
  },
  DeleteTrafficMirrorTarget: { TrafficMirrorTargetId: "traffic-mirror-target" },
  DeleteTrafficMirrorFilter: { TrafficMirrorFilterId: "traffic-mirror-filter" },
  CreateVpcEndpoint: { VpcId: "vpc" },
  ModifyVpcEndpoint: { VpcEndpointId: "vpc-endpoint" },
  CreateTrafficMirrorFilterRule: { TrafficMirrorFilterId: "traffic-mirror-filter" },
  ModifyTrafficMirrorFilterRule: { TrafficMirrorFilterRuleId: "traffic-mirror-filter-rule" },
  DeleteTrafficMirrorFilterRule: { TrafficMirrorFilterRuleId: "traffic-mirror-filter-rule" },
  ModifyTrafficMirrorFilterNetworkServices: { TrafficMirrorFilterId: "traffic-mirror-filter" },
  CreateSecurityGroup: { VpcId: "vpc" },
  DeleteSecurityGroup: { GroupId: "security-group" },
  AuthorizeSecurityGroupIngress: { GroupId: "security-group" },
  AuthorizeSecurityGroupEgress: { GroupId: "security-group" },
  ModifySecurityGroupRules: { GroupId: "security-group" },
  RevokeSecurityGroupIngress: { GroupId: "security-group" },
  RevokeSecurityGroupEgress: { GroupId: "security-group" },
  CreateLaunchTemplateVersion: { LaunchTemplateId: "launch-template" },
  ModifyLaunchTemplate: { LaunchTemplateId: "launch-template" },
  DeleteLaunchTemplate: { LaunchTemplateId: "launch-template" },
  ModifyVpcEndpointServiceConfiguration: { ServiceId: "vpc-endpoint-service" },
  ModifyVpcEndpointServicePermissions: { ServiceId: "vpc-endpoint-service" },
};
/** The same for parameters that are lists. */
const LISTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CreateVpcEndpoint: { SubnetId: "subnet", SecurityGroupId: "security-group", RouteTableId: "route-table" },
  DeleteVpcEndpoints: { VpcEndpointId: "vpc-endpoint" },
  DeleteVpcEndpointServiceConfigurations: { ServiceId: "vpc-endpoint-service" },
};
/** Kinds that an action makes; their ids do not exist yet. */
const CREATED: Readonly<Record<string, string>> = {
  CreateTrafficMirrorSession: "traffic-mirror-session",
  CreateTrafficMirrorTarget: "traffic-mirror-target",
  CreateTrafficMirrorFilter: "traffic-mirror-filter",
  CreateTrafficMirrorFilterRule: "traffic-mirror-filter-rule",
  CreateVpcEndpoint: "vpc-endpoint",
  CreateSecurityGroup: "security-group",
  AuthorizeSecurityGroupIngress: "security-group-rule",
  AuthorizeSecurityGroupEgress: "security-group-rule",
  CreateLaunchTemplate: "launch-template",
  CreateVpcEndpointServiceConfiguration: "vpc-endpoint-service",
};
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^tms-/, "traffic-mirror-session"],
  [/^tmt-/, "traffic-mirror-target"],
  [/^tmfr-/, "traffic-mirror-filter-rule"],
  [/^tmf-/, "traffic-mirror-filter"],
  [/^eni-/, "network-interface"],
  [/^vpce-svc-/, "vpc-endpoint-service"],
  [/^vpce-/, "vpc-endpoint"],
  [/^vpc-/, "vpc"],
  [/^subnet-/, "subnet"],
  [/^sgr-/, "security-group-rule"],
  [/^sg-/, "security-group"],
  [/^lt-/, "launch-template"],
  [/^i-/, "instance"],
];

/** "Dependent actions" of CreateVpcEndpoint; the zone is for the private DNS of interface endpoints alone. */
const dependent = ({ action, params }: Call): readonly string[] => {
  if (action !== "CreateVpcEndpoint") return [];
  const reads = ["ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"];
  return params["PrivateDnsEnabled"] === "true" ? [...reads, "route53:AssociateVPCWithHostedZone"] : reads;
};

const typeOf = (id: string): string => TYPES.find(([pattern]) => pattern.test(id))?.[1] ?? "unknown";

const requestTags = (tags: Readonly<Record<string, string>>): Context => ({
  ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  ...(Object.keys(tags).length > 0 ? { "aws:TagKeys": Object.keys(tags) } : {}),
});

export const ec2Requests = async (
  call: Call,
  base: Context,
  facts: ResourceFacts,
): Promise<AccessRequest[]> => {
  const { action: name, params } = call;
  const action = `ec2:${name}`;
  const arn = (type: string, id: string): string =>
    `arn:aws:ec2:${call.region}:${call.account}:${type}/${id}`;
  const existing = async (type: string, id: string, more: Context = {}): Promise<AccessRequest> => {
    const known = await facts(call, type, id);
    return {
      action,
      resource: arn(type, id),
      context: { ...base, ...more, ...known },
      absent: known === undefined,
    };
  };

  if (name === "CreateTags" || name === "DeleteTags") {
    const tags = tagList(params, "Tag");
    // DeleteTags names keys, which are TagKeys but no RequestTag unless values come with them
    const context = name === "CreateTags" ? requestTags(tags) : { "aws:TagKeys": Object.keys(tags) };
    return Promise.all(list(params, "ResourceId").map((id) => existing(typeOf(id), id, context)));
  }

  const named = Object.entries(NAMED[name] ?? {}).flatMap(([parameter, type]) => {
    const id = params[parameter];
    return id === undefined ? [] : [{ type, id }];
  });
  for (const [parameter, type] of Object.entries(LISTED[name] ?? {})) {
    named.push(...list(params, parameter).map((id) => ({ type, id })));
  }
  const requests = await Promise.all(named.map(({ type, id }) => existing(type, id)));
  const created = CREATED[name];
  if (created !== undefined) {
    const tags = tagSpec(params, created);
    const service = params["ServiceName"];
    const context = {
      ...base,
      ...requestTags(tags),
      ...(created === "vpc-endpoint" && service !== undefined && { "ec2:VpceServiceName": service }),
    };
    requests.push({ action, resource: arn(created, "*"), context });
    if (Object.keys(tags).length > 0) {
      requests.push({
        action: "ec2:CreateTags",
        resource: arn(created, "*"),
        context: { ...context, "ec2:CreateAction": name },
      });
    }
  }
  requests.push(...dependent(call).map((needed) => ({ action: needed, resource: "*", context: base })));
  return requests.length > 0 ? requests : [{ action, resource: "*", context: base }];
};
