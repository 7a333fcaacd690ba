/** Actions and resources of calls that name what they are about: IAM, load balancers, alarms, logs, event buses, Glue's tables. */
import { jsonBody } from "../answers.js";
import type { Call } from "../types.js";
import { list } from "../xml.js";
import { arnOf, passRole, tagging, type Needed } from "./needed.js";

const tagged = ({ params }: Call): readonly string[] =>
  Object.keys(params).filter((name) => name.startsWith("Tags.member."));

export const iam = (call: Call): readonly Needed[] => {
  const { params, account } = call;
  const arn = (kind: string, path: string | undefined, name: string): string =>
    `arn:aws:iam::${account}:${kind}${path ?? "/"}${name}`;
  const role = params["RoleName"];
  const profile = params["InstanceProfileName"];
  if (profile !== undefined) {
    const resource = arn("instance-profile", params["Path"], profile);
    const passes = call.action === "AddRoleToInstanceProfile" && role !== undefined;
    return [
      { resource },
      ...(call.action.startsWith("Create") ? tagging("iam:TagInstanceProfile", resource, tagged(call)) : []),
      ...passRole(passes ? arn("role", undefined, role) : undefined, "ec2"),
    ];
  }
  if (role !== undefined) {
    const resource = arn("role", params["Path"], role);
    const boundary = params["PermissionsBoundary"];
    const context = boundary === undefined ? {} : { "iam:PermissionsBoundary": boundary };
    return [
      { resource, context },
      ...(call.action === "CreateRole" ? tagging("iam:TagRole", resource, tagged(call)) : []),
    ];
  }
  return [{ resource: params["PolicyArn"] ?? "*" }];
};

export const elasticloadbalancing = (call: Call): readonly Needed[] => {
  const { action, params } = call;
  if (action.startsWith("Describe")) return [{ resource: "*" }];
  const made: Readonly<Record<string, string>> = {
    CreateLoadBalancer: `loadbalancer/gwy/${params["Name"] ?? ""}/*`,
    CreateTargetGroup: `targetgroup/${params["Name"] ?? ""}/*`,
  };
  const named = [params["ListenerArn"], params["TargetGroupArn"], params["LoadBalancerArn"]];
  const listed = list(params, "ResourceArns.member");
  const created = made[action];
  const resources =
    created !== undefined
      ? [arnOf(call, "elasticloadbalancing", created)]
      : listed.length > 0
        ? listed
        : named.filter((each) => each !== undefined).slice(0, 1);
  const [first = "*"] = resources;
  // A listener is tagged under its own name, which begins as its load balancer's.
  const tagsOn =
    action === "CreateListener" ? first.replace(":loadbalancer/", ":listener/").concat("/*") : first;
  return [
    ...resources.map((resource) => ({ resource })),
    ...(action.startsWith("Create") ? tagging("elasticloadbalancing:AddTags", tagsOn, tagged(call)) : []),
  ];
};

export const monitoring = (call: Call): readonly Needed[] => {
  const body = jsonBody(call);
  const text = (name: string): string | undefined => {
    const value = call.params[name] ?? body[name];
    return typeof value === "string" ? value : undefined;
  };
  const namespace = text("Namespace");
  const alarm = text("AlarmName");
  const dashboard = text("DashboardName");
  const deleted = list(call.params, "AlarmNames.member");
  const dashboards = list(call.params, "DashboardNames.member");
  const alarmArn = (name: string): string => arnOf(call, "cloudwatch", `alarm:${name}`);
  const dashboardArn = (name: string): string => `arn:aws:cloudwatch::${call.account}:dashboard/${name}`;
  if (call.action.startsWith("Put") && alarm !== undefined) {
    const tags = tagged(call).length > 0 ? tagged(call) : body["Tags"];
    return [{ resource: alarmArn(alarm) }, ...tagging("cloudwatch:TagResource", alarmArn(alarm), tags)];
  }
  if (call.action === "DeleteAlarms") return deleted.map((name) => ({ resource: alarmArn(name) }));
  if (call.action === "DeleteDashboards") return dashboards.map((name) => ({ resource: dashboardArn(name) }));
  if (dashboard !== undefined) return [{ resource: dashboardArn(dashboard) }];
  const resource = text("ResourceARN") ?? "*";
  return [
    { resource, ...(namespace === undefined ? {} : { context: { "cloudwatch:namespace": namespace } }) },
  ];
};

export const logs = (call: Call): readonly Needed[] => {
  const body = jsonBody<{ logGroupName: string; resourceArn: string }>(call);
  if (body.resourceArn !== undefined) return [{ resource: body.resourceArn }];
  if (body.logGroupName === undefined) return [{ resource: "*" }];
  const resource = arnOf(call, "logs", `log-group:${body.logGroupName}:*`);
  return [
    { resource },
    ...(call.action === "CreateLogGroup" ? tagging("logs:TagResource", resource, body["tags"]) : []),
  ];
};

export const eventBuses = (call: Call): readonly Needed[] => {
  const body = jsonBody<{ Targets: { RoleArn?: string }[] }>(call);
  const text = (name: string): string | undefined =>
    typeof body[name] === "string" ? body[name] : undefined;
  const bus = text("EventBusName") ?? "default";
  const ruleArn = (name: string): string =>
    arnOf(call, "events", `rule/${bus === "default" ? "" : `${bus}/`}${name}`);
  const resource =
    text("ResourceARN") ??
    (/EventBus$/.test(call.action) ? arnOf(call, "events", `event-bus/${text("Name") ?? bus}`) : undefined) ??
    (text("Rule") !== undefined || /Rule$/.test(call.action)
      ? ruleArn(text("Rule") ?? text("Name") ?? "")
      : "*");
  return [
    { resource },
    ...tagging("events:TagResource", resource, call.action === "TagResource" ? [] : body["Tags"]),
    ...(call.action === "PutTargets"
      ? (body.Targets ?? []).flatMap(({ RoleArn }) => passRole(RoleArn, "events"))
      : []),
  ];
};

/** A catalog, its database and a table of that are all asked for (AWS Glue, "Specifying AWS Glue resource ARNs"). */
export const glue = (call: Call): readonly Needed[] => {
  const body = jsonBody(call);
  const named = (field: string): string | undefined => {
    const input = body[field] as { Name?: string } | undefined;
    return input?.Name;
  };
  const text = (name: string): string | undefined =>
    typeof body[name] === "string" ? body[name] : undefined;
  const arn = text("ResourceArn");
  if (arn !== undefined) return [{ resource: arn }];
  const ofDatabase = /Database$/.test(call.action);
  const database =
    text("DatabaseName") ?? named("DatabaseInput") ?? (ofDatabase ? text("Name") : undefined) ?? "*";
  const table = ofDatabase ? undefined : (text("TableName") ?? named("TableInput") ?? text("Name") ?? "*");
  const databaseArn = arnOf(call, "glue", `database/${database}`);
  return [
    { resource: arnOf(call, "glue", "catalog") },
    { resource: databaseArn },
    ...(table === undefined ? [] : [{ resource: arnOf(call, "glue", `table/${database}/${table}`) }]),
    ...(call.action === "CreateDatabase" ? tagging("glue:TagResource", databaseArn, body["Tags"]) : []),
  ];
};
