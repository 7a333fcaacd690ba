/**
 * The check by which a variable of type `any` refuses keys that its real type does not have, as HCL. Terraform drops such
 * keys when it converts a value to its type ("Type Constraints", Conversion of Complex Types), before any validation.
 */
import { holdsObject, type Type } from "../type-constraint.js";

/** One kind of place inside a value where an object stands. */
interface Place {
  /** As documents and messages write it: `sources.tags[*]`. */
  readonly label: string;
  readonly keys: readonly string[];
}

const placesOf = (type: Type, label: string): Place[] => {
  if (!holdsObject(type)) return [];
  if (type.kind !== "object") return "of" in type ? placesOf(type.of, `${label}[*]`) : [];
  const own = { label, keys: type.attributes.map(({ name }) => name) };
  return [own, ...type.attributes.flatMap(({ name, of }) => placesOf(of, `${label}.${name}`))];
};

/** The local that holds the keys of a variable's places. */
const localOf = (name: string): string => `${name}_keys`;

/** What the list has of one unknown key: `path` is the object that has it, `keys` the local with those that it may have. */
type Say = (path: string, keys: string) => string;

interface At {
  /** The expression for the value here, and its path as a template. */
  readonly value: string;
  readonly path: string;
  readonly label: string;
  /** How many loops stand around it. */
  readonly depth: number;
}

/**
 * A list, nested as the value is, of what `say` makes of each unknown key. What is null or of a wrong type has none here:
 * the type itself refuses it. Each level has a `try` of its own, so that one such element hides no other.
 */
const unknownKeys = (name: string, type: Type, at: At, say: Say): string => {
  const { value, path, label, depth } = at;
  if (type.kind === "object") {
    const keys = `local.${localOf(name)}["${label}"]`;
    const own = `[for key in setsubtract(try(keys(${value}), []), ${keys}) :\n${say(path, keys)}]`;
    const inner = type.attributes.flatMap(({ name: key, of }) => {
      const to = { value: `${value}.${key}`, path: `${path}.${key}`, label: `${label}.${key}`, depth };
      return holdsObject(of) ? [unknownKeys(name, of, to, say)] : [];
    });
    return inner.length === 0 ? own : `[\n${[own, ...inner].map((each) => `${each},\n`).join("")}]`;
  }
  if (!("of" in type)) throw new Error(`${label} holds no object`);
  const [index, element] = [`at_${depth}`, `each_${depth}`];
  // A list by number, also where a set is given for it.
  const [elements, step] =
    type.kind === "map"
      ? [value, `[\${jsonencode(${index})}]`]
      : [`[for ${element} in ${value} : ${element}]`, `[\${${index}}]`];
  const to = { value: element, path: path + step, label: `${label}[*]`, depth: depth + 1 };
  return `try([for ${index}, ${element} in ${elements} :\n${unknownKeys(name, type.of, to, say)}], [])`;
};

/** The validation of the variable, and the keys that it reads. Laid out by `terraform fmt`. */
export const checkOf = (name: string, type: Type): { readonly validation: string; readonly keys: string } => {
  const at = { value: `var.${name}`, path: name, label: name, depth: 1 };
  const found = (say: Say): string => `flatten([\n${unknownKeys(name, type, at, say)},\n])`;
  const paths = found((path, keys) => `"${path}.\${key} (none of \${join(", ",\n${keys})})"`);
  const entries = placesOf(type, name).map(({ label, keys }) => {
    const line = `"${label}" = [${keys.map((key) => `"${key}"`).join(", ")}]`;
    return line.length <= 150 ? line : `"${label}" = [\n${keys.map((key) => `"${key}",\n`).join("")}]`;
  });
  return {
    keys: `${localOf(name)} = {\n${entries.join("\n")}\n}`,
    validation: `validation {
      condition = length(${found(() => "key")}) == 0
      error_message = "${name} must have none but its documented keys: correct or remove \${join(", ", ${paths})}."
    }`,
  };
};
