import { describe, expect, it } from "@jest/globals";
import {
  awsKinds,
  parseEvent,
  requestKinds,
  type ParseResult,
} from "../../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";
import { processorTime } from "../../../support/processor.js";

const I = "i-0abcd1234ef567890";
const ENI = "eni-0abcd1234ef567890";
const parsed = (name: string, over: object = {}): ParseResult =>
  parseEvent(anEvent(name, over), ACCOUNT_REGION, [...awsKinds, ...requestKinds]);
const reason = (event: ParseResult) => (event.ok ? "understood" : event.reason);
const detailOf = (name: string) => (JSON.parse(anEvent(name)) as { detail: Record<string, unknown> }).detail;
/** The fixture with some fields of its detail replaced. */
const withDetail = (name: string, over: object) => parsed(name, { detail: { ...detailOf(name), ...over } });

describe("a launch that a hook holds", () => {
  it("is a look at the instance, and the hook to be completed", () => {
    expect(parsed("autoscaling-launch-hook")).toMatchObject({
      ok: true,
      event: {
        look: { instanceIds: [I], interfaceIds: [] },
        early: true,
        late: false,
        followUps: [
          {
            kind: "hook",
            group: "web",
            hook: "mirror-mirror",
            token: "87654321-4321-4321-4321-210987654321",
            instanceId: I,
          },
        ],
      },
    });
  });

  it("on the way into a warm pool or out of it is none of ours", () => {
    const LifecycleTransition = "autoscaling:EC2_INSTANCE_TERMINATING";
    expect(reason(withDetail("autoscaling-launch-hook", { LifecycleTransition }))).toBe("unknown-kind");
  });

  it.each([
    { LifecycleActionToken: "a".repeat(10_000) },
    { AutoScalingGroupName: "" },
    { LifecycleHookName: "h".repeat(256) },
    { EC2InstanceId: "i-*" },
  ])("is malformed: %j", (over) => {
    expect(reason(withDetail("autoscaling-launch-hook", over))).toBe("malformed");
  });
});

describe("a finding", () => {
  it("asks for the instance and its interfaces, without saying how long", () => {
    const about = { instanceIds: [I], interfaceIds: [ENI] };
    const note = "CryptoCurrency:EC2/BitcoinTool.B!DNS";
    expect(parsed("guardduty-finding")).toMatchObject({
      ok: true,
      event: {
        look: about,
        late: true,
        followUps: [{ kind: "demand", about, by: { name: "guardduty" }, note }],
      },
    });
  });

  it("about another account of the organization, or another region, is foreign", () => {
    expect(reason(withDetail("guardduty-finding", { accountId: "999999999999" }))).toBe("foreign");
    expect(reason(withDetail("guardduty-finding", { region: "us-east-1" }))).toBe("foreign");
  });

  it("about something that is no instance is not read", () => {
    const resource = { resourceType: "S3Bucket", s3BucketDetails: [] };
    expect(reason(withDetail("guardduty-finding", { resource }))).toBe("unknown-kind");
  });

  it("with ids that are none is malformed", () => {
    const resource = { instanceDetails: { instanceId: "i-99; drop", networkInterfaces: [] } };
    expect(reason(withDetail("guardduty-finding", { resource }))).toBe("malformed");
  });
});

describe("a request", () => {
  const request = (detail: object, source = "traffic-mirror") =>
    parsed("mirror-requested", { source, detail });

  it("names an interface or an instance, how long, and why", () => {
    const about = { instanceIds: [], interfaceIds: [ENI] };
    expect(parsed("mirror-requested")).toMatchObject({
      ok: true,
      event: {
        look: about,
        early: true,
        followUps: [
          { kind: "demand", about, by: { name: "traffic-mirror" }, minutes: 60, note: "incident 42" },
        ],
      },
    });
    expect(request({ instance_id: I })).toMatchObject({
      event: { look: { instanceIds: [I], interfaceIds: [] } },
    });
  });

  it("of an identified instance says which one it may ask for", () => {
    const userId = `AROAEXAMPLEEXAMPLEXYZ:${I}`;
    expect(request({ network_interface_id: ENI }, `traffic-mirror/${userId}`)).toMatchObject({
      event: { followUps: [{ by: { name: userId, instanceId: I } }] },
    });
    const person = "AIDAEXAMPLEEXAMPLEXYZ";
    const event = request({ network_interface_id: ENI }, `traffic-mirror/${person}`);
    expect(event.ok && event.event.followUps).toMatchObject([{ by: { name: person } }]);
    expect(JSON.stringify(event)).not.toContain('"instanceId"');
  });

  it.each([
    ["nothing", {}],
    ["both", { network_interface_id: ENI, instance_id: I }],
    ["an id that is none", { network_interface_id: "eni-" }],
    ["a list", { network_interface_id: [ENI] }],
    ["no time at all", { network_interface_id: ENI, expires_in_minutes: 0 }],
    ["a negative time", { network_interface_id: ENI, expires_in_minutes: -5 }],
    ["a time that is no number", { network_interface_id: ENI, expires_in_minutes: "60" }],
    ["a time without an end", { network_interface_id: ENI, expires_in_minutes: 1e300 }],
    ["an id that is null", { network_interface_id: ENI, instance_id: null }],
    ["a reason that is no text", { network_interface_id: ENI, reason: { a: 1 } }],
  ])("is malformed: %s", (_, detail) => {
    expect(reason(request(detail))).toBe("malformed");
  });

  it.each(["traffic-mirror/", "traffic-mirror/i-0abcd1234ef567890", "traffic-mirror/AROA:a b"])(
    "is malformed from a source that names nobody: %s",
    (source) => expect(reason(request({ network_interface_id: ENI }, source))).toBe("malformed"),
  );

  it.each(["traffic-mirror.controller", "traffic-mirrors", "my.app"])("is not accepted from %s", (source) => {
    expect(reason(request({ network_interface_id: ENI }, source))).toBe("unknown-kind");
  });

  it("chooses neither filter nor target, and its words are bounded", () => {
    const event = request({
      network_interface_id: ENI,
      target_id: "tmt-0abcd1234",
      filter_id: "tmf-0abcd1234",
      reason: `${"x".repeat(100)}\n\u001b[31m${"y".repeat(10_000)}`,
    });
    expect(JSON.stringify(event)).not.toMatch(/tmt-|tmf-|\\n|\\u001b/);
    expect(JSON.stringify(event).length).toBeLessThan(600);
  });
});

it("a request is nothing that comes with AWS's events, nor the opposite", () => {
  expect(reason(parseEvent(anEvent("mirror-requested"), ACCOUNT_REGION))).toBe("unknown-kind");
  expect(reason(parseEvent(anEvent("guardduty-finding"), ACCOUNT_REGION, requestKinds))).toBe("unknown-kind");
});

describe("hostile events", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const answer = (name: string, over: object, change = (body: string) => body) =>
    parseEvent(change(anEvent(name, over)), ACCOUNT_REGION, [...awsKinds, ...requestKinds]);

  it.each([
    [
      "a requester of a quarter of a megabyte",
      "mirror-requested",
      { source: `traffic-mirror/${"A".repeat(250_000)}` },
    ],
    [
      "one that ends like an instance, for long",
      "mirror-requested",
      { source: `traffic-mirror/AROA:${"i-".repeat(125_000)}` },
    ],
    ["an ARN of dashes", "tag-change", { resources: [`arn:${"-".repeat(250_000)}`] }],
    ["a time of zeros", "mirror-requested", { time: `2026-01-05T12:00:00.${"0".repeat(250_000)}!` }],
  ])("of the length that SQS takes are answered at once: %s", (_, name, over) => {
    const taken = processorTime(() => {
      expect(answer(name, over).ok).toBe(false);
    });
    expect(taken).toBeLessThan(2_000);
  });

  it("may be as deep as they like", () => {
    const taken = processorTime(() => {
      const event = answer("ec2-state-running", {}, (body) =>
        body.replace('"detail":{', `"detail":{"x":${deep},`),
      );
      expect(["understood", "not-json", "not-an-event"]).toContain(reason(event));
    });
    expect(taken).toBeLessThan(2_000);
  });
});

describe("a withdrawal", () => {
  it("names the same, and looks there", () => {
    const about = { instanceIds: [], interfaceIds: [ENI] };
    expect(parsed("mirror-withdrawn")).toMatchObject({
      ok: true,
      event: { look: about, early: false, followUps: [{ kind: "withdrawal", about }] },
    });
  });
});

describe("a call that deletes or changes a session", () => {
  it.each([
    ["api-delete-traffic-mirror-session", "DeleteTrafficMirrorSession"],
    ["api-modify-traffic-mirror-session", "ModifyTrafficMirrorSession"],
  ])("is nothing to look at, and a report of who did it: %s", (name, call) => {
    expect(parsed(name)).toMatchObject({
      ok: true,
      event: {
        look: { instanceIds: [], interfaceIds: [] },
        late: true,
        followUps: [
          {
            kind: "tampering",
            call,
            sessionId: "tms-0abcd1234ef567890",
            who: "arn:aws:sts::111122223333:assumed-role/deploy/deploy",
            from: "198.51.100.7",
          },
        ],
      },
    });
  });

  it("may name the session without a wrapper, and somebody without an ARN", () => {
    const event = withDetail("api-delete-traffic-mirror-session", {
      requestParameters: { trafficMirrorSessionId: "tms-0abcd123" },
      userIdentity: { type: "AWSService", invokedBy: "config.amazonaws.com" },
    });
    expect(event).toMatchObject({
      event: { followUps: [{ sessionId: "tms-0abcd123", who: "config.amazonaws.com" }] },
    });
  });

  it("is malformed without a session, and bounded in what it says of somebody", () => {
    const requestParameters = { DeleteTrafficMirrorSessionRequest: { TrafficMirrorSessionId: "*" } };
    expect(reason(withDetail("api-delete-traffic-mirror-session", { requestParameters }))).toBe("malformed");
    const long = withDetail("api-delete-traffic-mirror-session", {
      userIdentity: { arn: `arn:${"x".repeat(100_000)}` },
    });
    expect(JSON.stringify(long).length).toBeLessThan(2_000);
  });

  it("that failed is nobody's business", () => {
    const event = withDetail("api-delete-traffic-mirror-session", {
      errorCode: "Client.UnauthorizedOperation",
    });
    expect(event).toMatchObject({ ok: true, event: { followUps: [] } });
  });
});
