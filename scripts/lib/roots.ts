import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.js";

const folders = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { withFileTypes: true })
        .filter(
          (entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules",
        )
        .map((entry) => `${folder}/${entry.name}`)
        .sort()
    : [];

const isRoot = (folder: string): boolean =>
  readdirSync(join(root, folder)).some((name) => name.endsWith(".tf"));

/** Folders of the modules, relative to the repository: the root composition first. */
export const modules = (): string[] => [".", ...folders("modules")].filter(isRoot);

/** Complete configurations, at most two folders deep. */
export const examples = (): string[] =>
  folders("examples")
    .flatMap((folder) => [folder, ...folders(folder)])
    .filter(isRoot);

/** How many `run` blocks the tests of a module hold: what `terraform test` must report to be believed. */
export const countRuns = (folder: string): number => {
  const tests = join(root, folder, "tests");
  if (!existsSync(tests)) return 0;
  return readdirSync(tests)
    .filter((name) => name.endsWith(".tftest.hcl"))
    .map((name) => readFileSync(join(tests, name), "utf8").match(/^run\s+"/gm)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
};
