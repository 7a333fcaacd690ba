import { describe, expect, it } from "@jest/globals";
import { requestOf } from "../../../functions/sweep/request.js";
import { anEvent } from "../../support/events.js";

describe("who asks for a sweep", () => {
  it("is the schedule", () => {
    expect(requestOf(JSON.parse(anEvent("scheduled")))).toEqual({ kind: "sweep", by: "schedule" });
  });

  it("is our own function, because of tampering", () => {
    expect(requestOf({ "detail-type": "Sweep Requested", detail: {} })).toEqual({
      kind: "sweep",
      by: "event",
    });
  });

  it.each(["create", "update"])("is an apply, with the action that Terraform adds: %s", (action) => {
    expect(requestOf({ reason: "apply", tf: { action } })).toEqual({ kind: "sweep", by: "apply" });
    expect(requestOf({ reason: "apply" })).toEqual({ kind: "sweep", by: "apply" });
  });

  it.each([{}, null, undefined, [], "now", 7, { reason: "please" }, { tf: null }])(
    "is a person: %j",
    (event) => {
      expect(requestOf(event)).toEqual({ kind: "sweep", by: "person" });
    },
  );
});

describe("an explanation", () => {
  it("is what a person may ask for, with true and nothing else", () => {
    expect(requestOf({ explain: true })).toEqual({ kind: "sweep", by: "person", explain: true });
    expect(requestOf({ explain: "yes" })).toEqual({ kind: "sweep", by: "person" });
    expect(requestOf({ reason: "apply", explain: true })).toEqual({ kind: "sweep", by: "apply" });
  });
});

describe("a drain", () => {
  it("happens on destroy", () => {
    expect(requestOf({ reason: "drain", tf: { action: "delete", prev_input: null } })).toEqual({
      kind: "drain",
    });
  });

  it.each([{ tf: { action: "create" } }, { tf: { action: "update" } }, { tf: null }, { tf: "delete" }, {}])(
    "does nothing otherwise: %j",
    (more) => expect(requestOf({ reason: "drain", ...more })).toEqual({ kind: "nothing" }),
  );
});
