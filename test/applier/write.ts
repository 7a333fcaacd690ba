/** Writes docs/applier-policies from what was recorded: `npm run applier:policies`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { policies, policyText } from "./policies.js";

const folder = join(root, "docs", "applier-policies");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const files of policies().values()) {
  for (const [name, policy] of Object.entries(files)) writeFileSync(join(folder, name), policyText(policy));
}
