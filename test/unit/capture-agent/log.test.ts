import { expect, it } from "@jest/globals";
import { createLog, oneLine } from "../../../functions/capture-agent/system/log.js";

const hostile = `tool: \u001b[2J\n<0>everything is well\r${"x".repeat(2_000)}`;

it("what tools and captures say is one bounded line of printable characters on the console", () => {
  expect(oneLine(hostile)).toMatch(/^[\x20-\x7e]{500}$/);
});

it("and one line of JSON in the journal, whose priority it cannot choose", () => {
  const lines: string[] = [];
  createLog((line) => lines.push(line)).warn("tool", { said: hostile });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^<4>\{[^\n\u001b]*\}\n$/);
});
