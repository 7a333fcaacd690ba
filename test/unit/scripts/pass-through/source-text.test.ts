import { bodyOf, statementsOf } from "../../../../scripts/lib/pass-through/source-text.js";

const heads = (text: string) => statementsOf(text).map(({ head }) => head);

test("blocks are cut where they end, whatever stands in comments, texts and heredocs", () => {
  const text = [
    "# not a block: {",
    'variable "a" {',
    '  description = "a brace } and a quote \\" and ${join("}", ["{"])} and $${ as it is"',
    "  type        = object({ b = string }) # }",
    "}",
    "/* variable",
    ' "none" { */',
    'variable "b" {',
    "  description = <<-EOT",
    "    }",
    "    EOT is not alone on this line {",
    "  EOT",
    "}",
    "",
  ].join("\n");
  expect(heads(text)).toEqual(['variable "a"', 'variable "b"']);
  const [a, b] = statementsOf(text).map((each) => bodyOf(each.text));
  expect(heads(a ?? "")).toEqual(["description", "type"]);
  expect(statementsOf(b ?? "").map((each) => each.text)).toEqual([
    "  description = <<-EOT\n    }\n    EOT is not alone on this line {\n  EOT",
  ]);
});

test("what stands before a statement belongs to it", () => {
  expect(statementsOf("a = 1\n\n# why\nb = 2\n")).toEqual([
    { lead: "", text: "a = 1", head: "a" },
    { lead: "\n# why\n", text: "b = 2", head: "b" },
  ]);
});

test.each(['a = "open', "a = [1", "a = <<EOT\nopen\n", 'a = "${b"'])(
  "%j, which does not end, is refused",
  (text) => {
    expect(() => statementsOf(text)).toThrow("no end");
  },
);
