import { describe, expect, it } from "@jest/globals";
import { parseEvent } from "../../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";

const parsed = (name: string, over: object = {}) => parseEvent(anEvent(name, over), ACCOUNT_REGION);
const ID = "eni-0abcd1234ef567890";
const named = (value: unknown, type = "eni") => ({
  type,
  details: [{ name: "networkInterfaceId", value }],
});
const task = (...attachments: unknown[]) =>
  parsed("ecs-task-running", { detail: { lastStatus: "RUNNING", attachments } });
const looksAt = (...interfaceIds: string[]) => ({
  ok: true,
  event: { look: { instanceIds: [], interfaceIds }, left: 0 },
});

describe("a change of a task", () => {
  it.each([
    ["ecs-task-running", true],
    ["ecs-task-stopped", false],
  ])("says where to look: %s", (name, early) => {
    expect(parsed(name)).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [], interfaceIds: [ID] }, early, left: 0 },
    });
  });

  it.each([
    ["PENDING", true],
    ["DEPROVISIONING", false],
    ["A STATE OF 2030", false],
  ])("in state %s may be ahead of EC2: %s", (lastStatus, early) => {
    const detail = { lastStatus, attachments: [named(ID)] };
    expect(parsed("ecs-task-running", { detail })).toMatchObject({ ok: true, event: { early } });
  });

  it("may write its attachment as the API does, and have others", () => {
    expect(task(named(ID, "ElasticNetworkInterface"))).toMatchObject(looksAt(ID));
    const other = { type: "AmazonElasticBlockStorage", details: [{ name: "volumeId", value: 7 }] };
    expect(task(other, named(ID), { type: "elb", details: [] })).toMatchObject(looksAt(ID));
  });

  it("names an interface once, however often it says so", () => {
    expect(task(named(ID), named(ID))).toMatchObject(looksAt(ID));
  });

  it.each([
    ["no attachments", { lastStatus: "RUNNING" }],
    ["an attachment without details", { lastStatus: "PENDING", attachments: [{ type: "eni" }] }],
    [
      "an interface that is still being made",
      { lastStatus: "PROVISIONING", attachments: [{ type: "eni", details: [{ name: "subnetId" }] }] },
    ],
    ["an interface of another sort", { lastStatus: "RUNNING", attachments: [named("x", "Service Connect")] }],
  ])("with %s is nothing to look at, and no mistake", (_, detail) => {
    expect(parsed("ecs-task-running", { detail })).toMatchObject(looksAt());
  });

  it.each([
    ["no status", { attachments: [named(ID)] }],
    ["attachments that are none", { lastStatus: "RUNNING", attachments: "eni" }],
    ["an attachment that is null", { lastStatus: "RUNNING", attachments: [null] }],
    ["an id of another kind", { lastStatus: "RUNNING", attachments: [named("i-0abcd1234ef567890")] }],
    ["an id that is a list", { lastStatus: "RUNNING", attachments: [named([ID])] }],
    ["an id that is missing", { lastStatus: "RUNNING", attachments: [named(undefined)] }],
  ])("is malformed: %s", (_, detail) => {
    expect(parsed("ecs-task-running", { detail })).toEqual({ ok: false, reason: "malformed" });
  });

  it.each([
    ["a bad id", named("eni-*")],
    ["null", null],
    ["no type", { details: [] }],
    ["details that are none", { type: "eni", details: 7 }],
    ["an odd detail", { type: "eni", details: [null] }],
  ])("with an odd attachment counts for the others, and the odd one is reported: %s", (_, odd) => {
    expect(task(named(ID), odd)).toMatchObject({
      ok: true,
      event: { look: { interfaceIds: [ID] }, odd: 1 },
    });
  });

  it("may have a list that is null", () => {
    expect(
      parsed("ecs-task-running", { detail: { lastStatus: "RUNNING", attachments: null } }),
    ).toMatchObject(looksAt());
  });

  it("brings 200 interfaces into a look and leaves the rest to the sweep", () => {
    const ids = Array.from({ length: 205 }, (_, index) => `eni-${String(index).padStart(8, "0")}`);
    expect(task(...ids.map((id) => named(id)))).toMatchObject({
      ok: true,
      event: { look: { interfaceIds: ids.slice(0, 200) }, left: 5 },
    });
  });
});
