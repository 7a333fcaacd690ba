import { join } from "node:path";
import { ESLint, type Linter } from "eslint";
import tseslint from "typescript-eslint";
import { root } from "../../scripts/lib/run.js";

// What ESLint refuses in core (eslint.config.mjs) must be found there, by whatever way it is reached, and only there.

const file = join(root, "eslint.config.mjs");
const { default: config } = (await import(file)) as { default: Linter.Config[] };

// Planted text is in no TypeScript project, so the rules that ask for types are left out.
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [...config, tseslint.configs.disableTypeChecked],
  ruleFilter: ({ ruleId }) => ruleId.startsWith("no-restricted-"),
});

const found = async (path: string, line: string): Promise<(string | null)[]> => {
  const [result] = await eslint.lintText(line, { filePath: join(root, path) });
  return [...new Set(result?.messages.map(({ ruleId, fatal }) => (fatal === true ? "fatal" : ruleId)))];
};

const cores = ["functions/core/sessions/planted.ts", "functions/capture-agent/core/planted.ts"];

const refused: readonly (readonly [rule: string, line: string])[] = [
  ["no-restricted-syntax", "export const at = Date.now();"],
  ["no-restricted-syntax", "export const at = new Date();"],
  ["no-restricted-syntax", "export const at = Date();"],
  ["no-restricted-syntax", "export const clock = Date.now;"],
  ["no-restricted-syntax", "export const { now } = Date;"],
  ["no-restricted-syntax", "const Clock = Date; export const at = new Clock();"],
  ["no-restricted-properties", "export const chance = Math.random();"],
  ["no-restricted-properties", "export const { random } = Math;"],
  ...[
    "crypto.randomUUID()",
    "process.env.HOME",
    "performance.now()",
    "setTimeout(() => undefined, 1)",
    "setInterval(() => undefined, 1)",
    "setImmediate(() => undefined)",
    "queueMicrotask(() => undefined)",
    'fetch("https://example.com")',
    "global.process",
    'globalThis["process"]',
  ].map((expression) => ["no-restricted-globals", `export const planted = ${expression};`] as const),
];

test.each(refused)("%s refuses in core: %s", async (rule, line) => {
  for (const core of cores) expect(await found(core, line)).toEqual([rule]);
});

test.each([
  "export const at = new Date(1).toISOString();",
  'export const at = Date.parse("2026-01-01");',
  "export const since = (at: Date): number => at.getTime();",
  "export const most = Math.max(1, 2);",
])("allowed in core: %s", async (line) => {
  for (const core of cores) expect(await found(core, line)).toEqual([]);
});

test("functions outside core have clocks and environments", async () => {
  const line = "export const at = [Date.now(), process.env, crypto.randomUUID(), setTimeout];";
  expect(await found("functions/runtime/planted.ts", line)).toEqual([]);
});
