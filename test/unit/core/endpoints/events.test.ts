import { describe, expect, it } from "@jest/globals";
import { mergeEndpointLooks, parseEndpointEvent } from "../../../../functions/core/endpoints/events.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";

const EVERYTHING = { ok: true, odd: 0, look: { everything: true } };
const NOTHING = { ok: true, odd: 0, look: { everything: false, instanceIds: [] } };
const call = (eventName: string, detail: object = {}) =>
  anEvent("api-create-tags", {
    detail: { eventSource: "ec2.amazonaws.com", eventName, requestParameters: {}, ...detail },
  });
const tagging = (resourceId: string) => ({
  requestParameters: { resourcesSet: { items: [{ resourceId }] } },
});
const tagged = (arn: string) => anEvent("tag-change", { resources: [arn] });

describe("an event about endpoints", () => {
  it.each([
    "CreateSubnet",
    "CreateDefaultSubnet",
    "DeleteSubnet",
    "CreateVpcEndpoint",
    "DeleteVpcEndpoints",
    "CreateTrafficMirrorTarget",
    "DeleteTrafficMirrorTarget",
  ])("%s is a look at everything", (name) => {
    expect(parseEndpointEvent(call(name), ACCOUNT_REGION)).toEqual(EVERYTHING);
  });

  it.each(["CreateTags", "DeleteTags"])("%s of a subnet, an endpoint or a target is one too", (name) => {
    for (const id of ["subnet-0a", "vpce-0a", "tmt-0a"]) {
      expect(parseEndpointEvent(call(name, tagging(id)), ACCOUNT_REGION)).toEqual(EVERYTHING);
    }
    expect(parseEndpointEvent(call(name, tagging("i-0abcd1234ef567890")), ACCOUNT_REGION)).toEqual(NOTHING);
    expect(parseEndpointEvent(call(name), ACCOUNT_REGION)).toEqual({ ok: false, reason: "malformed" });
  });

  it("counts what it can read of a list, and reports the rest", () => {
    const items = { requestParameters: { resourcesSet: { items: [null, { resourceId: "subnet-0a" }, {}] } } };
    expect(parseEndpointEvent(call("CreateTags", items), ACCOUNT_REGION)).toEqual({ ...EVERYTHING, odd: 2 });
    const none = { requestParameters: { resourcesSet: { items: [7] } } };
    expect(parseEndpointEvent(call("CreateTags", none), ACCOUNT_REGION)).toMatchObject({ ok: false });
    expect(parseEndpointEvent(anEvent("tag-change", { resources: null }), ACCOUNT_REGION)).toEqual(NOTHING);
  });

  it("tells nothing when the call failed", () => {
    expect(
      parseEndpointEvent(call("CreateSubnet", { errorCode: "Client.InvalidParameterValue" }), ACCOUNT_REGION),
    ).toEqual(NOTHING);
    expect(
      parseEndpointEvent(call("CreateTags", { errorCode: "x", requestParameters: null }), ACCOUNT_REGION),
    ).toEqual(NOTHING);
  });

  it("tag change of a subnet is a look at everything, of an instance at nothing", () => {
    const arn = `arn:aws:ec2:${ACCOUNT_REGION.region}:${ACCOUNT_REGION.account}`;
    expect(parseEndpointEvent(tagged(`${arn}:subnet/subnet-0a`), ACCOUNT_REGION)).toEqual(EVERYTHING);
    expect(parseEndpointEvent(tagged(`${arn}:instance/i-0abcd1234ef567890`), ACCOUNT_REGION)).toEqual(
      NOTHING,
    );
  });

  it("names an instance that starts, and none that ends", () => {
    for (const name of ["ec2-state-pending", "ec2-state-running"]) {
      expect(parseEndpointEvent(anEvent(name), ACCOUNT_REGION)).toEqual({
        ok: true,
        odd: 0,
        look: { everything: false, instanceIds: ["i-0abcd1234ef567890"] },
      });
    }
    expect(parseEndpointEvent(anEvent("ec2-state-terminated"), ACCOUNT_REGION)).toEqual(NOTHING);
  });

  it.each([
    ["no JSON", "{", "not-json"],
    ["no event", "{}", "not-an-event"],
    ["another account's", anEvent("tag-change", { account: "999999999999" }), "foreign"],
    ["another region's", anEvent("tag-change", { region: "eu-west-2" }), "foreign"],
    ["of another kind", anEvent("ecs-task-running"), "unknown-kind"],
    ["a call of another kind", call("RunInstances"), "unknown-kind"],
    ["a call of another service", call("CreateSubnet", { eventSource: "s3.amazonaws.com" }), "malformed"],
    [
      "an instance without an id",
      anEvent("ec2-state-running", { detail: { state: "running" } }),
      "malformed",
    ],
    [
      "a long list for an id",
      anEvent("ec2-state-running", { detail: { "instance-id": ["i-1"], state: "running" } }),
      "malformed",
    ],
  ])("is dropped when it is %s", (_, body, reason) => {
    expect(parseEndpointEvent(body, ACCOUNT_REGION)).toEqual({ ok: false, reason });
  });

  it("joins others in one look", () => {
    const one = { everything: false, instanceIds: ["i-1"] } as const;
    expect(mergeEndpointLooks([one, one, { everything: false, instanceIds: ["i-2"] }])).toEqual({
      everything: false,
      instanceIds: ["i-1", "i-2"],
    });
    expect(mergeEndpointLooks([one, { everything: true }])).toEqual({ everything: true });
    expect(mergeEndpointLooks([])).toEqual({ everything: false, instanceIds: [] });
  });
});
