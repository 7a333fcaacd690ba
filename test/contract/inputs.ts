import { join } from "node:path";
import { hasInputs, publicFile, typeOf } from "../../scripts/lib/inputs/generate.js";
import { readModule, terraformFiles } from "../../scripts/lib/pass-through/module-source.js";
import { holdsObject } from "../../scripts/lib/type-constraint.js";

/** Called by our own modules alone, whose calls the contract tests and `terraform validate` see. */
const internal = ["modules/alarms", "modules/function-schedule", "modules/lambda-function"];

/** Variables of a public module whose type holds an object: Terraform would drop what else stands in it, unseen. */
export const looseObjects = async (root: string, folder: string): Promise<string[]> => {
  if (internal.includes(folder)) return [];
  const { variables } = await readModule(root, folder);
  return variables
    .filter((variable) => holdsObject(typeOf(variable)))
    .map(({ name }) => `${name} belongs into ${folder}/inputs (npm run root:variables makes the rest)`);
};

/** Inputs that go through inputs/ and that nothing reads behind it. */
export const unreadInputs = (root: string, folder: string): string[] => {
  if (!hasInputs(root, folder)) return [];
  const outputs = [...terraformFiles(join(root, folder, "inputs"))].flatMap(([, text]) =>
    [...text.matchAll(/^output "([\w-]+)"/gm)].map(([, name = ""]) => name),
  );
  const text = [...terraformFiles(join(root, folder), [publicFile]).values()].join("\n");
  return outputs.filter((name) => !new RegExp(`\\bmodule\\.inputs\\.${name}(?![\\w-])`).test(text));
};

/** Places where a module reads what a caller gave as it was given, and not as its type makes it. */
export const rawReads = (root: string, folder: string): string[] => {
  if (!hasInputs(root, folder)) return [];
  const generated = terraformFiles(join(root, folder)).get(publicFile) ?? "";
  const strict = [...generated.matchAll(/^variable "([\w-]+)"/gm)].map(([, name = ""]) => name);
  return [...terraformFiles(join(root, folder), [publicFile])].flatMap(([file, text]) =>
    strict
      .filter((name) => new RegExp(`\\bvar\\.${name}(?![\\w-])`).test(text))
      .map((name) => `${folder}/${file} reads var.${name}: it is module.inputs.${name}`),
  );
};
