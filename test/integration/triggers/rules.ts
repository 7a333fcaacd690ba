/** The event rules of modules/mirror-controller as they are written there, so that what is tested is what is deployed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";

export interface TriggerRule {
  readonly trigger: string;
  readonly name: string;
  readonly pattern: string;
}

const root = join(import.meta.dirname, "..", "..", "..");

type Rules = Readonly<Record<string, { readonly name: string; readonly event_pattern: object }>>;

type Locals = Readonly<Record<string, unknown>>;

/** What Terraform would put in for `local.account` and the like: text, or lists and numbers as they are. */
export type Values = Readonly<Record<string, string | number | readonly string[]>>;

const filled = (written: string, file: string, values: Values): string =>
  written.replace(/"\$\{([^}"]*)\}"|\$\{([^}]*)\}/g, (_, whole?: string, part?: string) => {
    const name = (whole ?? part ?? "").trim();
    const value = values[name];
    if (value === undefined) throw new Error(`${file} asks for ${name}, which these tests do not know`);
    return whole === undefined ? String(value) : JSON.stringify(value);
  });

const localOf = async (file: string, name: string): Promise<unknown> => {
  const text = readFileSync(join(root, "modules", "mirror-controller", file), "utf8");
  const { locals } = (await parse(file, text)) as { locals: readonly Locals[] };
  return locals.find((each) => each[name] !== undefined)?.[name] ?? {};
};

const read = async (file: string, local: string, values: Values): Promise<readonly TriggerRule[]> => {
  // The module adds it to every pattern.
  const origin = (await localOf("event-rules.tf", "event_origin")) as object;
  return Object.entries((await localOf(file, local)) as Rules).map(([trigger, rule]) => ({
    trigger,
    name: filled(rule.name, file, values),
    pattern: filled(JSON.stringify({ ...rule.event_pattern, ...origin }), file, values),
  }));
};

/** Of the default bus, by trigger. Throws when a value is missing. */
export const readRules = (values: Values): Promise<readonly TriggerRule[]> =>
  read("event-rules.tf", "known_event_rules", values);

/** Of the controller's own bus. */
export const readBusRules = (values: Values): Promise<readonly TriggerRule[]> =>
  read("event-bus.tf", "bus_rules", values);

export const valuesFor = (accountRegion: { readonly account: string; readonly region: string }): Values => ({
  "var.name": "mirror",
  "local.account": accountRegion.account,
  "local.region": accountRegion.region,
  "local.arns.ec2": `arn:aws:ec2:${accountRegion.region}:${accountRegion.account}`,
  "var.guardduty_severity": 4,
  "local.hook_groups": ["web"],
  "local.hook_names": ["mirror-mirror"],
  "local.controller_roles": ["reconcile", "requests", "sweep"].map(
    (name) => `-${name}-${accountRegion.region}`,
  ),
  "local.session_roles": ["reconcile", "requests", "sweep"].map((name) => `-${name}-${accountRegion.region}`),
  "local.session_users": ["-"],
});
