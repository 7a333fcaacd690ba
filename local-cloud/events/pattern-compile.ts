/** From a pattern to its alternatives, each a list of tests by path; refuses what AWS's engine refuses, in its words. */
import { isFields, leaf, PatternError, type Json, type Test } from "./pattern-values.js";

export type SubRule = ReadonlyMap<string, readonly Test[]>;
export type Pattern = readonly SubRule[];

const OR = "$or";
/** Names that no field below `$or` may have (RESERVED_FIELD_NAMES_IN_OR_RELATIONSHIP in event-ruler). */
const RESERVED = new Set(
  [
    "exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex",
    "not-wildcard not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range",
    "ip-address-in-range ip-address-not-in-range",
  ].flatMap((line) => line.split(" ")),
);

const joined = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

const tests = (values: readonly Json[]): readonly Test[] => {
  const found = values.map(leaf);
  if (found.length === 0) throw new PatternError("Empty arrays are not allowed");
  return found;
};

/** The alternatives so far with one more test each; a path named twice is what was said last. */
const withTests = (rules: Pattern, path: string, values: readonly Json[]): Pattern => {
  const added = tests(values);
  return (rules.length === 0 ? [new Map()] : rules).map((rule) => new Map([...rule, [path, added]]));
};

const alternatives = (rules: Pattern, path: string, value: Json): Pattern => {
  if (!Array.isArray(value)) throw new PatternError(`It must be an Array followed with ${OR}.`);
  const base = rules.length === 0 ? [new Map() as SubRule] : rules;
  const all = value.flatMap((alternative) => {
    if (!isFields(alternative)) {
      throw new PatternError(`Only JSON object is allowed in array of ${OR} relationship.`);
    }
    return fields(base, path, alternative, true);
  });
  if (value.length < 2) throw new PatternError(`There must have at least 2 Objects in ${OR} relationship.`);
  return all;
};

const fields = (rules: Pattern, path: string, value: { [key: string]: Json }, inOr: boolean): Pattern => {
  const entries = Object.entries(value);
  let found = rules;
  for (const [name, inner] of entries) {
    if (name === OR) {
      found = alternatives(found, path, inner);
      continue;
    }
    if (inOr && RESERVED.has(name)) {
      throw new PatternError(`${name} is Ruler reserved fieldName which cannot be used inside ${OR}.`);
    }
    if (Array.isArray(inner)) found = withTests(found, joined(path, name), inner);
    else if (isFields(inner)) found = fields(found, joined(path, name), inner, inOr);
    else throw new PatternError(`"${name}" must be an object or an array`);
  }
  if (entries.length === 0) throw new PatternError("Empty objects are not allowed");
  return found;
};

export const compile = (pattern: Json): Pattern => {
  if (!isFields(pattern)) throw new PatternError("Filter is not an object");
  return fields([], "", pattern, false);
};
