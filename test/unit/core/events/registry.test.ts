import { describe, expect, it } from "@jest/globals";
import { parseEvent } from "../../../../functions/core/events/registry.js";
import { anEvent, ACCOUNT_REGION } from "../../../support/events.js";
import { processorTime } from "../../../support/processor.js";

const running = (over: object = {}) => anEvent("ec2-state-running", over);
const dropped = (body: string) => {
  const parsed = parseEvent(body, ACCOUNT_REGION);
  return parsed.ok ? "understood" : parsed.reason;
};

describe("an instance's change of state", () => {
  it.each([
    ["pending", true],
    ["running", true],
    ["stopping", false],
    ["stopped", false],
    ["shutting-down", false],
    ["terminated", false],
  ])("says where to look: %s", (state, early) => {
    expect(parseEvent(anEvent(`ec2-state-${state}`), ACCOUNT_REGION)).toMatchObject({
      ok: true,
      event: {
        look: { instanceIds: ["i-0abcd1234ef567890"], interfaceIds: [] },
        early,
        expected: { active: early },
      },
    });
  });

  it("says when it happened", () => {
    expect(parseEvent(running(), ACCOUNT_REGION)).toMatchObject({ time: Date.parse("2026-01-05T11:59:51Z") });
  });

  it("may name an instance by its old, short id", () => {
    expect(dropped(running({ detail: { "instance-id": "i-1234abcd", state: "running" } }))).toBe(
      "understood",
    );
  });

  it.each([null, undefined, []])("may have no resources: %j", (resources) => {
    expect(dropped(running({ resources }))).toBe("understood");
  });

  it("may carry more than we know", () => {
    const detail = { "instance-id": "i-0abcd1234ef567890", state: "running", "new-in-2030": [1] };
    expect(dropped(running({ detail, "replay-name": "x" }))).toBe("understood");
  });
});

describe("what is dropped", () => {
  it.each(["", "{", "nonsense", "{'a':1}", '{"a":1}}', "\u0000"])("is not JSON: %j", (body) => {
    expect(dropped(body)).toBe("not-json");
  });

  it.each(["null", "1", '"running"', "[]", "{}", "[[[[]]]]", '{"detail":{}}', "true"])(
    "is no event: %s",
    (body) => {
      expect(dropped(body)).toBe("not-an-event");
    },
  );

  it.each([
    ["no source", { source: undefined }],
    ["a source that is an array", { source: ["aws.ec2"] }],
    ["a detail-type that is an object", { "detail-type": { prefix: "EC2" } }],
    ["an account that is a number", { account: 111_122_223_333 }],
    ["an account that is none", { account: "111122223333 " }],
    ["an empty region", { region: "" }],
    ["no time", { time: undefined }],
    ["a time that is none", { time: "yesterday" }],
    ["a time that is a number", { time: 1 }],
    ["a detail that is an array", { detail: [{ "instance-id": "i-0abcd1234ef567890", state: "running" }] }],
    ["a detail that is a string", { detail: "i-0abcd1234ef567890" }],
    ["no detail", { detail: null }],
  ])("is no event: %s", (_, over) => {
    expect(dropped(running(over))).toBe("not-an-event");
  });

  it("is of a kind that nobody here understands", () => {
    expect(dropped(anEvent("scheduled"))).toBe("unknown-kind");
  });

  it.each([
    ["somebody else's source", { source: "com.example" }],
    ["another detail-type", { "detail-type": "EC2 instance state-change notification" }],
    ["what every object has", { source: "__proto__", "detail-type": "constructor" }],
    [
      "source and type glued otherwise",
      { source: "aws.ec2 EC2", "detail-type": "Instance State-change Notification" },
    ],
  ])("is of an unknown kind: %s", (_, over) => {
    expect(dropped(running(over))).toBe("unknown-kind");
  });

  it.each([
    ["another account", { account: "999999999999" }],
    ["another region", { region: "eu-west-2" }],
  ])("is foreign: %s", (_, over) => {
    expect(dropped(running(over))).toBe("foreign");
  });

  it.each([
    ["no instance", { state: "running" }],
    ["no state", { "instance-id": "i-0abcd1234ef567890" }],
    ["a state that does not exist", { "instance-id": "i-0abcd1234ef567890", state: "rebooting" }],
    ["a list of instances", { "instance-id": ["i-0abcd1234ef567890"], state: "running" }],
    ["an id in capitals", { "instance-id": "I-0ABCD1234EF567890", state: "running" }],
    ["an id with a filter's wildcard", { "instance-id": "i-0abcd*", state: "running" }],
    ["two ids in one", { "instance-id": "i-0abcd1234ef567890,i-1", state: "running" }],
    ["an id over two lines", { "instance-id": "i-0abcd1234ef567890\n", state: "running" }],
    ["an id of another kind", { "instance-id": "eni-0abcd1234ef567890", state: "running" }],
    ["an empty detail", {}],
  ])("is malformed: %s", (_, detail) => {
    expect(dropped(running({ detail }))).toBe("malformed");
  });
});

describe("hostile input", () => {
  const detail = { "instance-id": "i-0abcd1234ef567890", state: "running" };

  it("of a quarter of a megabyte is answered at once", () => {
    const long = "i-" + "0".repeat(250_000);
    const taken = processorTime(() => {
      expect(dropped(running({ detail: { ...detail, "instance-id": long } }))).toBe("malformed");
      expect(dropped(running({ time: "2026-01-05T11:59:51" + ".".repeat(250_000) }))).toBe("not-an-event");
      expect(dropped(running({ account: "1".repeat(250_000) }))).toBe("not-an-event");
      expect(dropped(running({ source: "aws.ec2".repeat(30_000) }))).toBe("unknown-kind");
      expect(dropped("[".repeat(100_000) + "]".repeat(100_000))).toMatch(/not-/);
    });
    expect(taken).toBeLessThan(2_000);
  });

  it("cannot reach the prototype of anything", () => {
    const text = running().replace(
      '"detail":{',
      '"__proto__":{"polluted":1},"detail":{"__proto__":{"polluted":1},',
    );
    expect(dropped(text)).toBe("understood");
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("cannot hide the detail in the prototype", () => {
    const text = running({ detail: {} }).replace(
      '"detail":{',
      `"detail":{"__proto__":${JSON.stringify(detail)}`,
    );
    expect(dropped(text)).toBe("malformed");
  });
});
