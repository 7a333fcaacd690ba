/** One element of a pattern's list ("Comparison operators" in the EventBridge User Guide), and the test that it is. */
import { addressDigits, rangeOf } from "./pattern-addresses.js";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export const isFields = (value: Json | undefined): value is { [key: string]: Json } =>
  value !== undefined && value !== null && typeof value === "object" && !Array.isArray(value);

/** What PutRule and TestEventPattern answer with InvalidEventPatternException. */
export class PatternError extends Error {
  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
  }
}

/** A test of a value that is there, or `absent` for `{ "exists": false }`. */
export type Test = ((value: Json) => boolean) | "absent";

const refuse = (reason: string): never => {
  throw new PatternError(reason);
};
const ONE_KEY = "Only one key allowed in match expression";
const TOO_MANY = "Too many elements in numeric expression";

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
/** A regular expression's source that takes either case of each character. */
const eitherCase = (text: string): string =>
  text
    .split("")
    .map((each) => `(?:${escaped(each.toLowerCase())}|${escaped(each.toUpperCase())})`)
    .join("");
const textMatches = (source: string): ((value: Json) => boolean) => {
  const expression = new RegExp(source, "s");
  return (value) => typeof value === "string" && expression.test(value);
};

/** `*` stands for any characters; `\*` is a star and `\\` a backslash. Positions count the opening quote. */
const wildcard = (pattern: string): string => {
  const bytes = (end: number): number => Buffer.byteLength(pattern.slice(0, end)) + 1;
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const [character = "", next] = [pattern[at], pattern[at + 1]];
    if (character === "*" && next === "*") refuse(`Consecutive wildcard characters at pos ${bytes(at)}`);
    if (character === "\\") {
      if (next !== "*" && next !== "\\") refuse(`Invalid escape character at pos ${bytes(at)}`);
      source += escaped(next ?? "");
      at += 1;
    } else source += character === "*" ? ".*" : escaped(character);
  }
  return `^${source}$`;
};

const isText = (value: Json | undefined): value is string => typeof value === "string";

/** What `prefix` and the like make of their operand, as a regular expression's source. */
const SOURCES: Readonly<Record<string, (text: string) => string>> = {
  prefix: (text) => `^${escaped(text)}`,
  suffix: (text) => `${escaped(text)}$`,
  "equals-ignore-case": (text) => `^${eitherCase(text)}$`,
  wildcard,
};

const affix = (operator: "prefix" | "suffix", operand: Json): Test => {
  if (isFields(operand)) {
    const name = operator === "prefix" ? "Prefix" : "Suffix";
    const [inner] = Object.keys(operand);
    if (inner === undefined) return refuse(`${name} expression name not found`);
    if (inner !== "equals-ignore-case") refuse(`Unsupported ${operator} pattern: ${inner}`);
    const text = operand[inner];
    if (!isText(text)) return refuse("equals-ignore-case match pattern must be a string");
    if (Object.keys(operand).length > 1) refuse(ONE_KEY);
    return textMatches(operator === "prefix" ? `^${eitherCase(text)}` : `${eitherCase(text)}$`);
  }
  if (!isText(operand)) return refuse(`${operator} match pattern must be a string`);
  return textMatches((SOURCES[operator] as (text: string) => string)(operand));
};

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
const NAMES: Readonly<Record<string, string>> = { "=": "equals" };

const numeric = (operand: Json): Test => {
  if (!Array.isArray(operand)) return refuse("Value of numeric must be an array.");
  const [operator, bound, second, top, ...more] = operand;
  if (!isText(operator))
    return refuse(
      `Invalid member in numeric match: ${operand.length === 0 ? "]" : JSON.stringify(operator)}`,
    );
  const compare = comparisons[operator];
  if (compare === undefined) return refuse(`Unrecognized numeric range operator: ${operator}`);
  if (typeof bound !== "number") return refuse(`Value of ${NAMES[operator] ?? operator} must be numeric`);
  const lower = (value: Json): boolean => typeof value === "number" && compare(value, bound);
  if (second === undefined) return lower;
  if (!operator.startsWith(">")) return refuse(TOO_MANY);
  if (!isText(second)) return refuse(`Bad value in numeric range: ${JSON.stringify(second)}`);
  const compareTop = second.startsWith("<") ? comparisons[second] : undefined;
  if (compareTop === undefined) return refuse(`Bad numeric range operator: ${second}`);
  if (typeof top !== "number") return refuse(`Value of ${second} must be numeric`);
  if (more.length > 0) refuse("Too many terms in numeric range expression");
  if (bound >= top) refuse("Bottom must be less than top");
  return (value) => lower(value) && compareTop(value as number, top);
};

/** Of texts, or of numbers; numbers, booleans and null are none of any texts, and so they match. */
const anythingButValues = (operand: Json): Test => {
  const excluded = Array.isArray(operand) ? operand : [operand];
  if (Array.isArray(operand) && excluded.some((value) => !isText(value) && typeof value !== "number")) {
    return refuse("Inside anything but list, start|null|boolean is not supported.");
  }
  if (new Set(excluded.map((value) => typeof value)).size !== 1) {
    return refuse(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  }
  return (value) => !excluded.includes(value);
};

const anythingBut = (operand: Json): Test => {
  const kind = "Value of anything-but must be an array or single string/number value.";
  const scalar = (value: Json): boolean => isText(value) || typeof value === "number" || Array.isArray(value);
  if (!isFields(operand)) return scalar(operand) ? anythingButValues(operand) : refuse(kind);
  const [operator] = Object.keys(operand);
  if (operator === undefined) return refuse("Anything-But expression name not found");
  const sourceOf = SOURCES[operator];
  if (sourceOf === undefined) return refuse(`Unsupported anything-but pattern: ${operator}`);
  const inner = operand[operator] as Json;
  if (!scalar(inner)) return refuse(kind);
  const excluded = (Array.isArray(inner) ? inner : [inner]).map((text) => {
    if (!isText(text)) {
      if (operator === "wildcard") return refuse("wildcard match pattern must be a string");
      return refuse(
        operator === "equals-ignore-case"
          ? "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
          : "prefix/suffix match pattern must be a string",
      );
    }
    if (text === "" && /fix$/.test(operator)) return refuse("Null prefix/suffix not allowed");
    return text;
  });
  const found = excluded.map((text) => textMatches(sourceOf(text)));
  if (Object.keys(operand).length > 1) refuse(TOO_MANY);
  return (value) => !found.some((test) => test(value));
};

const exact = (expected: Json): Test => {
  const digits = isText(expected) ? addressDigits(expected) : undefined;
  if (digits === undefined) return (value) => value === expected;
  // An address matches in each of its spellings.
  return (value) => isText(value) && addressDigits(value)?.startsWith(digits) === true;
};

const operators: Readonly<Record<string, (operand: Json) => Test>> = {
  // Not in the user guide, but in the engine.
  exactly: (text) =>
    isText(text) ? (value) => value === text : refuse("exact match pattern must be a string"),
  prefix: (operand) => affix("prefix", operand),
  suffix: (operand) => affix("suffix", operand),
  numeric,
  "anything-but": anythingBut,
  exists: (operand) => {
    if (typeof operand !== "boolean") return refuse("exists match pattern must be either true or false.");
    return operand ? () => true : "absent";
  },
  cidr: (operand) => {
    if (!isText(operand)) return refuse("prefix match pattern must be a string");
    const range = rangeOf(operand, refuse);
    return (value) => (isText(value) || typeof value === "number") && range(value);
  },
  "equals-ignore-case": (text) =>
    isText(text)
      ? textMatches(`^${eitherCase(text)}$`)
      : refuse("equals-ignore-case match pattern must be a string"),
  wildcard: (text) =>
    isText(text) ? textMatches(wildcard(text)) : refuse("wildcard match pattern must be a string"),
};

export const leaf = (element: Json): Test => {
  if (Array.isArray(element)) return refuse("Match value must be String, number, true, false, or null");
  if (!isFields(element)) return exact(element);
  const [name] = Object.keys(element);
  if (name === undefined) return refuse("Match expression name not found");
  const operator = operators[name];
  if (operator === undefined) return refuse(`Unrecognized match type ${name}`);
  const test = operator(element[name] as Json);
  if (Object.keys(element).length > 1) refuse(/^(numeric|anything-but)$/.test(name) ? TOO_MANY : ONE_KEY);
  return test;
};
