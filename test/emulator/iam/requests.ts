/** What has to be allowed for a call: pairs of action and resource, each with its condition keys. */
import { jsonBody } from "../answers.js";
import type { Call } from "../types.js";
import type { Context } from "./conditions.js";
import type { ResourceFacts } from "./facts.js";
import { ec2Requests } from "./requests-ec2.js";
import type { AccessRequest } from "./policy.js";

/** Prefixes of IAM actions where they differ from the name that signs. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: "cloudwatch", email: "ses" };
/** Calls whose permission has another name. */
const RENAMED: Readonly<Record<string, string>> = {
  "sqs:SendMessageBatch": "sqs:SendMessage",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
};

type Resources = (call: Call) => readonly { resource: string; context?: Context; action?: string }[];
type Body = Record<string, unknown>;

const arn = (call: Call, service: string, rest: string): string =>
  `arn:aws:${service}:${call.region}:${call.account}:${rest}`;

const parameter = (call: Call, name: string): string =>
  name.startsWith("arn:") ? name : arn(call, "ssm", `parameter/${name.replace(/^\//, "")}`);

const ssm: Resources = (call) => {
  const body: Body = jsonBody(call);
  const names = [body["Name"], body["Path"], ...(Array.isArray(body["Names"]) ? body["Names"] : [])];
  const given = names.filter((name): name is string => typeof name === "string");
  return given.length > 0 ? given.map((name) => ({ resource: parameter(call, name) })) : [{ resource: "*" }];
};

const sqs: Resources = (call) => {
  const body: Body = jsonBody(call);
  const [name, account] = String(body["QueueUrl"] ?? body["QueueName"] ?? "")
    .split("/")
    .reverse();
  if (!name) return [{ resource: "*" }];
  return [{ resource: `arn:aws:sqs:${call.region}:${account ?? call.account}:${name}` }];
};

const events: Resources = (call) => {
  if (call.action !== "PutEvents") return [{ resource: "*" }];
  const entries = jsonBody<{ Entries: Body[] }>(call).Entries ?? [];
  return entries.map((entry) => {
    const bus = String(entry["EventBusName"] ?? "default");
    return {
      resource: bus.startsWith("arn:") ? bus : arn(call, "events", `event-bus/${bus}`),
      context: {
        "events:source": String(entry["Source"] ?? ""),
        "events:detail-type": String(entry["DetailType"] ?? ""),
      },
    };
  });
};

const logs: Resources = (call) => {
  const group = jsonBody<{ logGroupName: string }>(call).logGroupName;
  return [{ resource: group === undefined ? "*" : arn(call, "logs", `log-group:${group}:*`) }];
};

const monitoring: Resources = (call) => {
  const namespace = call.params["Namespace"] ?? jsonBody<{ Namespace: string }>(call).Namespace;
  return [
    { resource: "*", ...(namespace === undefined ? {} : { context: { "cloudwatch:namespace": namespace } }) },
  ];
};

const autoscaling: Resources = (call) => {
  const group = call.params["AutoScalingGroupName"];
  if (group === undefined || call.action.startsWith("Describe")) return [{ resource: "*" }];
  return [{ resource: arn(call, "autoscaling", `autoScalingGroup:*:autoScalingGroupName/${group}`) }];
};

const lambda: Resources = (call) => {
  const [, given, part] = /\/functions\/([^/?]+)(\/[a-z-]+)?/.exec(call.path) ?? [];
  if (given === undefined) return [{ resource: "*", action: "lambda:ListFunctions" }];
  const name = decodeURIComponent(given);
  const action =
    part === "/invocations" ? "InvokeFunction" : call.method === "GET" ? "GetFunction" : call.action;
  return [
    {
      resource: name.startsWith("arn:") ? name : arn(call, "lambda", `function:${name}`),
      action: `lambda:${action}`,
    },
  ];
};

const s3: Resources = (call) => {
  const [path = "", query = ""] = call.path.split("?");
  const [, bucket = "", ...key] = path.split("/");
  const object = key.join("/");
  const verb = { GET: "Get", HEAD: "Get", PUT: "Put", DELETE: "Delete", POST: "Put" }[call.method] ?? "Get";
  if (object === "") return [{ resource: `arn:aws:s3:::${bucket}`, action: "s3:ListBucket" }];
  const what = query.includes("tagging") ? "ObjectTagging" : "Object";
  return [{ resource: `arn:aws:s3:::${bucket}/${object}`, action: `s3:${verb}${what}` }];
};

const RESOURCES: Readonly<Record<string, Resources>> = {
  ssm,
  sqs,
  events,
  logs,
  monitoring,
  autoscaling,
  lambda,
  s3,
};

export const requestsOf = async (
  call: Call,
  base: Context,
  facts: ResourceFacts,
): Promise<AccessRequest[]> => {
  if (call.service === "ec2") return ec2Requests(call, base, facts);
  const prefix = PREFIXES[call.service] ?? call.service;
  const name = `${prefix}:${call.action}`;
  const resources = RESOURCES[call.service]?.(call) ?? [{ resource: "*" }];
  return resources.map(({ resource, context, action }) => ({
    action: action ?? RENAMED[name] ?? name,
    resource,
    context: { ...base, ...context },
  }));
};
