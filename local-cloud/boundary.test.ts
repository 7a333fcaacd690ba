/** The local cloud is a product of its own: it can be taken out of this repository as a folder. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const FOLDER = fileURLToPath(new URL("./", import.meta.url));
const IMPORT = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/** Relative imports of a file that lead out of the folder. */
const leaving = (path: string, text: string): string[] =>
  [...text.matchAll(IMPORT)].flatMap(([, target = ""]) => {
    const place = relative(FOLDER, join(FOLDER, dirname(path), target));
    return place.startsWith("..") ? [`${path}: ${target}`] : [];
  });

test("nothing in it imports from outside of it", () => {
  const sources = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.(?:ts|mjs)$/.test(path),
  );
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap((path) => leaving(path, readFileSync(join(FOLDER, path), "utf8")))).toEqual([]);
});

test("an import from outside is found", () => {
  // The quotes are put in, so that this file does not find itself.
  const source = (target: string): string => `from ${JSON.stringify(target)};`;
  const planted = `import { a } ${source("../../functions/core/tags.js")} import { b } ${source("../xml.js")}`;
  expect(leaving("ec2/a.ts", planted)).toEqual(["ec2/a.ts: ../../functions/core/tags.js"]);
});
