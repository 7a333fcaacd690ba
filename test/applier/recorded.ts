/** What whoever applies a module was seen to need, by module: `make record-permissions` writes it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";

export const MODULES = ["capture-fleet", "mirror-endpoint", "mirror-controller"] as const;
export type Module = (typeof MODULES)[number];

/** An action and an ARN with `${…}` for what differs; ids of resources are `*`. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly passedTo?: string;
}

export interface Recorded {
  /** Types of the resources and data sources that were made, changed and destroyed. */
  readonly types: readonly string[];
  readonly permissions: readonly Permission[];
}

const file = join(root, "test", "applier", "recorded.json");

export const readRecorded = (): Readonly<Record<Module, Recorded>> =>
  JSON.parse(readFileSync(file, "utf8")) as Record<Module, Recorded>;

export const writeRecorded = (recorded: Readonly<Record<Module, Recorded>>): void =>
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);

const ID = /^[a-z]+(?:-[a-z]+)?-[0-9a-f]{8,17}$|^[0-9a-f]{8}-[0-9a-f-]{27}$|^[0-9a-f]{16,17}$/;

/** The ARN as a pattern: the names that `name` begins stay, what AWS chose is any. */
export const asPattern = (
  arn: string,
  { account, region, name }: { account: string; region: string; name: string },
): string => {
  if (arn === "*") return arn;
  const parts = arn
    .replace(/^arn:aws:/, "arn:${partition}:")
    .replaceAll(account, "${account_id}")
    .replaceAll(region, "${region}")
    .split(/([:/])/)
    .map((part) => (ID.test(part) ? "*" : part))
    .join("");
  // The first name and what follows it: other options of the module give other endings.
  const at = parts.indexOf(name);
  if (at < 0) return parts;
  const [before, after] = [parts.slice(0, at), parts.slice(at + name.length)];
  const object = parts.includes(":s3:::") && after.includes("/") ? "/*" : "";
  const [, delimiter = ""] = /^([-/])/.exec(after) ?? [];
  const rest = delimiter === "" ? after : `${delimiter}*${object}`;
  return `${before}\${name}${rest}`;
};
