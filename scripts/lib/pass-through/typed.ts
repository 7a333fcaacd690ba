import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hasInputs, readInner } from "../inputs/generate.js";
import { inputsHandedOn } from "./calls.js";
import { compositions } from "./compositions.js";
import { handOn, translated } from "./handed.js";
import { readModule, type Declaration, type ModuleSource } from "./module-source.js";

/** Declarations, in a module's own words, of what it has from elsewhere: its folder inputs/, or the modules that it calls. */
const typedElsewhere = async (root: string, folder: string): Promise<Declaration[]> => {
  const inner = hasInputs(root, folder) ? (await readInner(root, folder)).variables : [];
  const composition = compositions.find((each) => each.folder === folder);
  if (composition === undefined) return [...inner];
  const { parts, shared } = composition;
  const handed = await Promise.all(
    parts.map(async (part) => handOn(part, shared, await readTyped(root, part.folder))),
  );
  const main = readFileSync(join(root, folder, "main.tf"), "utf8");
  const variables = handed.flatMap((each) =>
    inputsHandedOn(main, each).variables.map((of) => translated(each, of)),
  );
  return [...variables, ...inner];
};

/** A module as it is documented: its inputs with the types that they really have, and not `any`. */
export const readTyped = async (root: string, folder: string): Promise<ModuleSource> => {
  const module = await readModule(root, folder);
  const typed = new Map((await typedElsewhere(root, folder)).map((each) => [each.name, each]));
  const variables = module.variables.map((variable) =>
    variable.parsed["type"] === "${any}" ? (typed.get(variable.name) ?? variable) : variable,
  );
  return { ...module, variables };
};
