import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { uncoveredReasons, unselectedReasons } from "../../functions/core/outcomes.js";
import {
  decisionTableProblems,
  documentedReasons,
  missingPaths,
  undescribedTests,
  unlistedErrorCodes,
} from "./documents.js";
import { trackedPaths, trackedText } from "./text.js";

const jestConfig = join(root, "jest.config.mjs");
const { default: jest } = (await import(jestConfig)) as { default: { projects: { testMatch: string[] }[] } };

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const files = trackedText(root);
const paths = trackedPaths(root);

/** The changelog says what was; bundles are made; the checks of this folder plant mistakes. */
const unchecked = ["CHANGELOG.md", "functions/dist/", "test/contract/"];

test("every path that a document or a comment names is there", () => {
  const checked = files.filter(({ path }) => !unchecked.some((start) => path.startsWith(start)));
  expect(missingPaths(checked, paths)).toEqual([]);
});

test("the table of decisions names what is there, and every file of the core", () => {
  expect(decisionTableProblems(read("docs/architecture.md"), paths)).toEqual([]);
});

test("the table of tests names the folder of every Jest project", () => {
  const globs = jest.projects.flatMap(({ testMatch }) => testMatch);
  expect(undescribedTests(read("docs/architecture.md"), globs)).toEqual([]);
});

test("the operations guide lists every reason and no other", () => {
  const { uncovered, unselected } = documentedReasons(read("docs/operations.md"));
  expect(uncovered.sort()).toEqual([...uncoveredReasons].sort());
  expect(unselected.sort()).toEqual([...unselectedReasons].sort());
});

test("the header of the error codes says where all of them are", () => {
  expect(unlistedErrorCodes(files)).toEqual([]);
});

// Each of the checks must be able to fail.

test("a path that is not there is found, in whatever way it is written", () => {
  const there = ["docs/a.md", "functions/core/plan.ts", "functions/sweep/run.ts", "modules/queue/main.tf"];
  const said = (path: string, text: string): string[] => missingPaths([{ path, text }], there);
  const document =
    "`functions/core/plan.ts` `functions/core/gone.ts` `functions/**/*.test.ts` `core/plan.ts` `functions/<name>/run.ts`" +
    " `functions/core/` `functions/{core,sweep}/plan.ts` `main.tf` `gone.tf` `hashicorp/aws` `reports/<step>.log` `node.json`" +
    " `../docs/a.md` `../a.md`\n```\n`functions/core/gone.ts`\n```";
  expect(said("docs/a.md", document)).toEqual([
    "docs/a.md: functions/core/gone.ts",
    "docs/a.md: functions/**/*.test.ts",
    "docs/a.md: core/plan.ts",
    "docs/a.md: functions/{core,sweep}/plan.ts",
    "docs/a.md: gone.tf",
    "docs/a.md: ../a.md",
  ]);
  const source =
    '/** As core/plan.ts and run.ts\n * but not plan.ts, core/gone.ts. */ const a = "core/b.ts"; // see functions/gone';
  expect(said("functions/sweep/run.ts", source)).toEqual([
    "functions/sweep/run.ts: plan.ts",
    "functions/sweep/run.ts: core/gone.ts",
    "functions/sweep/run.ts: functions/gone",
  ]);
  expect(said("modules/queue/main.tf", "# as in main.tf, hooks.tf and docs/b.md\n")).toEqual([
    "modules/queue/main.tf: hooks.tf",
    "modules/queue/main.tf: docs/b.md",
  ]);
});

test("a row without its file and a file of the core without its row are found", () => {
  const architecture = [
    "## Where a decision lives",
    "",
    "| question | file |",
    "| --- | --- |",
    "| What? | `functions/core/{a,b}/plan.ts`, `functions/core/gone.ts` |",
    "| Which? | `functions/core/events/<kind>.ts` |",
    "",
    "`functions/core/outside.ts`",
  ].join("\n");
  const there = ["a/plan", "b/plan", "events/one", "events/deep/two", "outside"].map(
    (name) => `functions/core/${name}.ts`,
  );
  expect(decisionTableProblems(`# A\n\n${architecture}`, there)).toEqual([
    "functions/core/gone.ts is not there",
    "functions/core/events/deep/two.ts is not in the table",
    "functions/core/outside.ts is not in the table",
  ]);
});

test("a Jest project without its row is found", () => {
  const architecture =
    "# A\n\n## How it is tested\n\n| what | where |\n| --- | --- |\n| decisions | `test/unit` |\n";
  const globs = ["<rootDir>/test/unit/**/*.test.ts", "<rootDir>/test/new/**/*.test.ts"];
  expect(undescribedTests(architecture, globs)).toEqual(["test/new"]);
});

test("reasons are read from the table and from the list below it, and nowhere else", () => {
  const operations =
    "# A `one`\n\n## Reasons\n\nIn `two`:\n\n| reason | help |\n| --- | --- |\n| `three`, `four` | `five` |\n\nNot selected: `six`,\n`seven`.\n\n# Next `eight`\n\n| `nine` | |\n";
  expect(documentedReasons(operations)).toEqual({
    uncovered: ["three", "four"],
    unselected: ["six", "seven"],
  });
});

test("a file that knows an error code and is not in the header is found", () => {
  const header = { path: "functions/aws/errors.ts", text: '/** Others: a.ts */ "AccessDeniedException"' };
  const known = { path: "functions/aws/a.ts", text: 'code === "ValidationError"' };
  const unknown = { path: "functions/aws/b/c.ts", text: "error instanceof ParameterNotFound" };
  expect(unlistedErrorCodes([header, known, unknown])).toEqual(["b/c.ts"]);
});
