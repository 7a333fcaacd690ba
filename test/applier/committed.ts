/** The policies as they are committed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { rendered, type Statement } from "./policies.js";

export const policyFolder = join(root, "docs", "applier-policies");

/** The statements of all parts of a policy, with values for the placeholders. */
export const committed = (name: string, values: Readonly<Record<string, string>>): readonly Statement[] =>
  readdirSync(policyFolder)
    .filter((file) => file.replace(/(?:-\d+)?\.json$/, "") === name)
    .flatMap((file) => rendered(readFileSync(join(policyFolder, file), "utf8"), values).Statement);
