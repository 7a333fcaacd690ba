import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { tokensOf } from "../../scripts/lib/type-constraint.js";
import type { Block, Configuration } from "./hcl.js";

/** A variable that a configuration hands on as it is to a module that it calls. */
interface PassedOn {
  readonly variable: string;
  /** The module's folder. */
  readonly module: string;
  readonly input: string;
}

/** `min_size = var.min_size` is one; what is made of a variable, like `"${var.name}-hub"`, may differ from it. */
export const passedOn = (caller: Configuration): readonly PassedOn[] =>
  [...caller.calls.values()].flatMap((call) =>
    Object.entries(call).flatMap(([input, value]) => {
      const variable = typeof value === "string" ? /^\$\{var\.([\w-]+)\}$/.exec(value)?.[1] : undefined;
      const module = join(caller.folder, String(call["source"]));
      return variable === undefined ? [] : [{ variable, module, input }];
    }),
  );

/** What a user of a variable relies on. Layout and comments of a type make no difference. */
const facets: Readonly<Record<string, (variable: Block) => unknown>> = {
  type: (variable) => tokensOf(String(variable["type"])),
  default: (variable) => variable["default"],
  nullable: (variable) => variable["nullable"] ?? true,
};

/** "modules/a: input size has another default than variable min_size" and the like. */
export const drifted = (caller: Configuration, modules: readonly Configuration[]): string[] =>
  passedOn(caller).flatMap(({ variable, module, input }) => {
    const ours = caller.variables.get(variable) ?? {};
    const theirs = modules.find(({ folder }) => folder === module)?.variables.get(input) ?? {};
    return Object.entries(facets)
      .filter(([, facet]) => !isDeepStrictEqual(facet(ours), facet(theirs)))
      .map(([name]) => `${module}: input ${input} has another ${name} than variable ${variable}`);
  });
