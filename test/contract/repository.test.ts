import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { missingOptionals, type LockFile } from "../../scripts/complete-lock.js";
import { root } from "../../scripts/lib/run.js";
import { brokenLinks, machinePaths, trackedText, unreasonedSkips } from "./text.js";

const files = trackedText(root);

test("no file names a path of somebody's machine", () => {
  expect(machinePaths(files, root)).toEqual([]);
});

test("every relative link of every document leads somewhere", () => {
  expect(brokenLinks(files, (path) => existsSync(join(root, path)))).toEqual([]);
});

test("every skip of a checkov check gives its reason", () => {
  expect(unreasonedSkips(files)).toEqual([]);
});

test("npm ci accepts the lock file on every platform", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as LockFile;
  // Fails after `npm install` from a registry that lacks other platforms' packages: npm run lock:complete
  expect([...missingOptionals(lock).keys()]).toEqual([]);
});
