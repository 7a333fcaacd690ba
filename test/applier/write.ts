/** Writes docs/applier-policies from what was recorded: `npm run applier:policies`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { policyFiles } from "./policies.js";

const folder = join(root, "docs", "applier-policies");
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(policyFiles())) writeFileSync(join(folder, name), text);
