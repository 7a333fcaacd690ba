import { empty, jsonBody, withJson } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Call, Cloud } from "../types.js";
import type { PatchSet } from "./types.js";

const FUNCTIONS = /^\/2015-03-31\/functions(?:\/([^/?]+))?(\/configuration|\/versions|\/code)?\/?(?:\?.*)?$/;
const INVOKE_CONFIG = /^\/2019-09-25\/functions\/([^/?]+)\/event-invoke-config/;
/** Fields that moto accepts and does not keep. */
const KEPT = ["DeadLetterConfig", "LoggingConfig"] as const;

type Fields = Record<string, unknown>;

const nameOf = (given: string): string => {
  const name = decodeURIComponent(given);
  return (name.startsWith("arn:") ? name.split(":")[6] : name.split(":")[0]) ?? name;
};
const matchOf = (call: Call): RegExpExecArray | null =>
  call.service === "lambda" ? FUNCTIONS.exec(call.path) : null;

export const lambdaPatches = (cloud: Cloud): PatchSet => {
  const functions = new Scoped(() => new Map<string, Fields>());

  const restore = (call: Call, shown: unknown): void => {
    if (shown === null || typeof shown !== "object") return;
    const fields = shown as Fields;
    if (typeof fields["FunctionName"] === "string") {
      const kept = functions.of(call).get(fields["FunctionName"]) ?? {};
      const target = (kept["DeadLetterConfig"] as Fields | undefined)?.["TargetArn"];
      if (target) fields["DeadLetterConfig"] = kept["DeadLetterConfig"];
      if (kept["LoggingConfig"]) fields["LoggingConfig"] = kept["LoggingConfig"];
    }
    restore(call, fields["Configuration"]);
    for (const name of ["Versions", "Functions"]) {
      if (Array.isArray(fields[name])) fields[name].forEach((item) => restore(call, item));
    }
  };

  return {
    reset: () => functions.reset(),
    patches: [
      {
        name: "function-fields",
        why: "moto drops DeadLetterConfig and LoggingConfig of a function",
        match: (call) => matchOf(call) !== null,
        async run(call, next) {
          const [, given, part] = matchOf(call) ?? [];
          const creates = call.method === "POST" && given === undefined;
          const updates = call.method === "PUT" && part === "/configuration";
          const request = jsonBody(call);
          const answer = await next();
          if (answer.status >= 300 || call.method === "DELETE") return answer;
          if (creates || updates) {
            const name = given === undefined ? String(request["FunctionName"]) : nameOf(given);
            const kept: Fields = creates ? {} : { ...functions.of(call).get(name) };
            for (const field of KEPT) if (request[field] !== undefined) kept[field] = request[field];
            functions.of(call).set(name, kept);
          }
          const body = jsonBody(answer);
          restore(call, body);
          return withJson(answer, body);
        },
      },
      {
        name: "event-invoke-config",
        why: "moto appends on PutFunctionEventInvokeConfig and reads back the first; AWS replaces",
        match: (call) => call.service === "lambda" && call.method === "PUT" && INVOKE_CONFIG.test(call.path),
        async run(call, next) {
          await cloud.forward({ ...call, method: "DELETE", body: empty().body });
          return next();
        },
      },
    ],
  };
};
