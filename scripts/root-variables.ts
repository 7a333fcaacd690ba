/**
 * Writes what a composition hands on of the modules that it calls: `npm run root:variables`, after a change of a module's
 * variables or outputs. An argument that stands in main.tf outside of the marks is set by hand, and a variable or output
 * that stands in a file of one's own is not generated.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compositions } from "./lib/pass-through/compositions.js";
import { generate } from "./lib/pass-through/generate.js";
import { root } from "./lib/run.js";

for (const composition of compositions)
  for (const [name, text] of await generate(root, composition))
    writeFileSync(join(root, composition.folder, name), text);
