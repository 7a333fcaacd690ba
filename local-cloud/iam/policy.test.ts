import { describe, expect, test } from "@jest/globals";
import { evaluate, type PolicyDocument, type Statement } from "./policy.js";

const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });
const allow = (Condition: Statement["Condition"]): PolicyDocument =>
  policy({ Effect: "Allow", Action: "*", Resource: "*", ...(Condition === undefined ? {} : { Condition }) });
const request = (
  action: string,
  resource: string,
  context: Record<string, string | readonly string[]> = {},
) => ({ action, resource, context });

describe("policy evaluation", () => {
  test("nothing said is an implicit denial", () => {
    expect(evaluate([], request("ec2:DescribeInstances", "*"))).toBe("none");
  });

  test("actions match without case and with wildcards", () => {
    const document = policy({ Effect: "Allow", Action: ["ec2:Describe*"], Resource: "*" });
    expect(evaluate([document], request("ec2:describeInstances", "*"))).toBe("allow");
    expect(evaluate([document], request("ec2:DeleteVpc", "*"))).toBe("none");
  });

  test("an explicit denial wins", () => {
    const deny = policy({ Effect: "Deny", Action: "ec2:DeleteVpc", Resource: "*" });
    expect(evaluate([allow(undefined), deny], request("ec2:DeleteVpc", "arn:x"))).toBe("deny");
  });

  test("NotAction and NotResource speak of all others", () => {
    const document = policy({ Effect: "Allow", NotAction: "iam:*", NotResource: "arn:aws:s3:::secret" });
    expect(evaluate([document], request("ec2:RunInstances", "arn:aws:s3:::open"))).toBe("allow");
    expect(evaluate([document], request("iam:CreateUser", "arn:aws:s3:::open"))).toBe("none");
    expect(evaluate([document], request("s3:GetObject", "arn:aws:s3:::secret"))).toBe("none");
  });

  test("resources match with wildcards and policy variables", () => {
    const document = policy({
      Effect: "Allow",
      Action: "ssm:GetParameter",
      Resource: "arn:aws:ssm:*:${aws:PrincipalAccount}:parameter/tm/*",
    });
    const ask = (account: string) =>
      evaluate(
        [document],
        request("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111111111111:parameter/tm/policy", {
          "aws:PrincipalAccount": account,
        }),
      );
    expect(ask("111111111111")).toBe("allow");
    expect(ask("222222222222")).toBe("none");
  });

  const tagKeys = { "aws:TagKeys": ["Name", "Team"] };
  test.each<
    [string, NonNullable<Statement["Condition"]>, Record<string, string | readonly string[]>, boolean]
  >([
    [
      "StringEquals",
      { StringEquals: { "aws:ResourceTag/a": ["x", "y"] } },
      { "aws:ResourceTag/a": "y" },
      true,
    ],
    ["StringEquals, key missing", { StringEquals: { "aws:ResourceTag/a": "x" } }, {}, false],
    ["StringEqualsIfExists, key missing", { StringEqualsIfExists: { k: "x" } }, {}, true],
    ["StringEqualsIfExists, other value", { StringEqualsIfExists: { k: "x" } }, { k: "y" }, false],
    ["StringNotEquals, key missing", { StringNotEquals: { k: "x" } }, {}, true],
    ["StringNotEquals", { StringNotEquals: { k: ["x", "y"] } }, { k: "y" }, false],
    ["StringLike", { StringLike: { k: "vpc-*" } }, { k: "vpc-1" }, true],
    ["keys without case", { StringEquals: { "AWS:sourceaccount": "1" } }, { "aws:SourceAccount": "1" }, true],
    [
      "ArnLike",
      { ArnLike: { a: "arn:aws:events:*:1:rule/x-*" } },
      { a: "arn:aws:events:eu:1:rule/x-y" },
      true,
    ],
    [
      "ArnLike stays within a part",
      { ArnLike: { a: "arn:aws:*:rule/x" } },
      { a: "arn:aws:e:r:1:rule/x" },
      false,
    ],
    [
      "ArnEquals",
      { ArnEquals: { "ec2:Vpc": "arn:aws:ec2:e:1:vpc/v" } },
      { "ec2:Vpc": "arn:aws:ec2:e:1:vpc/v" },
      true,
    ],
    ["Bool", { Bool: { "aws:SecureTransport": "false" } }, { "aws:SecureTransport": "true" }, false],
    ["Null true, key missing", { Null: { k: "true" } }, {}, true],
    ["Null false, key missing", { Null: { k: "false" } }, {}, false],
    ["ForAllValues", { "ForAllValues:StringEquals": { "aws:TagKeys": ["Name", "Team"] } }, tagKeys, true],
    ["ForAllValues, one more", { "ForAllValues:StringEquals": { "aws:TagKeys": ["Name"] } }, tagKeys, false],
    ["ForAllValues, key missing", { "ForAllValues:StringEquals": { "aws:TagKeys": ["Name"] } }, {}, true],
    ["ForAnyValue", { "ForAnyValue:StringLike": { "aws:TagKeys": "Te*" } }, tagKeys, true],
    ["ForAnyValue, key missing", { "ForAnyValue:StringLike": { "aws:TagKeys": "Te*" } }, {}, false],
    ["NumericLessThan", { NumericLessThan: { n: "5" } }, { n: "4" }, true],
    ["IpAddress", { IpAddress: { ip: "10.0.0.0/8" } }, { ip: "10.9.9.9" }, true],
    [
      "every operator must hold",
      { StringEquals: { a: "1" }, StringLike: { b: "x*" } },
      { a: "1", b: "y" },
      false,
    ],
  ])("%s", (_, condition, context, expected) => {
    const decision = evaluate([allow(condition)], request("ec2:X", "*", context));
    expect(decision === "allow").toBe(expected);
  });

  test("an unknown operator is an error, not a guess", () => {
    expect(() => evaluate([allow({ StringRegex: { k: "x" } })], request("a:b", "*"))).toThrow("StringRegex");
  });

  test("a resource policy speaks of principals", () => {
    const document = policy({
      Effect: "Allow",
      Principal: { AWS: ["arn:aws:iam::111111111111:root"], Service: "events.amazonaws.com" },
      Action: "events:PutEvents",
      Resource: "*",
    });
    const ask = (principal: { account?: string; service?: string }) =>
      evaluate([document], { ...request("events:PutEvents", "*"), principal });
    expect(ask({ account: "111111111111" })).toBe("allow");
    expect(ask({ account: "333333333333" })).toBe("none");
    expect(ask({ service: "events.amazonaws.com" })).toBe("allow");
  });
});
