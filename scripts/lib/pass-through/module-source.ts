import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "@cdktf/hcl2json";
import { tokensOf } from "../type-constraint.js";
import { bodyOf, statementsOf, type Statement } from "./source-text.js";

export interface Declaration {
  readonly name: string;
  /** What stands in the block. */
  readonly body: readonly Statement[];
  /** What the parser says of it. */
  readonly parsed: Readonly<Record<string, unknown>>;
}

/** A folder's declarations, in the order of its files and of the text in them. */
export interface ModuleSource {
  readonly folder: string;
  readonly variables: readonly Declaration[];
  readonly outputs: readonly Declaration[];
}

type Parsed = Readonly<Record<string, Readonly<Record<string, readonly Declaration["parsed"][]>>>>;

const declarations = (kind: string, text: string, parsed: Parsed): Declaration[] => {
  const found = statementsOf(text).flatMap(({ head, text: block }) => {
    const name = new RegExp(`^${kind} "(.*)"$`).exec(head)?.[1];
    if (name === undefined) return [];
    return [{ name, body: statementsOf(bodyOf(block)), parsed: parsed[kind]?.[name]?.[0] ?? {} }];
  });
  const seen = Object.keys(parsed[kind] ?? {}).sort();
  const cut = found.map(({ name }) => name).sort();
  if (!isDeepStrictEqual(seen, cut))
    throw new Error(`the parser sees ${kind} ${seen.join()}, here ${cut.join()}`);
  for (const { name, body, parsed: block } of found) {
    const heads = new Set(body.map(({ head }) => head));
    const missing = Object.keys(block).filter((key) => !heads.has(key));
    if (missing.length > 0) throw new Error(`${kind} ${name}: no text of ${missing.join()}`);
  }
  return found;
};

/** Every .tf file of a folder by name, without those that `omit` names. */
export const terraformFiles = (folder: string, omit: readonly string[] = []): Map<string, string> =>
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".tf") && !omit.includes(name))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );

export const readModule = async (
  root: string,
  folder: string,
  omit: readonly string[] = [],
): Promise<ModuleSource> => {
  const variables: Declaration[] = [];
  const outputs: Declaration[] = [];
  for (const [name, text] of terraformFiles(join(root, folder), omit)) {
    const parsed = (await parse(name, text)) as Parsed;
    variables.push(...declarations("variable", text, parsed));
    outputs.push(...declarations("output", text, parsed));
  }
  return { folder, variables, outputs };
};

/** What a user of a variable relies on, in a form that layout and comments make no difference to. */
export const facetsOf = ({ parsed }: Declaration): unknown => ({
  type: tokensOf(String(parsed["type"])),
  default: parsed["default"],
  nullable: parsed["nullable"] ?? true,
  sensitive: parsed["sensitive"] ?? false,
  ephemeral: parsed["ephemeral"] ?? false,
});
