/** Whether statements say what AWS understands, by its own reference. */
import { GLOBAL_KEYS, type Reference, type ResourceRow, type Service } from "./reference.js";
import type { Condition, Statement } from "./statement.js";

/** An action of a statement with the service that has it. */
interface Action {
  readonly name: string;
  readonly service: Service;
  readonly rows: readonly ResourceRow[];
}

/** `${...}` in the reference stands for any text; a bucket's name (here NAME) is without slashes. */
const NAME = "\0";
const asGlob = (text: string): string =>
  text.replace(/\$\{([^}]*)\}/g, (_, name) => (name === "BucketName" ? NAME : "*"));

/** Whether some text is matched by both, where `*` stands for any characters. */
const overlap = (a: string, b: string): boolean => {
  const known = new Map<string, boolean>();
  const wild = (character: string | undefined): boolean => character === "*" || character === NAME;
  const takes = (wildcard: string | undefined, character: string | undefined): boolean =>
    character !== undefined && (wildcard === "*" || character !== "/");
  const from = (i: number, j: number): boolean => {
    const key = `${i},${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    let found = i === a.length && j === b.length;
    if (wild(a[i])) found ||= from(i + 1, j) || (takes(a[i], b[j]) && from(i, j + 1));
    if (wild(b[j])) found ||= from(i, j + 1) || (takes(b[j], a[i]) && from(i + 1, j));
    if (!wild(a[i]) && !wild(b[j])) found ||= i < a.length && a[i] === b[j] && from(i + 1, j + 1);
    known.set(key, found);
    return found;
  };
  return from(0, 0);
};

const fitsArn = (resource: string, template: string): boolean => {
  const [ours, theirs] = [resource.split(":"), asGlob(template).split(":")];
  const section = (parts: readonly string[], index: number): string =>
    index < 5 ? (parts[index] ?? "") : parts.slice(5).join(":");
  // Partition, region and account are the caller's; services and the resource itself must fit.
  return [2, 5].every((index) => overlap(section(ours, index), section(theirs, index)));
};

const actionsOf = (text: string, reference: Reference): readonly Action[] => {
  const [prefix = "", name = ""] = text.split(":");
  const service = reference[prefix];
  if (service === undefined) return [];
  const pattern = name.toLowerCase();
  return Object.entries(service.privileges)
    .filter(([each]) => overlap(each.toLowerCase(), pattern))
    .map(([each, { resource_types: types }]) => ({
      name: `${prefix}:${each}`,
      service,
      rows: Object.values(types),
    }));
};

const fits = ({ service }: Action, { resource_type: type }: ResourceRow, resource: string): boolean =>
  resource === "*" ? true : type !== "" && fitsArn(resource, service.resources[type]?.arn ?? "");

/** Rows of an action that the resources of the statement are of, and those of the action as a whole. */
const rowsFor = (action: Action, resources: readonly string[]): readonly ResourceRow[] =>
  action.rows.filter(
    (row) =>
      row.resource_type === "" || resources.length === 0 || resources.some((each) => fits(action, row, each)),
  );

const keyMatches = (template: string, key: string): boolean =>
  overlap(asGlob(template).toLowerCase(), key.toLowerCase());

const typeOf = (key: string, actions: readonly Action[]): string | undefined =>
  GLOBAL_KEYS[key.toLowerCase()] ??
  actions
    .flatMap(({ service }) => Object.entries(service.conditions))
    .find(([template]) => keyMatches(template, key))?.[1].type;

/** Comparisons by the type of the key, without set operator and IfExists. Identifiers may be compared as strings. */
const COMPARISONS: Readonly<Record<string, RegExp>> = {
  string: /^String/,
  arn: /^(Arn|String)/,
  bool: /^Bool$/,
  boolean: /^Bool$/,
  numeric: /^Numeric/,
  long: /^Numeric/,
  date: /^Date/,
  ipaddress: /^(Not)?IpAddress$/,
};

const conditionFindings = (
  condition: Condition,
  statement: Statement,
  actions: readonly Action[],
): string[] => {
  const { operator, key } = condition;
  const unsupported = actions.filter(
    (action) =>
      GLOBAL_KEYS[key.toLowerCase()] === undefined &&
      !rowsFor(action, statement.resources).some((row) =>
        row.condition_keys.some((each) => keyMatches(each, key)),
      ),
  );
  const found = unsupported.map(({ name }) => `${name} has no condition key ${key} for these resources`);
  const type = typeOf(key, actions);
  if (type === undefined) return [...found, `there is no condition key ${key}`];
  if (operator === "Null") return found;
  const [, set, comparison = ""] = /^(ForAllValues:|ForAnyValue:)?(.*?)(?:IfExists)?$/.exec(operator) ?? [];
  const isList = /^ArrayOf/i.test(type);
  if (isList && set === undefined) found.push(`${key} has several values: ${operator} needs a set operator`);
  if (!isList && set !== undefined) found.push(`${key} has one value: ${operator} needs no set operator`);
  const base = type.replace(/^ArrayOf/i, "").toLowerCase();
  if (COMPARISONS[base]?.test(comparison) !== true)
    found.push(`${key} is of type ${type}, which ${operator} does not compare`);
  return found;
};

/** What is wrong with a statement by itself. */
export const statementFindings = (statement: Statement, reference: Reference): readonly string[] => {
  const found = statement.actions.map((text) => ({ text, actions: actionsOf(text, reference) }));
  const unknown = found
    .filter(({ actions }) => actions.length === 0)
    .map(({ text }) => `there is no action ${text}`);
  // s3:* in a Deny is each action that takes the resource; by name an action must take it.
  const named = found.filter(({ text }) => !text.includes("*")).flatMap(({ actions }) => actions);
  const every = found.flatMap(({ actions }) => actions);
  const without = named
    .filter(
      (action) =>
        statement.resources.length > 0 &&
        !action.rows.some((row) => statement.resources.some((each) => fits(action, row, each))),
    )
    .map(({ name }) => `${name} takes none of the resources ${statement.resources.join(", ")}`);
  const idle = statement.resources
    .filter(
      (resource) =>
        every.length > 0 && !every.some((action) => action.rows.some((row) => fits(action, row, resource))),
    )
    .map((resource) => `no action here takes the resource ${resource}`);
  const conditions = statement.conditions.flatMap((each) => conditionFindings(each, statement, named));
  return [...new Set([...unknown, ...without, ...idle, ...conditions])];
};

/** Actions that AWS asks for besides those that are allowed, and that no statement allows. */
export const missingDependents = (
  statements: readonly Statement[],
  reference: Reference,
): readonly string[] => {
  const allowed = statements.filter(({ effect, isOfResource }) => effect === "Allow" && !isOfResource);
  const granted = allowed.flatMap(({ actions }) => actions.map((each) => each.toLowerCase()));
  const missing = allowed.flatMap(({ actions, resources }) =>
    actions
      .flatMap((text) => actionsOf(text, reference))
      .flatMap((action) =>
        rowsFor(action, resources)
          .flatMap(({ dependent_actions: dependents }) => dependents)
          .filter((each) => !granted.some((pattern) => overlap(pattern, each.toLowerCase())))
          .map((each) => `${action.name} needs ${each}`),
      ),
  );
  return [...new Set(missing)];
};
