/** A module's inputs and outputs in the words of the composition that hands them on. */
import type { Part } from "./compositions.js";
import type { Declaration, ModuleSource } from "./module-source.js";

/** What the composition calls an input or output of a part. */
const named = ({ prefix }: Part, shared: readonly string[]) => {
  const word = prefix.replace(/_$/, "");
  return (name: string): string =>
    shared.includes(name) || name === word || name.startsWith(prefix) ? name : `${prefix}${name}`;
};

export interface Handed {
  readonly part: Part;
  readonly module: ModuleSource;
  readonly rename: (name: string) => string;
  /** Of the module's inputs and outputs. */
  readonly names: ReadonlySet<string>;
}

/**
 * Names of attributes of a variable: in backticks they mean the attribute and not an input. Its type has them; where that is
 * `any`, the list of parts in the description does ("- `kind`, `image`: …").
 */
const attributesOf = ({ parsed }: Declaration): Set<string> => {
  const typed = [...String(parsed["type"]).matchAll(/([\w-]+)\s*=/g)];
  const heads = String(parsed["description"]).match(/^\s*- (`[\w.-]+`(, )?)+(?=:)/gm) ?? [];
  const listed = parsed["type"] === "${any}" ? [...heads.join().matchAll(/`([\w-]+)/g)] : [];
  return new Set([...typed, ...listed].map(([, name = ""]) => name));
};

/** `min_size` and `capture.filter` in a description, by the names that they have in the composition. */
const renamed = (text: string, of: Declaration, { names, rename }: Handed): string => {
  const attributes = attributesOf(of);
  return text.replace(/`([a-z]\w*)((?:\.\w+)*)`/g, (whole, name: string, path: string) =>
    names.has(name) && !attributes.has(name) ? `\`${rename(name)}${path}\`` : whole,
  );
};

/** A declaration in the words of the composition. */
export const translated = (handed: Handed, of: Declaration): Declaration => ({
  name: handed.rename(of.name),
  parsed: of.parsed,
  body: of.body.map((each) =>
    each.head === "description" ? { ...each, text: renamed(each.text, of, handed) } : each,
  ),
});

export const handOn = (part: Part, shared: readonly string[], module: ModuleSource): Handed => ({
  part,
  module,
  names: new Set([...module.variables, ...module.outputs].map(({ name }) => name)),
  rename: named(part, shared),
});
