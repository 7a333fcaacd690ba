/**
 * Whether what this repository's Terraform uses of the aws provider is the same in two major versions of it. The
 * schemas are read from the types that CDKTF's provider packages ship for each version, since the newer provider
 * itself may not be there to be asked. Seen are arguments and nested blocks, and attributes that are read by
 * `type.name.attribute`; not seen are defaults and behaviour, and attributes read through a `for` or a splat.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";

type Block = Readonly<Record<string, unknown>>;

/** One use: `aws_lb_target_group` and `["health_check", "port"]`. */
export interface Use {
  /** With `data.` before a data source. */
  readonly type: string;
  readonly path: readonly string[];
  readonly kind: "argument" | "read";
}

const meta = new Set(["count", "for_each", "provider", "depends_on", "lifecycle"]);

const isBlock = (value: unknown): value is Block =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Arguments and nested blocks of a block; hcl2json writes a nested block as a list of objects. */
const argumentsOf = (block: Block, path: readonly string[] = []): (readonly string[])[] =>
  Object.entries(block).flatMap(([name, value]) => {
    if (path.length === 0 && meta.has(name)) return [];
    if (name === "dynamic" && isBlock(value)) {
      return Object.entries(value).flatMap(([label, blocks]) =>
        (blocks as { content: Block[] }[]).flatMap(({ content: [content = {}] }) => [
          [...path, label],
          ...argumentsOf(content, [...path, label]),
        ]),
      );
    }
    const nested = Array.isArray(value) ? value.filter(isBlock) : [];
    return [[...path, name], ...nested.flatMap((each) => argumentsOf(each, [...path, name]))];
  });

/** Everything that one file uses of the aws provider. */
export const usesOf = async (name: string, text: string): Promise<Use[]> => {
  const file = (await parse(name, text)) as Record<string, Record<string, Record<string, Block[]>>>;
  const written = [
    ["", "resource"],
    ["data.", "data"],
  ].flatMap(([before = "", kind = ""]) =>
    Object.entries(file[kind] ?? {})
      .filter(([type]) => type.startsWith("aws_"))
      .flatMap(([type, byName]) =>
        Object.values(byName)
          .flat()
          .flatMap((block) => argumentsOf(block))
          .map((path): Use => ({ type: `${before}${type}`, path, kind: "argument" })),
      ),
  );
  const reads = [...text.matchAll(/\b(data\.)?(aws_\w+)\.\w+(?:\[(?:[^[\]]|\[[^\]]*\])*\])?\.([a-z]\w*)/g)];
  return [
    ...written,
    ...reads.map(([, data = "", type = "", attribute = ""]): Use => ({
      type: data + type,
      path: [attribute],
      kind: "read",
    })),
  ];
};

const camel = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The schema of one resource or data source, as a provider package's declarations tell it. */
interface Schema {
  /** Interface → argument → type, as written. */
  readonly interfaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly top: string;
  readonly getters: ReadonlyMap<string, string>;
}

const declarations = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".d.ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");

const schemaOf = (library: string, type: string): Schema | undefined => {
  const folder = join(
    library,
    type
      .replace(/^data\.aws/, "data-aws")
      .replace(/^aws_/, "")
      .replaceAll("_", "-"),
  );
  if (!existsSync(folder)) return undefined;
  const text = declarations(folder);
  const interfaces = new Map(
    [...text.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].map(([, name = "", body = ""]) => [
      name,
      new Map(
        // Terraform's own name stands in the link to the documents, CDKTF's behind `readonly`.
        [...body.matchAll(/#(\w+) \w+#\1\}[\s\S]*?readonly \w+\??: ([^;]+);/g)].map(
          ([, argument = "", its = ""]) => [argument, its],
        ),
      ),
    ]),
  );
  const top = /^export interface (\w+Config) extends cdktf\.TerraformMetaArguments/m.exec(text)?.[1] ?? "";
  const getters = new Map(
    [...text.matchAll(/^ {4}get (\w+)\(\): ([^;]+);/gm)].map(([, name = "", its = ""]) => [name, its]),
  );
  return { interfaces, top, getters };
};

/** The type of what is used, as text; undefined where the version does not know it. */
const find = (schema: Schema | undefined, { path, kind }: Use): string | undefined => {
  if (schema === undefined) return undefined;
  const [attribute = ""] = path;
  if (kind === "read")
    return schema.getters.get(camel(attribute)) ?? (attribute === "id" ? "string" : undefined);
  let at: string | undefined = schema.top;
  let type: string | undefined;
  for (const name of path) {
    type = schema.interfaces.get(at ?? "")?.get(name);
    if (type === undefined) return undefined;
    at = type.match(/\w+/g)?.find((word) => schema.interfaces.has(word));
  }
  return type;
};

/** What differs between two provider packages' `lib` folders, one line for each use: empty is what is wanted. */
export const differences = (uses: readonly Use[], older: string, newer: string): string[] => {
  const known = new Map<string, readonly [Schema | undefined, Schema | undefined]>();
  const lines = uses.flatMap((use) => {
    const schemas = known.get(use.type) ?? [schemaOf(older, use.type), schemaOf(newer, use.type)];
    known.set(use.type, schemas);
    const [before, after] = schemas.map((schema) => find(schema, use));
    const what = `${use.type}.${use.path.join(".")} (${use.kind})`;
    if (before === undefined) return [`${what}: the older version does not know it`];
    if (after === undefined) return [`${what}: the newer version does not know it`];
    return before === after ? [] : [`${what}: ${before} became ${after}`];
  });
  return [...new Set(lines)].sort();
};
