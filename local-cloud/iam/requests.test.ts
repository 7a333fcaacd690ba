/** What calls need to be permitted, as the Service Authorization Reference has it. */
import { describe, expect, test } from "@jest/globals";
import { ownCall } from "../call.js";
import { requestsOf } from "./requests.js";

const WHERE = { account: "111111111111", region: "eu-west-1" };
type Request = Parameters<typeof ownCall>[2];
const needs = async (service: string, request: Request): Promise<readonly string[]> => {
  const call = ownCall(WHERE, service, request);
  const found = await requestsOf(call, {}, () => Promise.resolve({}));
  return found.map(({ action, resource, context }) => {
    const passedTo = context["iam:PassedToService"];
    return [action, resource, ...(passedTo === undefined ? [] : [String(passedTo)])].join(" ");
  });
};
const ROLE = "arn:aws:iam::111111111111:role/r";
const LAMBDA = "arn:aws:lambda:eu-west-1:111111111111";

describe("what a call needs", () => {
  test.each<[string, string, Request, readonly string[]]>([
    ["a bucket", "s3", { method: "PUT", path: "/b" }, ["s3:CreateBucket arn:aws:s3:::b"]],
    ["its policy, read", "s3", { path: "/b?policy" }, ["s3:GetBucketPolicy arn:aws:s3:::b"]],
    [
      "its policy, deleted",
      "s3",
      { method: "DELETE", path: "/b?policy" },
      ["s3:DeleteBucketPolicy arn:aws:s3:::b"],
    ],
    [
      "its lifecycle, deleted",
      "s3",
      { method: "DELETE", path: "/b?lifecycle" },
      ["s3:PutLifecycleConfiguration arn:aws:s3:::b"],
    ],
    [
      "a table of Glue",
      "glue",
      { target: "AWSGlue.CreateTable", json: { DatabaseName: "d", TableInput: { Name: "t" } } },
      ["catalog", "database/d", "table/d/t"].map(
        (name) => `glue:CreateTable arn:aws:glue:eu-west-1:111111111111:${name}`,
      ),
    ],
    ["an object", "s3", { method: "PUT", path: "/b/a%20b" }, ["s3:PutObject arn:aws:s3:::b/a b"]],
    [
      "a version",
      "s3",
      { method: "DELETE", path: "/b/k?versionId=1" },
      ["s3:DeleteObjectVersion arn:aws:s3:::b/k"],
    ],
    [
      "a function with a role and tags",
      "lambda",
      {
        method: "POST",
        path: "/2015-03-31/functions",
        json: { FunctionName: "f", Role: ROLE, Tags: { a: "b" } },
      },
      [
        `lambda:CreateFunction ${LAMBDA}:function:f`,
        `lambda:TagResource ${LAMBDA}:function:f`,
        `iam:PassRole ${ROLE} lambda.amazonaws.com`,
      ],
    ],
    [
      "a function's concurrency",
      "lambda",
      { method: "DELETE", path: "/2017-10-31/functions/f/concurrency" },
      [`lambda:DeleteFunctionConcurrency ${LAMBDA}:function:f`],
    ],
    [
      "a rule's target with a role",
      "events",
      {
        target: "AWSEvents.PutTargets",
        json: { Rule: "r", EventBusName: "b", Targets: [{ RoleArn: ROLE }] },
      },
      [
        "events:PutTargets arn:aws:events:eu-west-1:111111111111:rule/b/r",
        `iam:PassRole ${ROLE} events.amazonaws.com`,
      ],
    ],
    [
      "a role with tags",
      "iam",
      { params: { Action: "CreateRole", RoleName: "r", "Tags.member.1.Key": "a" } },
      [`iam:CreateRole ${ROLE}`, `iam:TagRole ${ROLE}`],
    ],
    [
      "a role in a profile",
      "iam",
      { params: { Action: "AddRoleToInstanceProfile", InstanceProfileName: "p", RoleName: "r" } },
      [
        "iam:AddRoleToInstanceProfile arn:aws:iam::111111111111:instance-profile/p",
        `iam:PassRole ${ROLE} ec2.amazonaws.com`,
      ],
    ],
    [
      "an alarm",
      "monitoring",
      { params: { Action: "PutMetricAlarm", AlarmName: "a" } },
      ["cloudwatch:PutMetricAlarm arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a"],
    ],
    [
      "a queue with tags",
      "sqs",
      { target: "AmazonSQS.CreateQueue", json: { QueueName: "q", tags: { a: "b" } } },
      [
        "sqs:CreateQueue arn:aws:sqs:eu-west-1:111111111111:q",
        "sqs:TagQueue arn:aws:sqs:eu-west-1:111111111111:q",
      ],
    ],
    [
      "a security group's rule",
      "ec2",
      { params: { Action: "AuthorizeSecurityGroupEgress", GroupId: "sg-1" } },
      [
        "ec2:AuthorizeSecurityGroupEgress arn:aws:ec2:eu-west-1:111111111111:security-group/sg-1",
        "ec2:AuthorizeSecurityGroupEgress arn:aws:ec2:eu-west-1:111111111111:security-group-rule/*",
      ],
    ],
  ])("%s", async (_, service, request, expected) => {
    expect(await needs(service, request)).toEqual(expected);
  });
});
