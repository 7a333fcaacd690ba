import { empty, jsonBody, serviceError, withJson } from "../answers.js";
import type { Keys } from "../call.js";
import { evaluate, parsePolicy } from "../iam/policy.js";
import type { Answer, Call, Cloud, Handler } from "../types.js";
import { AsyncQueue } from "./async.js";
import { functionName, Functions, type Configuration } from "./functions.js";
import { createKeyGrants, LOST_KEY, type RoleId } from "./key-grant.js";
import { MappingTable } from "./mapping-table.js";
import { Records } from "./records.js";

const FUNCTIONS =
  /^\/2015-03-31\/functions(?:\/([^/?]+))?(\/configuration|\/code|\/invocations)?\/?(?:\?.*)?$/;

interface Code {
  readonly ZipFile?: string;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
}

export interface Lambda extends Handler {
  readonly functions: Functions;
  readonly records: Records;
  readonly mappings: MappingTable;
  readonly queue: AsyncQueue;
  /** For the events service: starts a function if its resource policy permits the rule; else says why not. */
  invokeAsync(
    arn: string,
    payload: string,
    options: { retries?: number; maximumAgeSeconds?: number; ruleArn?: string },
  ): Promise<string | undefined>;
  /** Forgets and ends everything; resolves when no process is left. */
  clear(): Promise<void>;
}

/** The last four kilobytes of an invocation's log, as `x-amz-log-result` gives it. */
const logTail = (requestId: string, lines: readonly string[], milliseconds: number): string => {
  const text = [
    `START RequestId: ${requestId} Version: $LATEST`,
    ...lines,
    `END RequestId: ${requestId}`,
    `REPORT RequestId: ${requestId}\tDuration: ${milliseconds}.00 ms`,
    "",
  ].join("\n");
  return Buffer.from(text).subarray(-4096).toString("base64");
};

export const createLambda = (
  cloud: Cloud,
  options: {
    keys: Keys;
    folder: string;
    endpoint: () => string;
    roleId: RoleId;
  },
): Lambda => {
  const records = new Records();
  const grants = createKeyGrants(cloud.switches, options.roleId);
  const functions = new Functions({ ...options, records, lostKey: (fn) => grants.lost(fn) });
  const queue = new AsyncQueue(cloud, functions);
  const mappings = new MappingTable(cloud, functions);

  const codeOf = async (call: Call, code: Code): Promise<Buffer | undefined> => {
    if (code.ZipFile !== undefined) return Buffer.from(code.ZipFile, "base64");
    if (code.S3Bucket === undefined || code.S3Key === undefined) return undefined;
    const path = `/${code.S3Bucket}/${code.S3Key}`;
    const answer = await cloud.moto(call, "s3", { method: "GET", path });
    return answer.status === 200 ? answer.body : undefined;
  };

  const invoke = async (call: Call, name: string): Promise<Answer> => {
    const fn = functions.get(call, name);
    if (fn === undefined) {
      return serviceError(
        call,
        "ResourceNotFoundException",
        `Function not found: arn:aws:lambda:${call.region}:${call.account}:function:${name}`,
        404,
      );
    }
    const payload = call.body.toString();
    try {
      if (payload !== "") JSON.parse(payload);
    } catch (error) {
      return serviceError(
        call,
        "InvalidRequestContentException",
        `Could not parse request body into json: ${String(error)}`,
      );
    }
    const type = call.headers["x-amz-invocation-type"] ?? "RequestResponse";
    if (type === "DryRun") return empty(204);
    if (type === "Event") {
      queue.put(fn, payload);
      return empty(202);
    }
    const outcome = await functions.invoke(fn, payload, "invoke");
    if (outcome.error === LOST_KEY) return serviceError(call, LOST_KEY.errorType, LOST_KEY.errorMessage, 502);
    return {
      status: 200,
      headers: {
        "content-type": "application/json",
        "x-amz-executed-version": "$LATEST",
        ...(outcome.error === undefined ? {} : { "x-amz-function-error": "Unhandled" }),
        ...(call.headers["x-amz-log-type"] === "Tail"
          ? { "x-amz-log-result": logTail(outcome.requestId, outcome.lines, outcome.milliseconds) }
          : {}),
      },
      body: Buffer.from(
        outcome.error === undefined ? (outcome.value ?? "null") : JSON.stringify(outcome.error),
      ),
    };
  };

  /** moto keeps its own record of every function, so that reads give back what was sent. */
  const change = async (call: Call, name: string | undefined, part: string | undefined): Promise<Answer> => {
    const request = jsonBody<Configuration & Code & { FunctionName: string; Code: Code }>(call);
    const zip = await codeOf(call, part === "/code" ? request : (request.Code ?? {}));
    const answer = await cloud.forward(call);
    if (answer.status >= 300) return answer;
    const target = name ?? request.FunctionName ?? "";
    functions.put(call, target, {
      ...(zip === undefined ? {} : { zip }),
      ...(part === "/code"
        ? {}
        : {
            configuration: request,
            grantee: await grants.granteeOf(request.Role ?? functions.get(call, target)?.configuration.Role),
          }),
    });
    // moto answers an update before it is done; the provider waits for this field
    const body = jsonBody(answer);
    return withJson(answer, { ...body, LastUpdateStatus: body["LastUpdateStatus"] ?? "Successful" });
  };

  const refusal = async (arn: string, ruleArn: string): Promise<string | undefined> => {
    const fn = functions.byArn(arn);
    if (fn === undefined) return `NO_RESOURCE: ${arn}`;
    const answer = await cloud.moto(fn.where, "lambda", { path: `/2015-03-31/functions/${fn.name}/policy` });
    const policy = parsePolicy(jsonBody<{ Policy: string }>(answer).Policy);
    const decision = evaluate(policy === undefined ? [] : [policy], {
      action: "lambda:InvokeFunction",
      resource: fn.arn,
      principal: { service: "events.amazonaws.com" },
      context: { "aws:SourceArn": ruleArn, "aws:SourceAccount": ruleArn.split(":")[4] ?? "" },
    });
    return decision === "allow" ? undefined : `NO_PERMISSIONS: ${ruleArn} may not invoke ${arn}`;
  };

  return {
    name: "lambda",
    functions,
    records,
    mappings,
    queue,
    async handle(call) {
      if (call.service !== "lambda") return undefined;
      const mapped = await mappings.handle(call);
      if (mapped !== undefined) return mapped;
      const found = FUNCTIONS.exec(call.path);
      if (found === null) return undefined;
      const [, given, part] = found;
      const name = given === undefined ? undefined : functionName(decodeURIComponent(given));
      if (part === "/invocations" && name !== undefined && call.method === "POST") {
        return { ...(await invoke(call, name)), by: "lambda" };
      }
      if (call.method === "DELETE" && name !== undefined && part === undefined) {
        const answer = await cloud.forward(call);
        if (answer.status < 300) functions.delete(call, name);
        return answer;
      }
      return call.method === "POST" || call.method === "PUT" ? change(call, name, part) : undefined;
    },
    async invokeAsync(arn, payload, invokeOptions) {
      const reason =
        invokeOptions.ruleArn === undefined ? undefined : await refusal(arn, invokeOptions.ruleArn);
      if (reason !== undefined) return reason;
      const fn = functions.byArn(arn);
      if (fn === undefined) return `NO_RESOURCE: ${arn}`;
      queue.put(fn, payload, invokeOptions);
      return undefined;
    },
    reset() {
      mappings.reset();
      queue.reset();
      records.reset();
    },
    async clear() {
      this.reset();
      await functions.reset();
    },
  };
};
