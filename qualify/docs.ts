/**
 * Writes the table of README's Limits from the newest record of AWS in docs/qualification: part of `make docs`.
 *
 *   tsx qualify/docs.ts [--check]
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as prettier from "prettier";
import { root } from "../scripts/lib/run.js";
import { limits, withLimits } from "./page.js";
import { newest, parseRecord, type QualificationRecord } from "./record.js";

export const FOLDER = join("docs", "qualification");

/** As Prettier has it, with the repository's settings. */
export const formatted = async (path: string, text: string): Promise<string> =>
  prettier.format(text, { ...(await prettier.resolveConfig(path)), filepath: path });

export const records = (top: string = root): readonly QualificationRecord[] => {
  const folder = join(top, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => parseRecord(join(FOLDER, name), readFileSync(join(folder, name), "utf8")));
};

/** README as it ought to be. */
export const readme = async (text: string, found: readonly QualificationRecord[]): Promise<string> =>
  formatted(join(root, "README.md"), withLimits(text, limits(newest(found))));

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = join(root, "README.md");
  const before = readFileSync(path, "utf8");
  const after = await readme(before, records());
  if (before === after) console.log("README.md is up to date");
  else if (process.argv.includes("--check")) {
    console.error("README.md is not up to date with docs/qualification: make docs");
    process.exitCode = 1;
  } else {
    writeFileSync(path, after);
    console.log("README.md: Limits written");
  }
}
