import { tokensOf } from "../../scripts/lib/type-constraint.js";
import type { Block } from "./hcl.js";

/** Field → its type as written, without blanks. */
export type Fields = ReadonlyMap<string, string>;

/** What a rule of each kind has for itself: what it matches by. */
const matchedBy: Readonly<Record<string, readonly string[]>> = {
  tags: ["tags", "match"],
  subnets: ["subnet_id"],
  vpcs: ["vpc_id"],
};

/** Index behind the parenthesis that closes the one at `open`. */
const behind = (tokens: readonly string[], open: number): number => {
  for (let at = open, depth = 0; at < tokens.length; at += 1) {
    if ("([{".includes(tokens[at] ?? "")) depth += 1;
    if (")]}".includes(tokens[at] ?? "")) depth -= 1;
    if (depth === 0) return at + 1;
  }
  throw new Error("a parenthesis is not closed");
};

/** The attributes of the object that opens at `brace`. */
const attributes = (tokens: readonly string[], brace: number): Fields => {
  const found = new Map<string, string>();
  for (let at = brace + 1; tokens[at] !== "}";) {
    const name = tokens[at] ?? "";
    const end = tokens[at + 3] === "(" ? behind(tokens, at + 3) : at + 3;
    found.set(name, tokens.slice(at + 2, end).join(""));
    at = tokens[end] === "," ? end + 1 : end;
  }
  return found;
};

/** The fields of a rule by its kind, out of the type of the variable `sources`; what it matches by apart. */
export const ruleFields = (sources: Block): ReadonlyMap<string, Fields> => {
  const tokens = tokensOf(String(sources["type"]).replace(/^\$\{([\s\S]*)\}$/, "$1"));
  return new Map(
    Object.entries(matchedBy).map(([kind, own]) => {
      const list = [kind, "=", "optional", "(", "list", "(", "object", "("];
      const start = tokens.findIndex((_, at) => list.every((token, index) => tokens[at + index] === token));
      if (start < 0) throw new Error(`sources has no list of ${kind}`);
      const fields = [...attributes(tokens, start + list.length)];
      return [kind, new Map(fields.filter(([name]) => !own.includes(name)))];
    }),
  );
};

/** "vpcs lacks packet_length" and the like: a rule has the same fields whatever it matches by. */
export const uneven = (kinds: ReadonlyMap<string, Fields>): string[] => {
  const all = new Map([...kinds.values()].flatMap((fields) => [...fields]));
  return [...kinds].flatMap(([kind, fields]) =>
    [...all].flatMap(([name, type]) => {
      if (!fields.has(name)) return [`${kind} lacks ${name}`];
      return fields.get(name) === type ? [] : [`${kind} has another type of ${name}`];
    }),
  );
};

/** What a field is where nothing is given for it: the second argument of optional(…), or null. */
export const defaultOf = (type: string): unknown => {
  const given = /^optional\(\w+,(.*)\)$/.exec(type)?.[1];
  return given === undefined ? null : (JSON.parse(given) as unknown);
};
