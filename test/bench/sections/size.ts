import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/lib/run.js";
import type { Section } from "../section.js";

const LIMIT = 350 * 1024;

const pathOf = (name: string): string => join(root, "functions", "dist", `${name}.zip`);

/** The Lambda functions: what the capture nodes run is in the manifest too, and is no zip. */
export const functionNames = (): string[] =>
  Object.keys(
    JSON.parse(readFileSync(join(root, "functions", "dist", "manifest.json"), "utf8")) as Record<
      string,
      unknown
    >,
  ).filter((name) => existsSync(pathOf(name)));

export const zipOf = (name: string): Buffer => readFileSync(pathOf(name));

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
