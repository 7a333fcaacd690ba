/** Events for patterns of the modules: what each asks for, and what is nearly that. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../../local-cloud/events/pattern.js";
import { root } from "../../../scripts/lib/run.js";
import type { Cases } from "./corpus.js";

type Fields = { [key: string]: Json };
const isFields = (value: Json | undefined): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A value that the first element of a list matches; undefined for what must not exist. */
const valueFor = ([first]: readonly Json[]): Json | undefined => {
  if (!isFields(first)) return first;
  const [[operator, operand] = ["", null]] = Object.entries(first);
  if (operator === "exists") return operand === false ? undefined : "something";
  if (operator === "prefix") return `${String(operand)}0abc`;
  if (operator === "suffix") return `0abc${String(operand)}`;
  if (operator === "numeric") return (operand as Json[])[1];
  return "another";
};

/** An event for each alternative of a pattern. */
const eventsFor = (pattern: Fields): readonly Fields[] => {
  let found: readonly Fields[] = [{}];
  for (const [name, inner] of Object.entries(pattern)) {
    if (name === "$or") {
      const alternatives = (inner as Fields[]).flatMap(eventsFor);
      found = found.flatMap((event) => alternatives.map((each) => merged(event, each)));
    } else if (Array.isArray(inner)) {
      const value = valueFor(inner);
      if (value !== undefined) found = found.map((event) => ({ ...event, [name]: value }));
    } else {
      const below = eventsFor(inner as Fields);
      found = found.flatMap((event) => below.map((each) => merged(event, { [name]: each })));
    }
  }
  return found;
};

const merged = (a: Fields, b: Fields): Fields => {
  const both = { ...a, ...b };
  for (const [name, value] of Object.entries(a)) {
    const other = b[name];
    if (isFields(value) && isFields(other)) both[name] = merged(value, other);
  }
  return both;
};

/** The event with each of its fields away, other, and the second of two in an array. */
const variants = (event: Fields): readonly Fields[] =>
  Object.entries(event).flatMap(([name, value]) => {
    const { [name]: _, ...without } = event;
    const changes: Json[] = isFields(value)
      ? [[{ else: true }, value], ...variants(value)]
      : ["else", ["else", value]];
    return [without, ...changes.map((change) => ({ ...event, [name]: change }))];
  });

/** Events as AWS publishes them, in the account and region of the patterns. */
const samples = (): readonly string[] => {
  const folder = join(root, "test", "fixtures", "events");
  return readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const { account = "", region = "" } = JSON.parse(text) as { account?: string; region?: string };
    const moved = text.replaceAll(account || "\0", "111122223333").replaceAll(region || "\0", "eu-west-1");
    return JSON.stringify(JSON.parse(moved));
  });
};

export const moduleCases = (patterns: readonly string[]): Cases => {
  const distinct = [...new Set(patterns)].sort();
  const events = distinct.flatMap((pattern) => eventsFor(JSON.parse(pattern) as Fields));
  return {
    patterns: distinct,
    events: [
      ...new Set([...events, ...events.flatMap(variants)].map((each) => JSON.stringify(each))),
      ...samples(),
    ],
  };
};
