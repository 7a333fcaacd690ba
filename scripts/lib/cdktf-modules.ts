/** examples/cdktf/modules.ts: constructs whose types are the modules' variables and outputs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { format } from "prettier";
import { root } from "./run.js";
import { typescriptOf } from "./type-constraint.js";

export const generatedFile = "examples/cdktf/modules.ts";

/** Module → name of its construct. */
const constructs = {
  "capture-fleet": "CaptureFleet",
  "mirror-client": "MirrorClient",
  "mirror-endpoint": "MirrorEndpoint",
  "mirror-controller": "MirrorController",
} as const;

interface Declared {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
}

interface Parsed {
  readonly variable?: Readonly<Record<string, readonly Declared[]>>;
  readonly output?: Readonly<Record<string, readonly Declared[]>>;
}

const comment = (text = ""): string => {
  const lines = text.trim().replaceAll("*/", "*\\/").split("\n");
  return lines.length === 1
    ? `/** ${lines[0] ?? ""} */`
    : ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
};

const property = (name: string, block: Declared): string => {
  const optional = "default" in block;
  const type = typescriptOf(block.type ?? "any");
  return `${comment(block.description)}\nreadonly ${name}${optional ? "?" : ""}: ${type}${optional ? " | null" : ""};`;
};

const construct = async (folder: string, name: string): Promise<string> => {
  const path = join(root, "modules", folder);
  const files = readdirSync(path)
    .filter((file) => file.endsWith(".tf"))
    .sort();
  const parsed = await Promise.all(
    files.map(async (file) => (await parse(file, readFileSync(join(path, file), "utf8"))) as Parsed),
  );
  const all = (kind: "variable" | "output"): [string, Declared][] =>
    parsed
      .flatMap((file) => Object.entries(file[kind] ?? {}))
      .map(([label, [block = {}]]): [string, Declared] => [label, block])
      .sort(([a], [b]) => a.localeCompare(b));
  const outputs = all("output").map(([label]) => JSON.stringify(label));
  return `
export interface ${name}Inputs {
${all("variable")
  .map(([label, block]) => property(label, block))
  .join("\n")}
}

/** modules/${folder} */
export class ${name} extends Module<${name}Inputs, ${outputs.join(" | ")}> {
  constructor(scope: Construct, id: string, release: Release, inputs: ${name}Inputs) {
    super(${JSON.stringify(folder)}, scope, id, release, inputs);
  }
}
`;
};

export const generateModules = async (): Promise<string> => {
  const parts = await Promise.all(
    Object.entries(constructs).map(([folder, name]) => construct(folder, name)),
  );
  const head = `// Written by \`npm run cdktf:types\` from the variables and outputs of the modules. Do not edit.
import { Module, type Construct, type Release, type Value } from "./cdk.js";
`;
  return format([head, ...parts].join("\n"), { parser: "typescript", printWidth: 110 });
};
