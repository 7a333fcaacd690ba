/** The rules of modules/mirror-controller as they are written there, so that what is tested is what is deployed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";

export interface TriggerRule {
  readonly trigger: string;
  readonly name: string;
  readonly pattern: string;
}

const root = join(import.meta.dirname, "..", "..", "..");

interface Written {
  readonly locals: readonly {
    readonly known_rules: Readonly<Record<string, { readonly name: string; readonly event_pattern: object }>>;
  }[];
}

/** `values`: what Terraform would put in for `local.account` and the like. Throws when one is missing. */
export const readRules = async (
  values: Readonly<Record<string, string>>,
): Promise<readonly TriggerRule[]> => {
  const text = readFileSync(join(root, "modules", "mirror-controller", "rules.tf"), "utf8");
  const [locals] = ((await parse("rules.tf", text)) as unknown as Written).locals;
  const filled = (written: string): string =>
    written.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      const value = values[name.trim()];
      if (value === undefined) throw new Error(`rules.tf asks for ${name}, which these tests do not know`);
      return value;
    });
  return Object.entries(locals?.known_rules ?? {}).map(([trigger, rule]) => ({
    trigger,
    name: filled(rule.name),
    pattern: filled(JSON.stringify(rule.event_pattern)),
  }));
};
