/**
 * Writes what is generated of variables and outputs: `npm run root:variables`, after a change of a module's. Of a module's
 * folder inputs/, the variables that hand objects through it; of a composition, what it hands on of the modules that it
 * calls. An argument that stands in main.tf outside of the marks is set by hand, and a variable or output that stands in
 * a file of one's own is not generated.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateInputs, hasInputs } from "./lib/inputs/generate.js";
import { compositions } from "./lib/pass-through/compositions.js";
import { generate } from "./lib/pass-through/generate.js";
import { modules } from "./lib/roots.js";
import { root } from "./lib/run.js";

const write = (folder: string, files: ReadonlyMap<string, string>): void => {
  for (const [name, text] of files) writeFileSync(join(root, folder, name), text);
};

for (const folder of modules().filter((each) => hasInputs(root, each)))
  write(folder, await generateInputs(root, folder));

for (const composition of compositions) write(composition.folder, await generate(root, composition));
