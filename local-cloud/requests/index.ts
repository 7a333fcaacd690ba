/**
 * Every call is held against AWS's own model of the operation before anything answers it, so that each suite that sends a
 * request is a test of that request. What AWS refuses gets AWS's code and sentence; what it would take and ignore (a member
 * that JSON has and the model does not) is listed as a gap.
 */
import { jsonBody, serviceError } from "../answers.js";
import { isForm } from "../call.js";
import type { Answer, Call, Switches } from "../types.js";
import { check } from "./check.js";
import { unknownFilters } from "./filters.js";
import { fromForm } from "./form.js";
import { Models, type Model, type Shape } from "./models.js";
import type { Problem } from "./problem.js";
import { findRest } from "./rest.js";

/** A request that AWS would refuse or misunderstand, whoever sent it. */
export interface Refusal {
  readonly service: string;
  readonly action: string;
  readonly code: string;
  readonly message: string;
}

const dotted = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** `tags.1.member.key`, as AWS's services name a member. */
const coral = (path: string, name: string): string => {
  if (/^\d+$/.test(name)) return `${path}.${name}.member`;
  return dotted(path, name.charAt(0).toLowerCase() + name.slice(1));
};

const shapeOf = (model: Model, name: string): Shape => model.shapes[name] ?? { type: "structure" };

type Checked = { readonly problems: readonly Problem[] } | { readonly action: string } | undefined;

const formCall = (model: Model, call: Call, tagFilters: boolean): Checked => {
  const operation = model.operations[call.action];
  if (operation === undefined || call.params["Version"] !== model.metadata.apiVersion) {
    return { action: call.action };
  }
  if (operation.input === undefined) return { problems: [] };
  const { value, problems } = fromForm(model, operation.input.shape, call.params);
  const ec2 = model.metadata.protocol === "ec2";
  const options = { text: true, name: ec2 ? dotted : coral };
  const filters = ec2 ? unknownFilters(model, call.action, value) : [];
  const kept = filters.filter(({ value: name }) => !(tagFilters && /^tag(:|-key$)/.test(name ?? "")));
  return {
    problems: [...problems, ...check(model, shapeOf(model, operation.input.shape), value, options), ...kept],
  };
};

const jsonCall = (model: Model, call: Call): Checked => {
  const operation = model.operations[call.action];
  if (operation === undefined) return { action: call.action };
  if (operation.input === undefined) return { problems: [] };
  return {
    problems: check(model, shapeOf(model, operation.input.shape), jsonBody(call), {
      text: false,
      name: coral,
    }),
  };
};

const restCall = (model: Model, call: Call): Checked => {
  const found = findRest(model, call);
  if (found === undefined) return { action: call.action };
  const { operation, labels, query } = found;
  const input = model.shapes[operation.input?.shape ?? ""];
  if (operation.input === undefined || input === undefined) return { problems: [] };
  const members = Object.entries(input.members ?? {});
  const at = (location: string) => members.filter(([, member]) => member.location === location);
  const texts: Record<string, unknown> = { ...labels };
  for (const [name, member] of at("querystring")) {
    const type = model.shapes[member.shape]?.type;
    const values = query.getAll(member.locationName ?? name);
    if (values.length > 0) texts[name] = type === "list" ? values : values[0];
  }
  const isBody = (name: string): boolean => input.members?.[name]?.location === undefined;
  /** The members of the body, or those of the address; headers and what is the whole body are not looked at. */
  const part = (ofBody: boolean): Shape => ({
    ...input,
    members: Object.fromEntries(members.filter(([name]) => isBody(name) === ofBody)),
    required: (input.required ?? []).filter((name) => isBody(name) === ofBody && name !== input.payload),
  });
  return {
    problems: [
      ...check(model, part(false), texts, { text: true, name: coral }),
      ...(input.payload === undefined
        ? check(model, part(true), jsonBody(call), { text: false, name: coral })
        : []),
    ],
  };
};

const checked = (model: Model, call: Call, tagFilters: boolean): Checked => {
  const { protocol } = model.metadata;
  if (isForm(call.headers)) return formCall(model, call, tagFilters);
  if (call.headers["x-amz-target"] !== undefined) return jsonCall(model, call);
  return protocol === "rest-json" ? restCall(model, call) : undefined;
};

const ec2Said = ({ kind, path, value = "", must = "" }: Problem): [string, string] => {
  if (kind === "unknown") return ["UnknownParameter", `The parameter ${path} is not recognized`];
  if (kind === "missing") return ["MissingParameter", `The request must contain the parameter ${path}`];
  if (kind === "filter") return ["InvalidParameterValue", `The filter '${value}' is invalid`];
  // Some enumerations of EC2 have a hundred values.
  const why = must.length > 200 ? "" : ` It must ${must}.`;
  return ["InvalidParameterValue", `Value (${value}) for parameter ${path} is invalid.${why}`];
};

const coralSaid = (problems: readonly Problem[]): string => {
  const each = problems.map(({ kind, path, value, must }) =>
    kind === "missing"
      ? `Value null at '${path}' failed to satisfy constraint: Member must not be null`
      : `Value '${value ?? ""}' at '${path}' failed to satisfy constraint: Member must ${must ?? ""}`,
  );
  const count = each.length === 1 ? "1 validation error" : `${each.length} validation errors`;
  return `${count} detected: ${each.join("; ")}`;
};

const refusalOf = (
  model: Model,
  call: Call,
  result: NonNullable<Checked>,
): Omit<Refusal, "service" | "action"> | undefined => {
  const { protocol } = model.metadata;
  if ("action" in result) {
    const version = call.params["Version"];
    return protocol === "json"
      ? { code: "UnknownOperationException", message: "" }
      : {
          code: "InvalidAction",
          message: `Could not find operation ${result.action} for version ${version ?? model.metadata.apiVersion}`,
        };
  }
  const [first] = result.problems;
  if (first === undefined) return undefined;
  if (protocol === "ec2") {
    const [code, message] = ec2Said(first);
    return { code, message };
  }
  const ignored = result.problems.find(({ kind }) => kind === "unknown");
  if (ignored)
    return {
      code: "LocalCloudGap",
      message: `AWS knows no ${ignored.path} of ${call.action} and would ignore it`,
    };
  const wrong = result.problems.find(({ kind }) => kind === "type");
  if (wrong && !isForm(call.headers)) {
    return { code: "SerializationException", message: `${wrong.path} must ${wrong.must ?? ""}` };
  }
  const code = isForm(call.headers) ? "ValidationError" : "ValidationException";
  return { code, message: coralSaid(result.problems) };
};

export interface Requests {
  /** AWS's answer to a request that it would not take; undefined for all others. */
  check(call: Call): Answer | undefined;
  readonly refused: Refusal[];
}

export const createRequests = (folder: string, switches: Pick<Switches, "get">): Requests => {
  const models = new Models(folder);
  const refused: Refusal[] = [];
  return {
    refused,
    check: (call) => {
      const model = models.of(call);
      if (model === undefined) return undefined;
      const tagFilters =
        call.action.includes("TrafficMirror") && switches.get("traffic-mirror-tag-filters") === "accepted";
      const result = checked(model, call, tagFilters);
      const refusal = result && refusalOf(model, call, result);
      if (refusal === undefined) return undefined;
      refused.push({ service: call.service, action: call.action, ...refusal });
      return { ...serviceError(call, refusal.code, refusal.message), by: "requests" };
    },
  };
};
