import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modules } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";
import { parseConfiguration, readConfiguration } from "./hcl.js";
import { snippetsIn, unregisteredVnis, wrongArguments } from "./snippets.js";
import { trackedText } from "./text.js";

const documents = trackedText(root).filter(({ path }) => path.endsWith(".md"));

test("every call of a module in a document gives inputs that it has, and all that it asks for", async () => {
  const snippets = await snippetsIn(documents);
  // Each module's README shows one, and the repository's the root.
  expect(new Set(snippets.map(({ folder }) => folder))).toEqual(new Set(modules()));
  const wrong = await Promise.all(
    snippets.map(async (each) => wrongArguments(each, await readConfiguration(root, each.folder))),
  );
  expect(wrong.flat()).toEqual([]);
});

test.each([
  [["README.md"]],
  [["modules/mirror-client/README.md"]],
  [["docs/operations.md"]],
  [["examples/hub/README.md", "examples/client/README.md"]],
])("the hub of %s registers the VNIs of its client", (paths) => {
  const text = paths.map((path) => readFileSync(join(root, path), "utf8")).join("\n");
  expect(text).toMatch(/\bvnis\s*=/);
  expect(unregisteredVnis(text)).toEqual([]);
});

test("an argument that is not there, one that is missing and a VNI that nobody registered are found", async () => {
  const text = [
    "```hcl",
    'module "a" {',
    '  source = "git::https://example.com/x.git//modules/a?ref=v1"',
    "  colour = 1",
    "  clients = { a = { vnis = { main = 101 } } }",
    "  vpcs = { main = { vni = 102 } }",
    "}",
    "```",
  ].join("\n");
  const [snippet] = await snippetsIn([{ path: "README.md", text }]);
  const module = await parseConfiguration("modules/a", {
    "variables.tf": 'variable "name" {}\nvariable "vpcs" {}\nvariable "clients" { default = {} }',
  });
  expect(snippet && wrongArguments(snippet, module)).toEqual([
    "README.md: modules/a has no input colour",
    "README.md: modules/a asks for the input name",
  ]);
  expect(unregisteredVnis(text)).toEqual(["102"]);
});
