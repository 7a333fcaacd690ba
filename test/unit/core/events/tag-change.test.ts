import { describe, expect, it } from "@jest/globals";
import { parseEvent } from "../../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";

const change = (over: object = {}) => parseEvent(anEvent("tag-change", over), ACCOUNT_REGION);
const dropped = (over: object) => {
  const parsed = change(over);
  return parsed.ok ? "understood" : parsed.reason;
};
const instance = (
  id: string,
  region = ACCOUNT_REGION.region,
  account = ACCOUNT_REGION.account,
  partition = "aws",
) => `arn:${partition}:ec2:${region}:${account}:instance/${id}`;
const OURS = instance("i-0abcd1234ef567890");

describe("a change of an instance's tags", () => {
  it("says where to look", () => {
    expect(change()).toEqual({
      ok: true,
      id: expect.any(String),
      event: {
        look: { instanceIds: ["i-0abcd1234ef567890"], interfaceIds: [] },
        early: false,
        expected: { tags: { Mirror: "true" } },
        late: false,
        left: 0,
        odd: 0,
        followUps: [],
      },
      time: Date.parse("2026-01-05T12:00:00Z"),
    });
  });

  it.each([
    ["a tag that is gone", ["Mirror"], { Name: "web" }, { Mirror: undefined }],
    ["several tags", ["Name", "Mirror"], { Name: "web", Mirror: "no" }, { Name: "web", Mirror: "no" }],
    ["a key that every object has", ["constructor"], {}, { constructor: undefined }],
    ["keys that are none", [1, null], { Name: "web" }, {}],
    ["no list of keys", "Mirror", { Name: "web" }, {}],
    ["tags that are none", ["Mirror"], ["web"], { Mirror: undefined }],
  ])("says which tags EC2 is to show: %s", (_, keys, tags, expected) => {
    const detail = { service: "ec2", "resource-type": "instance", "changed-tag-keys": keys, tags };
    expect(change({ detail })).toMatchObject({ ok: true, event: { expected: { tags: expected } } });
  });

  it("may be in another partition", () => {
    expect(
      dropped({
        resources: [instance("i-0abcd123", ACCOUNT_REGION.region, ACCOUNT_REGION.account, "aws-us-gov")],
      }),
    ).toBe("understood");
  });

  it.each([
    ["another account's", instance("i-0abcd123", ACCOUNT_REGION.region, "999999999999")],
    ["no instance's", "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1"],
    ["a bad id", instance("i-*")],
    ["a number", 5],
  ])("counts for what it names of ours, and the rest is reported: %s", (_, odd) => {
    expect(change({ resources: [OURS, odd] })).toMatchObject({
      ok: true,
      event: { look: { instanceIds: ["i-0abcd1234ef567890"] }, odd: 1 },
    });
  });

  it("brings 200 instances into a look and leaves the rest to the sweep", () => {
    const ids = Array.from({ length: 201 }, (_, index) => `i-${String(index).padStart(8, "0")}`);
    expect(change({ resources: ids.map((id) => instance(id)) })).toMatchObject({
      ok: true,
      event: { look: { instanceIds: ids.slice(0, 200) }, left: 1 },
    });
  });

  it.each([
    ["another service", { service: "s3", "resource-type": "bucket" }],
    ["another resource of EC2", { service: "ec2", "resource-type": "network-interface" }],
  ])("is of an unknown kind when it is %s's", (_, detail) => {
    expect(dropped({ detail })).toBe("unknown-kind");
  });

  it.each([
    ["another region's instance", [instance("i-0abcd1234ef567890", "eu-west-2")]],
    ["another account's instance", [instance("i-0abcd1234ef567890", ACCOUNT_REGION.region, "999999999999")]],
  ])("is foreign: %s", (_, resources) => {
    expect(dropped({ resources })).toBe("foreign");
  });

  it.each([
    ["no resources", undefined],
    ["an empty list", []],
    ["no ARN", ["i-0abcd1234ef567890"]],
    ["an ARN that is a number", [1]],
    ["an ARN of something else", [OURS.replace("instance/i-", "volume/vol-")]],
    ["an ARN of another service", [OURS.replace(":ec2:", ":rds:")]],
    ["an id that is none", [instance("i-*")]],
    ["a path behind the id", [`${OURS}/eni-0abcd123`]],
    ["two lines", [`${OURS}\n${OURS}`]],
    ["an ARN of a quarter of a megabyte", [`arn:${"aws-".repeat(60_000)}`]],
  ])("is malformed: %s", (_, resources) => {
    expect(dropped({ resources })).toBe("malformed");
  });

  it.each([
    ["no service", { "resource-type": "instance" }],
    ["a service that is a list", { service: ["ec2"], "resource-type": "instance" }],
  ])("is malformed: %s", (_, detail) => {
    expect(dropped({ detail })).toBe("malformed");
  });

  it.each([["one ARN that is no list", OURS]])("is no event with %s", (_, resources) => {
    expect(dropped({ resources })).toBe("not-an-event");
  });
});
