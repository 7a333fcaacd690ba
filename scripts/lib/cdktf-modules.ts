/** examples/cdktf/modules.ts: constructs whose types are the modules' variables and outputs. */
import { format } from "prettier";
import type { Declaration } from "./pass-through/module-source.js";
import { readTyped } from "./pass-through/typed.js";
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
  const { variables, outputs } = await readTyped(root, `modules/${folder}`);
  const sorted = (all: readonly Declaration[]): [string, Declared][] =>
    all
      .map(({ name: label, parsed }): [string, Declared] => [label, parsed])
      .sort(([a], [b]) => a.localeCompare(b));
  const labels = sorted(outputs).map(([label]) => JSON.stringify(label));
  return `
export interface ${name}Inputs {
${sorted(variables)
  .map(([label, block]) => property(label, block))
  .join("\n")}
}

/** modules/${folder} */
export class ${name} extends Module<${name}Inputs, ${labels.join(" | ")}> {
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
