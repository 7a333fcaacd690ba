/** Writes examples/cdktf/modules.ts anew: `npm run cdktf:types`, after a change of a module's variables or outputs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFile, generateModules } from "./lib/cdktf-modules.js";
import { root } from "./lib/run.js";

writeFileSync(join(root, generatedFile), await generateModules());
