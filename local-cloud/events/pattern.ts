/** Event patterns ("Creating Amazon EventBridge event patterns" and "Comparison operators" in the user guide). */
import { inCidr } from "../iam/conditions.js";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export class PatternError extends Error {}

type Fields = { [key: string]: Json };
const isFields = (value: Json | undefined): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** `*` stands for any characters; `\*` is a star and `\\` a backslash. */
const wildcard = (pattern: string, text: string): boolean => {
  const source = pattern.replace(/\\([*\\])|(\*)|([.+?^${}()|[\]\\])/g, (_, escaped, star, special) =>
    escaped !== undefined ? `\\${escaped}` : star !== undefined ? "[^]*" : `\\${special}`,
  );
  return new RegExp(`^${source}$`).test(text);
};

const listOf = (value: Json | undefined): Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const text = (operator: string, expected: Json | undefined, actual: Json): boolean => {
  // prefix and suffix may themselves hold { "equals-ignore-case": … }
  const fold = isFields(expected);
  const wanted = fold ? expected["equals-ignore-case"] : expected;
  if (typeof wanted !== "string" || typeof actual !== "string") return false;
  const [a, b] = fold ? [actual.toLowerCase(), wanted.toLowerCase()] : [actual, wanted];
  return operator === "prefix" ? a.startsWith(b) : a.endsWith(b);
};

const numeric = (condition: Json | undefined, actual: Json): boolean => {
  if (typeof actual !== "number" || !Array.isArray(condition)) return false;
  for (let i = 0; i < condition.length; i += 2) {
    const bound = Number(condition[i + 1]);
    const holds = new Map([
      ["<", actual < bound],
      ["<=", actual <= bound],
      [">", actual > bound],
      [">=", actual >= bound],
      ["=", actual === bound],
    ]);
    if (holds.get(String(condition[i])) !== true) return false;
  }
  return true;
};

const anythingBut = (excluded: Json | undefined, actual: Json): boolean => {
  if (!isFields(excluded)) return !listOf(excluded).includes(actual);
  return Object.entries(excluded).every(
    ([operator, values]) => !listOf(values).some((value) => leaf({ [operator]: value }, actual)),
  );
};

/** One element of a pattern's list against one value of the event. */
const leaf = (pattern: Json, actual: Json | undefined): boolean => {
  if (!isFields(pattern)) return actual !== undefined && pattern === actual;
  if ("exists" in pattern) return pattern["exists"] === (actual !== undefined);
  if (actual === undefined) return false;
  const [operator, operand] = Object.entries(pattern)[0] ?? ["", null];
  switch (operator) {
    case "prefix":
    case "suffix":
      return text(operator, operand, actual);
    case "equals-ignore-case":
      return typeof actual === "string" && actual.toLowerCase() === String(operand).toLowerCase();
    case "wildcard":
      return typeof actual === "string" && wildcard(String(operand), actual);
    case "anything-but":
      return anythingBut(operand, actual);
    case "numeric":
      return numeric(operand, actual);
    case "cidr":
      return typeof actual === "string" && inCidr(String(operand), actual);
    default:
      return false;
  }
};

const leafList = (patterns: Json[], actual: Json | undefined): boolean => {
  const values: (Json | undefined)[] = Array.isArray(actual) ? actual : [actual];
  // an empty array and an object are no leaf: only { "exists": false } matches where there is no leaf
  if (values.length === 0 || isFields(actual)) return patterns.some((pattern) => leaf(pattern, undefined));
  return values.some((value) => patterns.some((pattern) => leaf(pattern, value)));
};

/** True when every field of the pattern matches; an array of objects in the event matches by any of them. */
export const matches = (pattern: Json, event: Json | undefined): boolean => {
  if (Array.isArray(pattern)) return leafList(pattern, event);
  if (!isFields(pattern)) return false;
  if (Array.isArray(event)) return event.some((element) => matches(pattern, element));
  return Object.entries(pattern).every(([key, inner]) =>
    key === "$or" && Array.isArray(inner)
      ? inner.some((alternative) => matches(alternative, event))
      : matches(inner, isFields(event) ? event[key] : undefined),
  );
};

const OPERATORS = [
  "prefix",
  "suffix",
  "equals-ignore-case",
  "wildcard",
  "anything-but",
  "numeric",
  "exists",
  "cidr",
];

const check = (pattern: Json, path: string): void => {
  if (Array.isArray(pattern)) {
    if (pattern.length === 0) throw new PatternError(`Empty arrays are not allowed at ${path}`);
    for (const element of pattern) {
      if (!isFields(element)) continue;
      const unknown = Object.keys(element).find((name) => !OPERATORS.includes(name));
      if (unknown !== undefined) throw new PatternError(`Unrecognized match type ${unknown} at ${path}`);
    }
    return;
  }
  if (!isFields(pattern)) throw new PatternError(`"${path}" must be an object or an array`);
  if (Object.keys(pattern).length === 0) throw new PatternError(`Empty objects are not allowed at ${path}`);
  for (const [key, inner] of Object.entries(pattern)) {
    if (key === "$or" && Array.isArray(inner))
      inner.forEach((alternative) => check(alternative, `${path}.$or`));
    else check(inner, `${path}.${key}`);
  }
};

/** The pattern of a rule from its text. Throws PatternError where EventBridge answers InvalidEventPatternException. */
export const parsePattern = (source: string): Json => {
  let pattern: Json;
  try {
    pattern = JSON.parse(source) as Json;
  } catch (error) {
    throw new PatternError(`Event pattern is not valid. Reason: ${String(error)}`);
  }
  check(pattern, "$");
  return pattern;
};
