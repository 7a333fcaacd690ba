import { builtinModules } from "node:module";
import tseslint from "typescript-eslint";

const tests = ["**/*.test.ts", "test/**"];

/** The domain is plain data in, plain data out: what it may not reach for is listed here, with the reason. */
const impureInCore = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: "core has no clock: take the time as an argument.",
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: "core has no clock: take the time as an argument.",
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: "core is deterministic: take what is random as an argument.",
  },
];

const sdk = {
  regex: "^(@aws-sdk|@smithy)/",
  message: "Only functions/aws, and the node agent's own aws folder, import the AWS SDK: add a port there.",
};

export default tseslint.config(
  { ignores: ["node_modules/", ".cache/", "reports/", "coverage/", "functions/dist/", "**/.terraform/"] },
  // Its packages come with a step of its own (scripts/lib/cdktf.ts), which checks its types; here they may be missing.
  { ignores: ["examples/cdktf/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ["error", "always"],
      "no-console": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Numbers in messages are wanted; objects and undefined in them stay errors.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `() => queue.push(x)` is fine where nothing reads the answer.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A port is async whether or not this implementation has something to wait for.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["functions/**/*.ts"],
    ignores: ["functions/aws/**", "functions/capture-agent/aws/**", ...tests],
    rules: { "no-restricted-imports": ["error", { patterns: [sdk] }] },
  },
  {
    files: ["functions/core/**/*.ts", "functions/capture-agent/core/**/*.ts"],
    ignores: tests,
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: builtinModules.map((name) => ({ name, message: "core knows nothing of Node." })),
          patterns: [
            sdk,
            { regex: "^node:", message: "core knows nothing of Node." },
            {
              regex: "^@aws-lambda-powertools/",
              message: "core does not log or measure: return what happened.",
            },
            {
              regex: "^(\\.\\./)+(aws|runtime|system)/",
              message: "core is called by aws and runtime, never the reverse.",
            },
          ],
        },
      ],
      "no-restricted-globals": [
        "error",
        { name: "process", message: "core has no environment: take settings as arguments." },
        { name: "performance", message: "core has no clock: take the time as an argument." },
        { name: "setTimeout", message: "core does not wait: the port that is paced does." },
        { name: "setInterval", message: "core does not wait: the port that is paced does." },
        { name: "fetch", message: "core does no input or output: add a port." },
      ],
      "no-restricted-syntax": ["error", ...impureInCore],
    },
  },
  {
    // What a person starts by hand talks to a terminal.
    files: ["scripts/**", "test/**"],
    rules: { "no-console": "off" },
  },
  {
    files: tests,
    rules: {
      // Matchers such as expect.objectContaining are typed any.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/unbound-method": "off",
      // Test equipment takes requests apart whose fields are whatever came over the wire.
      "@typescript-eslint/no-base-to-string": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
    },
  },
);
