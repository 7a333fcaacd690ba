/** Actions and resources of Lambda's REST calls ("Actions, resources, and condition keys for AWS Lambda"). */
import { jsonBody } from "../answers.js";
import type { Call } from "../types.js";
import { arnOf, passRole, tagging, type Needed } from "./needed.js";

/** What a function's part is called, by method. */
const PARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": { GET: "GetFunction", DELETE: "DeleteFunction" },
  code: { PUT: "UpdateFunctionCode" },
  "code-signing-config": {
    GET: "GetFunctionCodeSigningConfig",
    PUT: "PutFunctionCodeSigningConfig",
    DELETE: "DeleteFunctionCodeSigningConfig",
  },
  concurrency: {
    GET: "GetFunctionConcurrency",
    PUT: "PutFunctionConcurrency",
    DELETE: "DeleteFunctionConcurrency",
  },
  configuration: { GET: "GetFunctionConfiguration", PUT: "UpdateFunctionConfiguration" },
  "event-invoke-config": {
    GET: "GetFunctionEventInvokeConfig",
    PUT: "PutFunctionEventInvokeConfig",
    POST: "UpdateFunctionEventInvokeConfig",
    DELETE: "DeleteFunctionEventInvokeConfig",
  },
  invocations: { POST: "InvokeFunction" },
  policy: { GET: "GetPolicy", POST: "AddPermission", DELETE: "RemovePermission" },
  "recursion-config": { GET: "GetFunctionRecursionConfig", PUT: "PutFunctionRecursionConfig" },
  "runtime-management-config": {
    GET: "GetRuntimeManagementConfig",
    PUT: "PutRuntimeManagementConfig",
  },
  versions: { GET: "ListVersionsByFunction", POST: "PublishVersion" },
};
const MAPPINGS: Readonly<Record<string, string>> = {
  GET: "GetEventSourceMapping",
  PUT: "UpdateEventSourceMapping",
  DELETE: "DeleteEventSourceMapping",
};
const TAGS: Readonly<Record<string, string>> = {
  GET: "ListTags",
  POST: "TagResource",
  DELETE: "UntagResource",
};

export const lambda = (call: Call): readonly Needed[] => {
  const [path = ""] = call.path.split("?");
  const [, , kind = "", given = "", part = ""] = path.split("/").map(decodeURIComponent);
  const body = jsonBody(call);
  const functionArn = (name: unknown): string =>
    String(name).startsWith("arn:") ? String(name) : arnOf(call, "lambda", `function:${String(name)}`);

  if (kind === "tags") return [{ resource: given, action: `lambda:${TAGS[call.method] ?? "ListTags"}` }];
  if (kind === "event-source-mappings") {
    if (given === "") {
      const creates = call.method === "POST";
      const action = creates ? "lambda:CreateEventSourceMapping" : "lambda:ListEventSourceMappings";
      const context = creates ? { "lambda:FunctionArn": functionArn(body["FunctionName"]) } : {};
      return [{ resource: "*", action, context }];
    }
    return [
      {
        resource: arnOf(call, "lambda", `event-source-mapping:${given}`),
        action: `lambda:${MAPPINGS[call.method] ?? "GetEventSourceMapping"}`,
      },
    ];
  }
  if (given === "") {
    if (call.method !== "POST") return [{ resource: "*", action: "lambda:ListFunctions" }];
    const resource = functionArn(body["FunctionName"]);
    return [
      { resource, action: "lambda:CreateFunction" },
      ...tagging("lambda:TagResource", resource, body["Tags"]),
      ...passRole(body["Role"], "lambda"),
    ];
  }
  const action = PARTS[part]?.[call.method] ?? call.action;
  return [
    { resource: functionArn(given), action: `lambda:${action}` },
    ...(part === "configuration" ? passRole(body["Role"], "lambda") : []),
  ];
};
