/** The names that EC2's describes take as filters. No model has them but as text: the list in the member's documentation. */
import type { Model } from "./models.js";
import type { Problem } from "./problem.js";

const listed = new WeakMap<Model, Map<string, ReadonlySet<string>>>();

/** `<li> <p> <code>tag</code>:&lt;key&gt; - …` and `<li> <p> <code>tag:&lt;key&gt;</code> - …` both stand for any tag. */
const LISTED = /<li>\s*<p>\s*<code>([^<]+)<\/code>/g;
/** `You can also use <code>cidr</code> or <code>cidrBlock</code> as the filter names.` */
const ALSO = /You can also use ((?:(?: or |, )?<code>[^<]+<\/code>)+) as the filter name/g;
const CODE = /<code>([^<]+)<\/code>/g;

const namesIn = (documentation: string): ReadonlySet<string> => {
  const listed = [...documentation.matchAll(LISTED)].map(([, name = ""]) => name);
  const also = [...documentation.matchAll(ALSO)].flatMap(([, names = ""]) =>
    [...names.matchAll(CODE)].map(([, name = ""]) => name),
  );
  return new Set(
    [...listed, ...also].map((name) => (name.startsWith("tag:") || name === "tag" ? "tag:" : name.trim())),
  );
};

/** Empty where the reference lists none. */
export const filtersOf = (model: Model, action: string): ReadonlySet<string> => {
  const known = listed.get(model) ?? new Map<string, ReadonlySet<string>>();
  listed.set(model, known);
  const found = known.get(action);
  if (found) return found;
  const input = model.operations[action]?.input?.shape ?? "";
  const made = namesIn(model.shapes[input]?.members?.["Filters"]?.documentation ?? "");
  known.set(action, made);
  return made;
};

const nameOf = (filter: unknown): string | undefined =>
  typeof filter === "object" && filter !== null && "Name" in filter && typeof filter.Name === "string"
    ? filter.Name
    : undefined;

export const unknownFilters = (model: Model, action: string, value: unknown): Problem[] => {
  const filters = (value as { Filters?: readonly unknown[] }).Filters ?? [];
  const names = filtersOf(model, action);
  return filters.flatMap((filter, index) => {
    const name = nameOf(filter);
    if (name === undefined || names.size === 0 || names.has(name)) return [];
    if (name.startsWith("tag:") && names.has("tag:")) return [];
    return [{ kind: "filter" as const, path: `Filter.${index + 1}.Name`, value: name }];
  });
};
