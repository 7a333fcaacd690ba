import { describe, expect, it } from "@jest/globals";
import { excerpt } from "../../../../functions/core/events/text.js";

describe("an excerpt", () => {
  it("of hostile text is short and on one line", () => {
    expect(excerpt("a\nb\u0000")).toBe('"a\\nb\\u0000"');
    expect(excerpt("\u0000".repeat(1_000_000)).length).toBeLessThanOrEqual(1_202);
  });
});
