/** Types of the resources and data sources of a module and of the modules that it calls, as they are written. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";

export const typesOf = (module: string): readonly string[] => {
  const seen = new Set<string>();
  const types = new Set<string>();
  const visit = (folder: string): void => {
    if (seen.has(folder)) return;
    seen.add(folder);
    for (const name of readdirSync(folder).filter((each) => each.endsWith(".tf"))) {
      const text = readFileSync(join(folder, name), "utf8");
      for (const [, kind = "", type = ""] of text.matchAll(/^(resource|data) "(aws_\w+)"/gm)) {
        types.add(kind === "data" ? `data.${type}` : type);
      }
      for (const [, source = ""] of text.matchAll(/^\s*source\s*=\s*"(\.\.?\/[^"]*)"/gm)) {
        visit(join(folder, source));
      }
    }
  };
  visit(join(root, "modules", module));
  return [...types].sort();
};
