import type { Block, Configuration } from "./hcl.js";

const LITERAL = /traffic-mirror:[a-z]+(?:-[a-z]+)*/g;

/** What people read, and the keys that the others are to be taken from. */
const passedOver = new Set(["description", "error_message", "tag_keys"]);

const textsIn = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    passedOver.has(key) ? [] : [key, ...textsIn(inner)],
  );
};

/** Every key of a tag of ours that a text names, each once. */
export const tagsNamedIn = (text: string): string[] =>
  [...new Set([...text.matchAll(LITERAL)].map(([tag]) => tag))].sort();

/** Keys of tags of ours that a configuration writes out where it should take them from `local.tag_keys`. */
export const tagsWrittenOut = (configuration: Configuration): string[] =>
  tagsNamedIn(textsIn([...configuration.files.values()]).join("\n"));

/** The local `tag_keys` of a configuration. */
export const tagKeys = (configuration: Configuration): Readonly<Record<string, unknown>> => {
  const locals = [...configuration.files.values()].flatMap(({ locals }) => (locals ?? []) as Block[]);
  return (locals.find(({ tag_keys }) => tag_keys !== undefined)?.["tag_keys"] ?? {}) as Block;
};
