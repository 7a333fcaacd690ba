import { describe, expect, test } from "@jest/globals";
import { matches, parsePattern, PatternError, type Json } from "./pattern.js";

const event: Json = {
  source: "aws.ec2",
  "detail-type": "EC2 Instance State-change Notification",
  resources: ["arn:aws:ec2:eu-west-1:111111111111:instance/i-1"],
  detail: {
    "instance-id": "i-1",
    state: "Running",
    count: 5,
    address: "10.1.2.3",
    nothing: null,
    tags: ["a", "b"],
    none: [],
    attachments: [
      { type: "eni", status: "ATTACHED" },
      { type: "elb", status: "NONE" },
    ],
  },
};
const detail = (pattern: Json): Json => ({ detail: pattern });

describe("event patterns", () => {
  test.each<[string, Json, boolean]>([
    ["equal strings", { source: ["aws.ec2"] }, true],
    ["one of several", { source: ["aws.ecs", "aws.ec2"] }, true],
    ["other string", { source: ["aws.ecs"] }, false],
    ["every field must match", { source: ["aws.ec2"], "detail-type": ["other"] }, false],
    ["any of an array", { resources: [{ suffix: "instance/i-1" }] }, true],
    ["prefix", { source: [{ prefix: "aws." }] }, true],
    ["prefix without case", { source: [{ prefix: { "equals-ignore-case": "AWS." } }] }, true],
    ["suffix", { source: [{ suffix: "ec3" }] }, false],
    ["equals-ignore-case", detail({ state: [{ "equals-ignore-case": "running" }] }), true],
    ["wildcard", { source: [{ wildcard: "a*.ec*" }] }, true],
    ["wildcard with an escaped star", { source: [{ wildcard: "aws\\*ec2" }] }, false],
    ["anything-but a value", detail({ state: [{ "anything-but": "Stopped" }] }), true],
    ["anything-but a list", detail({ state: [{ "anything-but": ["Stopped", "Running"] }] }), false],
    ["anything-but a prefix", detail({ state: [{ "anything-but": { prefix: "Run" } }] }), false],
    ["anything-but suffixes", detail({ state: [{ "anything-but": { suffix: ["x", "y"] } }] }), true],
    ["anything-but a wildcard", detail({ state: [{ "anything-but": { wildcard: "R*g" } }] }), false],
    ["anything-but without the field", detail({ missing: [{ "anything-but": "x" }] }), false],
    ["numeric range", detail({ count: [{ numeric: [">", 1, "<=", 5] }] }), true],
    ["numeric equality", detail({ count: [{ numeric: ["=", 4] }] }), false],
    ["numbers are no strings", detail({ count: ["5"] }), false],
    ["null", detail({ nothing: [null] }), true],
    ["exists", detail({ state: [{ exists: true }] }), true],
    ["does not exist", detail({ missing: [{ exists: false }] }), true],
    ["an empty array does not exist", detail({ none: [{ exists: false }] }), true],
    ["exists false on what exists", detail({ state: [{ exists: false }] }), false],
    ["a number is not a text that is excluded", detail({ count: [{ "anything-but": "x" }] }), true],
    [
      "fields of two elements of an array",
      detail({ attachments: { type: ["eni"], status: ["NONE"] } }),
      false,
    ],
    ["exists false in one element of two", detail({ attachments: { status: [{ exists: false }] } }), false],
    ["cidr", detail({ address: [{ cidr: "10.1.0.0/16" }] }), true],
    ["other cidr", detail({ address: [{ cidr: "10.2.0.0/16" }] }), false],
    ["within an array of objects", detail({ attachments: { type: ["eni"] } }), true],
    ["$or, second holds", { $or: [{ source: ["x"] }, { "detail-type": [{ prefix: "EC2" }] }] }, true],
    ["$or, none holds", { $or: [{ source: ["x"] }, { source: ["y"] }] }, false],
    ["$or beside a field", { source: ["x"], $or: [{ account: ["x"] }, { source: ["aws.ec2"] }] }, true],
  ])("%s", (_, pattern, expected) => {
    expect(matches(parsePattern(JSON.stringify(pattern)), event)).toBe(expected);
  });

  test.each(["{", "[]", "{}", '{"source":[]}', '{"source":"aws.ec2"}', '{"source":[{"regex":"x"}]}'])(
    "refuses %s",
    (source) => {
      expect(() => parsePattern(source)).toThrow(PatternError);
    },
  );
});
