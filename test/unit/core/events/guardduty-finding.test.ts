import { describe, expect, it } from "@jest/globals";
import { parseEvent } from "../../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";

const I = "i-0abcd1234ef567890";
const SECOND = "i-0abcd1234ef567891";
const ENI = "eni-0abcd1234ef567890";
const detailOf = (name: string) => (JSON.parse(anEvent(name)) as { detail: object }).detail;
const withDetail = (name: string, over: object) =>
  parseEvent(anEvent(name, { detail: { ...detailOf(name), ...over } }), ACCOUNT_REGION);

describe("a finding about an instance", () => {
  const about = (instanceId: unknown, networkInterfaces: unknown) =>
    withDetail("guardduty-finding", { resource: { instanceDetails: { instanceId, networkInterfaces } } });

  it.each([
    ["a bad id", { networkInterfaceId: "eni-*" }],
    ["no id", {}],
    ["null", null],
  ])("with one odd interface asks for the others, and the odd one is reported: %s", (_, odd) => {
    const asked = { instanceIds: [I], interfaceIds: [ENI] };
    expect(about(I, [odd, { networkInterfaceId: ENI }])).toMatchObject({
      ok: true,
      event: { look: asked, odd: 1, followUps: [{ kind: "demand", about: asked }] },
    });
  });

  it("with an odd instance asks for its interfaces", () => {
    expect(about("i-*", [{ networkInterfaceId: ENI }])).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [], interfaceIds: [ENI] }, odd: 1 },
    });
  });

  it.each([null, undefined, []])("may have no interfaces: %j", (interfaces) => {
    expect(about(I, interfaces)).toMatchObject({ ok: true, event: { look: { instanceIds: [I] }, odd: 0 } });
  });
});

describe("an attack sequence", () => {
  const sequence = (...resources: unknown[]) =>
    withDetail("guardduty-attack-sequence", { service: { detection: { sequence: { resources } } } });
  const instance = (over: object) => ({
    accountId: ACCOUNT_REGION.account,
    region: ACCOUNT_REGION.region,
    data: { ec2Instance: {} },
    ...over,
  });

  it("asks for every instance and interface that it names", () => {
    const about = { instanceIds: [I, SECOND], interfaceIds: ["eni-0abcd1234ef567892"] };
    expect(parseEvent(anEvent("guardduty-attack-sequence"), ACCOUNT_REGION)).toMatchObject({
      ok: true,
      event: {
        look: about,
        odd: 0,
        late: true,
        followUps: [
          {
            kind: "demand",
            about,
            by: { name: "guardduty" },
            note: "AttackSequence:EC2/CompromisedInstanceGroup",
          },
        ],
      },
    });
  });

  it.each([
    ["its ARN", { uid: `arn:aws:ec2:eu-west-1:111122223333:instance/${I}` }],
    ["its id", { uid: I }],
    ["its name", { uid: "0123", name: I }],
    ["its own data", { data: { ec2Instance: { instanceId: I } } }],
  ])("may name an instance by %s", (_, over) => {
    expect(sequence(instance(over))).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [I] }, odd: 0 },
    });
  });

  it("counts what it can read and reports the rest", () => {
    expect(sequence(null, instance({ uid: "i-*" }), "x", instance({ uid: SECOND }))).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [SECOND] }, odd: 3 },
    });
  });

  it("passes over resources of another account or region", () => {
    const found = sequence(
      instance({ uid: I, accountId: "999999999999" }),
      instance({ uid: I, region: "eu-west-2" }),
      instance({ uid: SECOND }),
    );
    expect(found).toMatchObject({ ok: true, event: { look: { instanceIds: [SECOND] }, odd: 0 } });
  });

  it("about no instance is nothing to look at, and no mistake", () => {
    expect(sequence({ uid: "arn:aws:s3:::b", data: { s3Bucket: {} } })).toMatchObject({
      ok: true,
      event: { look: { instanceIds: [], interfaceIds: [] }, followUps: [] },
    });
  });

  it.each([
    ["without a sequence", { service: {} }],
    ["of odd items alone", { service: { detection: { sequence: { resources: [1, null] } } } }],
    ["whose list is none", { service: { detection: { sequence: { resources: "i-1" } } } }],
  ])("%s is malformed", (_, over) => {
    expect(withDetail("guardduty-attack-sequence", over)).toEqual({ ok: false, reason: "malformed" });
  });

  it("about another account is foreign", () => {
    expect(withDetail("guardduty-attack-sequence", { accountId: "999999999999" })).toMatchObject({
      reason: "foreign",
    });
  });
});
