/** A value against its shape: members, types, enumerations, lengths, ranges and patterns. */
import type { Model, Shape } from "./models.js";
import type { Problem } from "./problem.js";

interface Options {
  /** Numbers and truth values are text, as in a form or a path. */
  readonly text: boolean;
  /** How a member is named below another: form fields by dots, all else as AWS's services write it. */
  readonly name: (path: string, member: string) => string;
}

const patterns = new Map<string, RegExp | undefined>();

/** Patterns are Java's; one that JavaScript cannot read is not looked at. */
const patternOf = (source: string): RegExp | undefined => {
  if (patterns.has(source)) return patterns.get(source);
  let found: RegExp | undefined;
  for (const flags of ["su", "s"]) {
    if (flags === "s" && source.includes("\\p{")) break;
    try {
      found = new RegExp(`^(?:${source})$`, flags);
      break;
    } catch {
      // the next
    }
  }
  patterns.set(source, found);
  return found;
};

const NUMBERS = new Set(["integer", "long", "float", "double", "short", "byte"]);

const typed = (value: unknown, shape: Shape, { text }: Options): boolean => {
  if (NUMBERS.has(shape.type)) {
    const whole = !["float", "double"].includes(shape.type);
    if (text) return (whole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/).test(String(value));
    return typeof value === "number" && (!whole || Number.isInteger(value));
  }
  if (shape.type === "boolean")
    return text ? /^(true|false)$/i.test(String(value)) : typeof value === "boolean";
  if (shape.type === "timestamp") {
    return text ? !Number.isNaN(Date.parse(String(value))) : ["number", "string"].includes(typeof value);
  }
  if (shape.type === "list") return Array.isArray(value);
  if (shape.type === "structure" || shape.type === "map") {
    return value !== null && typeof value === "object" && !Array.isArray(value);
  }
  return typeof value === "string";
};

/** Constraints in the words of the services ("Member must …"). */
const broken = (value: unknown, shape: Shape): string | undefined => {
  const { min, max } = shape;
  if (NUMBERS.has(shape.type)) {
    if (min !== undefined && Number(value) < min) return `have value greater than or equal to ${min}`;
    if (max !== undefined && Number(value) > max) return `have value less than or equal to ${max}`;
    return undefined;
  }
  let length: number | undefined;
  if (typeof value === "string" && shape.type === "string") length = Array.from(value).length;
  else if (shape.type === "list" || shape.type === "map") length = Object.keys(value as object).length;
  if (length === undefined) return undefined;
  if (min !== undefined && length < min) return `have length greater than or equal to ${min}`;
  if (max !== undefined && length > max) return `have length less than or equal to ${max}`;
  if (typeof value !== "string") return undefined;
  if (shape.enum && !shape.enum.includes(value)) return `satisfy enum value set: [${shape.enum.join(", ")}]`;
  if (shape.pattern !== undefined && patternOf(shape.pattern)?.test(value) === false) {
    return `satisfy regular expression pattern: ${shape.pattern}`;
  }
  return undefined;
};

const shown = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

export const check = (model: Model, root: Shape, given: unknown, options: Options): readonly Problem[] => {
  const problems: Problem[] = [];
  const named = (name: string): Shape => model.shapes[name] ?? { type: "string" };
  const visit = (shape: Shape, value: unknown, at: string): void => {
    // A document is any JSON.
    if (shape.document === true) return;
    if (!typed(value, shape, options)) {
      problems.push({ kind: "type", path: at, value: shown(value), must: `be of type ${shape.type}` });
      return;
    }
    const must = broken(value, shape);
    if (must !== undefined) problems.push({ kind: "value", path: at, value: shown(value), must });
    if (shape.type === "structure") members(shape, value as Record<string, unknown>, at);
    const element = shape.member?.shape;
    if (shape.type === "list" && element !== undefined) {
      (value as unknown[]).forEach((one, index) =>
        visit(named(element), one, options.name(at, String(index + 1))),
      );
    }
    if (shape.type === "map" && shape.key && shape.value) {
      for (const [key, one] of Object.entries(value as object)) {
        visit(named(shape.key.shape), key, at);
        if (one !== null) visit(named(shape.value.shape), one, options.name(at, key));
      }
    }
  };
  const members = (shape: Shape, value: Record<string, unknown>, at: string): void => {
    for (const name of shape.required ?? []) {
      if ((value[name] ?? undefined) === undefined)
        problems.push({ kind: "missing", path: options.name(at, name) });
    }
    for (const [name, one] of Object.entries(value)) {
      const member = shape.members?.[name];
      if (member === undefined) problems.push({ kind: "unknown", path: options.name(at, name) });
      else if (one !== undefined && one !== null) visit(named(member.shape), one, options.name(at, name));
    }
  };
  visit(root, given, "");
  return problems;
};
