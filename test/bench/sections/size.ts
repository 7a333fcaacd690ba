import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/lib/run.js";
import type { Section } from "../section.js";

const LIMIT = 350 * 1024;

export const functionNames = (): string[] =>
  Object.keys(
    JSON.parse(readFileSync(join(root, "functions", "dist", "manifest.json"), "utf8")) as Record<
      string,
      unknown
    >,
  );

export const zipOf = (name: string): Buffer => readFileSync(join(root, "functions", "dist", `${name}.zip`));

export const size: Section = {
  name: "size",
  title: "Zip of each function",
  columns: ["KB", "limit"],
  measure: () =>
    Promise.resolve(
      functionNames().map((name) => {
        const { length } = zipOf(name);
        return { name, cells: [(length / 1024).toFixed(1), String(LIMIT / 1024)], ok: length <= LIMIT };
      }),
    ),
};
