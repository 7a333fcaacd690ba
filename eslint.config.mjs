import { runInNewContext } from "node:vm";
import tseslint from "typescript-eslint";

const tests = ["**/*.test.ts", "test/**"];

/**
 * The core is plain data in, plain data out. What Node adds to the language is refused there whole: a context of its
 * own has the language's globals and no others. What a file imports is judged by .dependency-cruiser.mjs.
 */
const language = new Set(runInNewContext("Object.getOwnPropertyNames(globalThis)"));
const nodeGlobals = [
  "globalThis",
  ...Object.getOwnPropertyNames(globalThis).filter((name) => !language.has(name)),
];

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
    files: ["functions/core/**/*.ts", "functions/capture-agent/core/**/*.ts"],
    ignores: tests,
    rules: {
      "no-restricted-globals": [
        "error",
        ...nodeGlobals.map((name) => ({
          name,
          message:
            "core knows no clock, environment, network or Node: take values as arguments, or add a port.",
        })),
      ],
      "no-restricted-properties": [
        "error",
        {
          object: "Math",
          property: "random",
          message: "core is deterministic: take what is random as an argument.",
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          // What it may be: `new Date(time)`, `Date.parse`, `Date.UTC`, and the type.
          selector:
            "Identifier[name='Date']:not(NewExpression[arguments.length>0] > .callee, MemberExpression[property.name=/^(parse|UTC)$/] > .object, TSTypeReference > .typeName)",
          message: "core has no clock: take the time as an argument.",
        },
      ],
    },
  },
  {
    // What a person starts by hand talks to a terminal.
    files: ["qualify/**", "scripts/**", "test/**", "twin/**"],
    rules: { "no-console": "off" },
  },
  {
    // The local cloud is what tests run against, and takes requests apart as they do.
    files: [...tests, "local-cloud/**"],
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
