/** The Condition element ("IAM JSON policy elements: Condition operators" in the IAM User Guide). */
import { isIPv4 } from "node:net";
import type { Context } from "./context.js";
import { arnLike, glob, substitute } from "./match.js";

type Values = string | boolean | readonly (string | boolean)[];
type Compare = (expected: string, actual: string) => boolean;

const ipv4 = (text: string): number =>
  text.split(".").reduce((sum, part) => (sum * 256 + Number(part)) >>> 0, 0) >>> 0;

export const inCidr = (cidr: string, address: string): boolean => {
  const [base = "", length = "32"] = cidr.split("/");
  if (!isIPv4(base) || !isIPv4(address)) return base === address;
  const bits = Number(length);
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return (ipv4(base) & mask) >>> 0 === (ipv4(address) & mask) >>> 0;
};

const numbers =
  (holds: (actual: number, expected: number) => boolean): Compare =>
  (expected, actual) =>
    holds(Number(actual), Number(expected));
const dates =
  (holds: (actual: number, expected: number) => boolean): Compare =>
  (expected, actual) =>
    holds(Date.parse(actual), Date.parse(expected));

/** Positive comparisons by name; the negated ones are the same, turned round. */
const COMPARISONS: Readonly<Record<string, Compare>> = {
  stringequals: (expected, actual) => expected === actual,
  stringequalsignorecase: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  stringlike: glob,
  arnequals: arnLike,
  arnlike: arnLike,
  bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  numericequals: numbers((a, b) => a === b),
  numericlessthan: numbers((a, b) => a < b),
  numericlessthanequals: numbers((a, b) => a <= b),
  numericgreaterthan: numbers((a, b) => a > b),
  numericgreaterthanequals: numbers((a, b) => a >= b),
  dateequals: dates((a, b) => a === b),
  datelessthan: dates((a, b) => a < b),
  datelessthanequals: dates((a, b) => a <= b),
  dategreaterthan: dates((a, b) => a > b),
  dategreaterthanequals: dates((a, b) => a >= b),
  ipaddress: inCidr,
};
const NEGATED: Readonly<Record<string, string>> = {
  stringnotequals: "stringequals",
  stringnotequalsignorecase: "stringequalsignorecase",
  stringnotlike: "stringlike",
  arnnotequals: "arnequals",
  arnnotlike: "arnlike",
  numericnotequals: "numericequals",
  datenotequals: "dateequals",
  notipaddress: "ipaddress",
};

const lookUp = (context: Context, key: string): readonly string[] | undefined => {
  const wanted = key.toLowerCase();
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === wanted)?.[1];
  return found === undefined ? undefined : typeof found === "string" ? [found] : found;
};

const strings = (values: Values): string[] => (Array.isArray(values) ? values : [values]).map(String);

const holds = (operator: string, key: string, values: Values, context: Context): boolean => {
  let name = operator.toLowerCase();
  const quantifier = /^(foranyvalue|forallvalues):/.exec(name)?.[1];
  if (quantifier !== undefined) name = name.slice(quantifier.length + 1);
  const actual = lookUp(context, key);
  const missing = actual === undefined || actual.length === 0;
  if (name === "null") return strings(values).some((value) => (value === "true") === missing);
  const ifExists = name.endsWith("ifexists");
  if (ifExists) name = name.slice(0, -"ifexists".length);
  const negated = NEGATED[name] !== undefined;
  const compare = COMPARISONS[NEGATED[name] ?? name];
  if (compare === undefined)
    throw new Error(`condition operator ${operator} is not known to the local cloud`);
  if (missing) {
    if (quantifier === "foranyvalue") return ifExists;
    return ifExists || negated || quantifier === "forallvalues";
  }
  const substituted = strings(values).map((value) => substitute(value, context));
  const expected = substituted.filter((value) => value !== undefined);
  // with a variable that has no value a statement does not apply, not even by a negated comparison
  if (expected.length === 0) return false;
  const one = (value: string): boolean => expected.some((wanted) => compare(wanted, value)) !== negated;
  if (quantifier === "forallvalues") return actual.every(one);
  if (quantifier === "foranyvalue") return actual.some(one);
  return negated ? actual.every(one) : actual.some(one);
};

/** Every operator and every key must hold; one of several values of a key is enough. */
export const conditionsHold = (
  conditions: Readonly<Record<string, Readonly<Record<string, Values>>>> | undefined,
  context: Context,
): boolean =>
  Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(operator, key, values, context)),
  );
