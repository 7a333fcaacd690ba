import { describe, expect, it } from "@jest/globals";
import type { EndpointReport } from "../../../../functions/core/endpoints/reconcile.js";
import { succeeded } from "../../../../functions/core/endpoints/reconcile.js";

const create = (token: string, kind: "done" | "gone" = "done") => ({
  action: { kind: "create-endpoint", token },
  outcome: { kind },
});
const removal = (id: string) => ({ action: { kind: "delete-endpoint", id }, outcome: { kind: "done" } });
const report = (...done: readonly object[]) => ({ done }) as unknown as EndpointReport;

describe("how many had their effect", () => {
  it("counts an endpoint once that no list showed yet, and that was asked for again with its token", () => {
    const done = report(create("a"), create("a"), create("b"), create("c", "gone"), removal("vpce-1"));
    expect(succeeded(done, "create-endpoint")).toBe(2);
  });

  it("counts each of others", () => {
    expect(succeeded(report(removal("vpce-1"), removal("vpce-2")), "delete-endpoint")).toBe(2);
  });
});
