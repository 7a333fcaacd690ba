/** What has to be allowed for a call: pairs of action and resource, each with its condition keys. */
import { jsonBody } from "../answers.js";
import type { Call } from "../types.js";
import type { Context } from "./context.js";
import type { ResourceFacts } from "./facts.js";
import { arnOf, tagging, type Needed } from "./needed.js";
import { dynamodbRequests } from "./requests-dynamodb.js";
import { ec2Requests } from "./requests-ec2.js";
import { lambda } from "./requests-lambda.js";
import { elasticloadbalancing, eventBuses, glue, iam, logs, monitoring } from "./requests-named.js";
import { s3 } from "./requests-s3.js";
import { queueArn, queueNamed } from "../sqs/names.js";
import type { AccessRequest } from "./policy.js";

/** Prefixes of IAM actions where they differ from the name that signs. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: "cloudwatch", email: "ses" };
/** Calls whose permission has another name. */
const RENAMED: Readonly<Record<string, string>> = {
  "sqs:SendMessageBatch": "sqs:SendMessage",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
};

type Resources = (call: Call) => readonly Needed[];
type Body = Record<string, unknown>;

const parameter = (call: Call, name: string): string =>
  name.startsWith("arn:") ? name : arnOf(call, "ssm", `parameter/${name.replace(/^\//, "")}`);

const tagsIn = (body: Body): Context => {
  const tags = Array.isArray(body["Tags"]) ? (body["Tags"] as { Key: string; Value: string }[]) : [];
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
    ...(tags.length > 0 ? { "aws:TagKeys": tags.map(({ Key }) => Key) } : {}),
  };
};

const ssm: Resources = (call) => {
  const body: Body = jsonBody(call);
  const single = [body["Name"], body["Path"], body["ResourceId"]];
  const names = [...single, ...(Array.isArray(body["Names"]) ? body["Names"] : [])];
  const given = names.filter((name): name is string => typeof name === "string");
  if (given.length === 0) return [{ resource: "*" }];
  const context = tagsIn(body);
  return given.flatMap((name) => {
    const resource = parameter(call, name);
    // tags on creation need a permission of their own ("Tagging Systems Manager parameters", user guide)
    const tags = call.action === "PutParameter" && context["aws:TagKeys"] !== undefined;
    return [{ resource, context }, ...(tags ? [{ resource, context, action: "ssm:AddTagsToResource" }] : [])];
  });
};

const sqs: Resources = (call) => {
  const body: Body = jsonBody(call);
  const source = body["SourceArn"]; // of the message move tasks
  if (typeof source === "string") return [{ resource: source }];
  const created = body["QueueName"];
  if (typeof created === "string") {
    const resource = arnOf(call, "sqs", created);
    const tags = call.action === "CreateQueue" ? body["tags"] : undefined;
    return [{ resource }, ...tagging("sqs:TagQueue", resource, tags)];
  }
  const queue = queueNamed(call, body);
  return [{ resource: queue.name === "" ? "*" : queueArn(queue) }];
};

const events: Resources = (call) => {
  if (call.action !== "PutEvents") return eventBuses(call);
  const entries = jsonBody<{ Entries: Body[] }>(call).Entries ?? [];
  const busOf = (entry: Body): string => {
    const bus = String(entry["EventBusName"] ?? "default");
    return bus.startsWith("arn:") ? bus : arnOf(call, "events", `event-bus/${bus}`);
  };
  // One request for each bus, with the sources and detail-types of all its entries: both keys are multivalued
  // ("Actions, resources, and condition keys for Amazon EventBridge": ArrayOfString).
  return [...new Set(entries.map(busOf))].map((resource) => {
    const sent = entries.filter((entry) => busOf(entry) === resource);
    const each = (name: string) => [...new Set(sent.map((entry) => String(entry[name] ?? "")))];
    return {
      resource,
      context: { "events:source": each("Source"), "events:detail-type": each("DetailType") },
    };
  });
};

const autoscaling: Resources = (call) => {
  const group = call.params["AutoScalingGroupName"] ?? call.params["Tags.member.1.ResourceId"];
  if (group === undefined || call.action.startsWith("Describe")) return [{ resource: "*" }];
  return [{ resource: arnOf(call, "autoscaling", `autoScalingGroup:*:autoScalingGroupName/${group}`) }];
};

/** The condition keys of every call ("AWS global condition context keys" in the IAM User Guide). */
export const callContext = (
  call: Pick<Call, "service" | "account" | "region">,
  caller: { principalArn: string; userId: string; now: number },
): Context => ({
  "aws:PrincipalAccount": call.account,
  "aws:PrincipalArn": caller.principalArn,
  "aws:PrincipalType": "AssumedRole",
  "aws:userid": caller.userId,
  "aws:RequestedRegion": call.region,
  "aws:SecureTransport": "true",
  "aws:CurrentTime": new Date(caller.now).toISOString(),
  ...(call.service === "ec2" ? { "ec2:Region": call.region } : {}),
});

const RESOURCES: Readonly<Record<string, Resources>> = {
  ssm,
  sqs,
  events,
  glue,
  logs,
  monitoring,
  autoscaling,
  lambda,
  s3,
  iam,
  elasticloadbalancing,
};

export const requestsOf = async (
  call: Call,
  base: Context,
  facts: ResourceFacts,
): Promise<AccessRequest[]> => {
  if (call.service === "ec2") return ec2Requests(call, base, facts);
  if (call.service === "dynamodb") return dynamodbRequests(call, base, facts);
  const prefix = PREFIXES[call.service] ?? call.service;
  const name = `${prefix}:${call.action}`;
  const resources = RESOURCES[call.service]?.(call) ?? [{ resource: "*" }];
  return Promise.all(
    resources.map(async ({ resource, context, action }) => ({
      action: action ?? RENAMED[name] ?? name,
      resource,
      context: {
        ...base,
        ...context,
        ...(call.service === "ssm" ? await parameterTags(call, resource, facts) : {}),
      },
    })),
  );
};

/** A parameter's tags under both of their keys; one that does not exist has none, and so conditions on them fail. */
const parameterTags = async (call: Call, resource: string, facts: ResourceFacts): Promise<Context> =>
  resource === "*"
    ? {}
    : ((await facts(call, "parameter", `/${resource.split(":parameter/")[1] ?? ""}`)) ?? {});
