import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";

/** A block's arguments and nested blocks; hcl2json leaves expressions as text in "${…}". */
export type Block = Record<string, unknown>;

/** One folder of Terraform files, all of them read as one configuration. */
export interface Configuration {
  readonly folder: string;
  readonly variables: ReadonlyMap<string, Block>;
  readonly outputs: ReadonlyMap<string, Block>;
  /** Calls of other modules. */
  readonly calls: ReadonlyMap<string, Block>;
  /** Every file as hcl2json gives it: block type → (labels →) blocks. */
  readonly files: ReadonlyMap<string, Block>;
}

const isObject = (value: unknown): value is Block =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands under a block type without labels: one block or several. */
const blocks = (value: unknown): Block[] => (Array.isArray(value) ? value : [value]).filter(isObject);

/** Blocks of one type with one label, by label. */
const labelled = (file: Block, type: string): [string, Block][] =>
  Object.entries(isObject(file[type]) ? file[type] : {}).flatMap(([label, inner]) =>
    blocks(inner).map((block): [string, Block] => [label, block]),
  );

export const parseConfiguration = async (
  folder: string,
  sources: Readonly<Record<string, string>>,
): Promise<Configuration> => {
  const files = new Map<string, Block>();
  for (const [name, text] of Object.entries(sources)) files.set(name, (await parse(name, text)) as Block);
  const collect = (type: string) => new Map([...files.values()].flatMap((file) => labelled(file, type)));
  return {
    folder,
    files,
    variables: collect("variable"),
    outputs: collect("output"),
    calls: collect("module"),
  };
};

export const readConfiguration = async (root: string, folder: string): Promise<Configuration> => {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".tf"));
  return parseConfiguration(
    folder,
    Object.fromEntries(names.map((name) => [name, readFileSync(join(root, folder, name), "utf8")])),
  );
};

/** Blocks that only judge: reading a variable there does not make it do anything. */
const judging = new Set(["precondition", "postcondition", "validation"]);

const withoutJudging = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutJudging);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !judging.has(key))
      .map(([key, inner]) => [key, withoutJudging(inner)]),
  );
};

/** Text of all that has an effect: everything but variable and check blocks and conditions. */
const effects = (configuration: Configuration): string =>
  [...configuration.files.values()]
    .map(({ variable: _variable, check: _check, ...rest }) => JSON.stringify(withoutJudging(rest)))
    .join("\n");

/** Variables that nothing with an effect reads: an input that is ignored promises what it does not do. */
export const unreadVariables = (configuration: Configuration): string[] => {
  const text = effects(configuration);
  return [...configuration.variables.keys()].filter(
    (name) => !new RegExp(`\\bvar\\.${name}(?![\\w-])`).test(text),
  );
};

const isText = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

/** "variable x has no description" and the like. */
export const undescribed = ({ variables, outputs }: Configuration): string[] => [
  ...[...variables].flatMap(([name, block]) => [
    ...(isText(block["description"]) ? [] : [`variable ${name} has no description`]),
    ...(isText(block["type"]) ? [] : [`variable ${name} has no type`]),
    ...(block["type"] === "${any}" ? [`variable ${name} has the type any`] : []),
  ]),
  ...[...outputs].flatMap(([name, block]) =>
    isText(block["description"]) ? [] : [`output ${name} has no description`],
  ),
];

/** Validations whose message does not say which variable is meant. */
export const namelessMessages = ({ variables }: Configuration): string[] =>
  [...variables].flatMap(([name, block]) =>
    blocks(block["validation"])
      .filter((validation) => !String(validation["error_message"]).includes(name))
      .map((validation) => `${name}: ${String(validation["error_message"])}`),
  );

const keysDeep = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(keysDeep);
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysDeep(inner)]) : [];
};

/**
 * What makes a module need more than the aws provider: another provider, one configured inside (it could then
 * not be used with `for_each`), or a program run on the machine that applies.
 */
export const foreignParts = (configuration: Configuration): string[] =>
  [...configuration.files].flatMap(([name, file]) => {
    const required = blocks(file["terraform"])
      .flatMap((block) => blocks(block["required_providers"]))
      .flatMap((block) => Object.entries(block));
    const types = [file["resource"], file["data"], file["ephemeral"]].flatMap((byType) =>
      isObject(byType) ? Object.keys(byType) : [],
    );
    return [
      ...required
        .filter(([, value]) => !isObject(value) || value["source"] !== "hashicorp/aws")
        .map(([provider]) => `${name}: requires the provider ${provider}`),
      ...types.filter((type) => !/^(aws|terraform)_/.test(type)).map((type) => `${name}: uses ${type}`),
      ...(file["provider"] === undefined ? [] : [`${name}: configures a provider`]),
      ...(keysDeep([file["resource"]]).includes("provisioner") ? [`${name}: runs a provisioner`] : []),
    ];
  });

/** The `version` of the aws provider and `required_version`, as written. */
export const versions = (configuration: Configuration): { terraform: string[]; aws: string[] } => {
  const settings = [...configuration.files.values()].flatMap((file) => blocks(file["terraform"]));
  const providers = settings.flatMap((block) => blocks(block["required_providers"]));
  return {
    terraform: settings.flatMap(({ required_version }) =>
      isText(required_version) ? [String(required_version)] : [],
    ),
    aws: providers.flatMap(({ aws }) => (isObject(aws) ? [String(aws["version"])] : [])),
  };
};
