import { root } from "../../scripts/lib/run.js";
import { longLines, trackedText } from "./text.js";

test("no line of HCL is longer than 160 characters", () => {
  expect(longLines(trackedText(root), 160)).toEqual([]);
});

test("a line that is too long is found, in every kind of HCL", () => {
  const files = ["main.tf", "a.tfvars", "b.tftest.hcl", "c.tfmock.hcl", "terragrunt.hcl", "prose.md"];
  const text = `${"é".repeat(160)}\n${"x".repeat(161)}\n`;
  expect(
    longLines(
      files.map((path) => ({ path, text })),
      160,
    ),
  ).toEqual(files.slice(0, -1).map((path) => `${path}:2 has 161 characters`));
});
