import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generatedFile, generateModules } from "../../scripts/lib/cdktf-modules.js";
import { differences, usesOf } from "../../scripts/lib/provider-types.js";
import { root } from "../../scripts/lib/run.js";
import { typescriptOf } from "../../scripts/lib/type-constraint.js";

test("the constructs of examples/cdktf have the modules' variables and outputs (else: npm run cdktf:types)", async () => {
  expect(await generateModules()).toBe(readFileSync(join(root, generatedFile), "utf8"));
});

test.each([
  ["${string}", "string"],
  ["${list(number)}", "Value<readonly (number)[]>"],
  ["${map(string)}", "Value<Readonly<Record<string, string | null>>>"],
  [
    '${object({\n  a = string # words, in (brackets)\n  b = optional(list(string), ["x, )"])\n})}',
    "Value<{ readonly a: string; readonly b?: Value<readonly (string)[]> | null }>",
  ],
])("%s is %s in TypeScript", (constraint, type) => {
  expect(typescriptOf(constraint)).toBe(type);
});

test.each(["${tuple([string])}", "${list(string}", "${string string}"])(
  "%s is not guessed at",
  (constraint) => {
    expect(() => typescriptOf(constraint)).toThrow();
  },
);

test("uses of the provider are found in blocks, dynamic blocks and references", async () => {
  const uses = await usesOf(
    "main.tf",
    `resource "aws_a" "x" {
      count = 1
      name  = data.aws_b.y["k"].value
      dynamic "rule" {
        for_each = []
        content {
          port { from = 1 }
        }
      }
    }`,
  );
  expect(uses.map(({ type, path, kind }) => `${kind} ${type}.${path.join(".")}`).sort()).toEqual([
    "argument aws_a.name",
    "argument aws_a.rule",
    "argument aws_a.rule.port",
    "argument aws_a.rule.port.from",
    "read data.aws_b.value",
  ]);
});

describe("two versions of a provider", () => {
  const folder = mkdtempSync(join(tmpdir(), "provider-types-"));
  const library = (
    name: string,
    properties: Readonly<Record<string, string>>,
    getters: readonly string[],
  ) => {
    const at = join(folder, name, "thing");
    mkdirSync(at, { recursive: true });
    const lines = Object.entries(properties).map(
      ([argument, type]) =>
        `    /**\n    * Docs: {@link https://example.com/thing#${argument} Thing#${argument}}\n    */\n    readonly ${argument}?: ${type};`,
    );
    const nested =
      "export interface ThingRule {\n    /**\n    * {@link x#port Thing#port}\n    */\n    readonly port?: number;\n}";
    const config = `export interface ThingConfig extends cdktf.TerraformMetaArguments {\n${lines.join("\n")}\n}`;
    const reads = getters.map((getter) => `    get ${getter}(): string;`).join("\n");
    writeFileSync(
      join(at, "index.d.ts"),
      `${config}\n${nested}\nexport declare class Thing {\n${reads}\n}\n`,
    );
    return join(folder, name);
  };
  const older = library(
    "older",
    { name: "string", size: "string", rule: "ThingRule[] | cdktf.IResolvable" },
    ["arnSuffix"],
  );
  const newer = library("newer", { size: "number", rule: "ThingRule[] | cdktf.IResolvable" }, []);
  const use = (kind: "argument" | "read", ...path: string[]) => ({ type: "aws_thing", path, kind });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("agree on what is the same in both", () => {
    expect(differences([use("argument", "rule", "port"), use("read", "id")], older, newer)).toEqual([]);
  });

  test("differ where something was removed, changed, or never was", () => {
    const uses = [
      use("argument", "name"),
      use("argument", "size"),
      use("argument", "rule", "prt"),
      use("read", "arn_suffix"),
    ];
    expect(differences(uses, older, newer)).toEqual([
      "aws_thing.arn_suffix (read): the newer version does not know it",
      "aws_thing.name (argument): the newer version does not know it",
      "aws_thing.rule.prt (argument): the older version does not know it",
      "aws_thing.size (argument): string became number",
    ]);
  });
});
