/** What AWS refuses and moto takes: numbers of tags and bytes, and keys that AWS holds for the same. */
import { jsonBody, serviceError } from "../answers.js";
import { list, parseXml, texts } from "../xml.js";
import type { Answer, Call } from "../types.js";
import type { Patch, PatchSet } from "./types.js";

/** Amazon S3 User Guide, "Categorizing your objects using tags". */
const OBJECT_TAGS = 10;
/** AWS Lambda developer guide, "Lambda quotas": all variables together. */
const ENVIRONMENT_BYTES = 4096;

const CREATES_FUNCTION = /^\/2015-03-31\/functions\/?$/;
const CONFIGURES_FUNCTION = /^\/2015-03-31\/functions\/[^/?]+\/configuration$/;

const refusing = (name: string, why: string, refusal: (call: Call) => Answer | undefined): Patch => ({
  name,
  why,
  match: (call) => refusal(call) !== undefined,
  run: async (call, next) => refusal(call) ?? next(),
});

const objectTags = (call: Call): number => {
  if (call.service !== "s3" || call.method !== "PUT") return 0;
  const header = call.headers["x-amz-tagging"];
  if (header !== undefined) return [...new URLSearchParams(header).keys()].length;
  if (!/^\/[^/?]+\/[^?]+\?tagging/.test(call.path)) return 0;
  return texts(parseXml(call.body.toString()), ["Tagging", "TagSet", "Tag", "Key"]).length;
};

/** Keys that are another one's but for the case. */
const sameKeys = (call: Call): boolean => {
  if (call.service !== "iam") return false;
  const keys = list(
    Object.fromEntries(
      Object.entries(call.params).flatMap(([name, value]) => {
        const number = /^Tags\.member\.(\d+)\.Key$/.exec(name)?.[1];
        return number === undefined ? [] : [[`Key.${number}`, value.toLowerCase()]];
      }),
    ),
    "Key",
  );
  return new Set(keys).size < keys.length;
};

const variablesOf = (call: Call): string | undefined => {
  if (call.service !== "lambda") return undefined;
  const creates = call.method === "POST" && CREATES_FUNCTION.test(call.path);
  if (!creates && !(call.method === "PUT" && CONFIGURES_FUNCTION.test(call.path))) return undefined;
  const { Environment } = jsonBody<{ Environment: { Variables?: Record<string, string> } }>(call);
  return JSON.stringify(Environment?.Variables ?? {});
};

export const limitPatches = (): PatchSet => ({
  reset: () => undefined,
  patches: [
    refusing("object-tags", "moto takes any number of tags of an object; AWS takes ten", (call) =>
      objectTags(call) > OBJECT_TAGS
        ? serviceError(call, "BadRequest", `Object tags cannot be greater than ${OBJECT_TAGS}`)
        : undefined,
    ),
    refusing("iam-tag-keys", "moto keeps tags of IAM whose keys differ in case alone apart", (call) =>
      sameKeys(call)
        ? serviceError(
            call,
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
          )
        : undefined,
    ),
    refusing("function-environment", "moto takes an environment of any size; AWS takes 4 KB", (call) => {
      const variables = variablesOf(call) ?? "";
      if (Buffer.byteLength(variables) <= ENVIRONMENT_BYTES) return undefined;
      return serviceError(
        call,
        "InvalidParameterValueException",
        "Lambda was unable to configure your environment variables because the environment variables you have provided " +
          `exceeded the 4KB limit. String measured: ${variables}`,
      );
    }),
  ],
});
