import { describe, expect, test } from "@jest/globals";
import { failedItems } from "./mappings.js";

describe("partial batch responses", () => {
  const ids = ["a", "b"];
  test.each<[string, unknown, readonly string[] | "all"]>([
    ["null", null, []],
    ["nothing", undefined, []],
    ["an empty object", {}, []],
    ["no failures", { batchItemFailures: [] }, []],
    ["null failures", { batchItemFailures: null }, []],
    ["one failure", { batchItemFailures: [{ itemIdentifier: "b" }] }, ["b"]],
    ["an unknown message", { batchItemFailures: [{ itemIdentifier: "c" }] }, "all"],
    ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }, "all"],
    ["a null identifier", { batchItemFailures: [{ itemIdentifier: null }] }, "all"],
    ["a wrong key", { batchItemFailures: [{ id: "a" }] }, "all"],
    ["a text", "done", "all"],
    ["another key", { failures: [] }, "all"],
  ])("%s", (_, value, expected) => {
    expect(failedItems(value, ids)).toEqual(expected);
  });
});
