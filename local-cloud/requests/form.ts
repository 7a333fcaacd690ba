/**
 * The form fields of a query request as the value that they stand for (Smithy: "AWS query protocol", "EC2 query
 * protocol"). Scalars stay text. Fields that no member has are problems.
 */
import type { Member, Model, Shape } from "./models.js";
import type { Problem } from "./problem.js";

interface Field {
  text?: string;
  readonly below: Map<string, Field>;
}

const fieldsOf = (params: Readonly<Record<string, string>>): Field => {
  const top: Field = { below: new Map() };
  for (const [name, text] of Object.entries(params)) {
    let at = top;
    for (const part of name.split(".")) {
      const next = at.below.get(part) ?? { below: new Map() };
      at.below.set(part, next);
      at = next;
    }
    at.text = text;
  }
  return top;
};

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

export const fromForm = (
  model: Model,
  shapeName: string,
  params: Readonly<Record<string, string>>,
): { value: unknown; problems: Problem[] } => {
  const ec2 = model.metadata.protocol === "ec2";
  const problems: Problem[] = [];
  const shapeOf = (member: Member): Shape => model.shapes[member.shape] ?? { type: "string" };

  const wireName = (name: string, member: Member): string => {
    if (ec2) return member.queryName ?? capital(member.locationName ?? name);
    const shape = shapeOf(member);
    // The elements of a flattened list carry the name that its elements have.
    return (shape.flattened === true && shape.member?.locationName) || (member.locationName ?? name);
  };
  const unknown = (path: string): void => {
    problems.push({ kind: "unknown", path });
  };
  const at = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

  const structure = (field: Field, shape: Shape, path: string): Record<string, unknown> => {
    const names = new Map(
      Object.entries(shape.members ?? {}).map(([name, m]) => [wireName(name, m), { name, m }]),
    );
    const out: Record<string, unknown> = {};
    for (const [wire, below] of field.below) {
      const found = names.get(wire);
      if (found === undefined) unknown(at(path, wire));
      else out[found.name] = convert(below, found.m, at(path, wire));
    }
    return out;
  };

  /** The fields below that are numbered, in their order; others are problems. */
  const numbered = (field: Field, path: string): readonly (readonly [Field, string])[] => {
    const out: (readonly [number, Field])[] = [];
    for (const [index, below] of field.below) {
      if (/^[1-9]\d*$/.test(index)) out.push([Number(index), below]);
      else unknown(at(path, index));
    }
    return out.sort(([a], [b]) => a - b).map(([index, below]) => [below, at(path, String(index))]);
  };

  /** A list or map that is not flattened has one name between its own and the numbers. */
  const inner = (field: Field, name: string, path: string): readonly [Field, string] => {
    for (const other of field.below.keys()) if (other !== name) unknown(at(path, other));
    return [field.below.get(name) ?? { below: new Map() }, at(path, name)];
  };

  const list = (field: Field, shape: Shape, path: string): unknown[] => {
    const { member } = shape;
    if (member === undefined) return [];
    const flat = ec2 || shape.flattened === true;
    const [from, below] = flat ? [field, path] : inner(field, member.locationName ?? "member", path);
    return numbered(from, below).map(([element, name]) => convert(element, member, name));
  };

  const map = (field: Field, shape: Shape, path: string): Record<string, unknown> => {
    const [from, below] = shape.flattened === true ? [field, path] : inner(field, "entry", path);
    const out: Record<string, unknown> = {};
    for (const [entry, name] of numbered(from, below)) {
      const key = entry.below.get(shape.key?.locationName ?? "key")?.text;
      const value = entry.below.get(shape.value?.locationName ?? "value");
      if (key === undefined || value === undefined || shape.value === undefined) unknown(name);
      else out[key] = convert(value, shape.value, name);
    }
    return out;
  };

  const convert = (field: Field, member: Member, path: string): unknown => {
    const shape = shapeOf(member);
    if (shape.type === "structure") return structure(field, shape, path);
    if (shape.type === "list") return list(field, shape, path);
    if (shape.type === "map") return map(field, shape, path);
    for (const name of field.below.keys()) unknown(at(path, name));
    return field.text;
  };

  const { Action: _, Version: __, ...rest } = params;
  return { value: structure(fieldsOf(rest), model.shapes[shapeName] ?? { type: "structure" }, ""), problems };
};
