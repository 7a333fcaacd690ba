import { describe, expect, it } from "@jest/globals";
import { parseEvent } from "../../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";

const parsed = (name: string, over: object = {}) => parseEvent(anEvent(name, over), ACCOUNT_REGION);

describe("a result of Auto Scaling", () => {
  it.each([
    ["autoscaling-launch", true],
    ["autoscaling-terminate", false],
  ])("says where to look: %s", (name, early) => {
    expect(parsed(name)).toEqual({
      ok: true,
      id: expect.any(String),
      event: {
        look: { instanceIds: ["i-0abcd1234ef567890"], interfaceIds: [] },
        early,
        expected: { active: early },
        late: false,
        left: 0,
        odd: 0,
        followUps: [],
      },
      time: Date.parse("2026-01-05T12:00:00Z"),
    });
  });

  it.each([
    ["no instance", {}],
    ["an instance that is null", { EC2InstanceId: null }],
    ["a list of instances", { EC2InstanceId: ["i-0abcd1234ef567890"] }],
    ["an id with a filter's wildcard", { EC2InstanceId: "i-*" }],
    ["an id of a quarter of a megabyte", { EC2InstanceId: `i-${"0".repeat(250_000)}` }],
    ["an id under another name", { "instance-id": "i-0abcd1234ef567890" }],
  ])("is malformed: %s", (_, detail) => {
    expect(parsed("autoscaling-launch", { detail })).toEqual({ ok: false, reason: "malformed" });
  });

  it("that failed is not looked at", () => {
    expect(parsed("autoscaling-launch", { "detail-type": "EC2 Instance Launch Unsuccessful" })).toEqual({
      ok: false,
      reason: "unknown-kind",
    });
  });
});
