import { asPattern } from "../../applier/recorded.js";

const where = { account: "123456789012", region: "eu-west-1", name: "recorded" };

describe("what was recorded for one name and account is a pattern for all", () => {
  test.each([
    ["*", "*"],
    ["arn:aws:iam::123456789012:role/recorded-sweep", "arn:${partition}:iam::${account_id}:role/${name}-*"],
    ["arn:aws:sqs:eu-west-1:123456789012:recorded", "arn:${partition}:sqs:${region}:${account_id}:${name}"],
    ["arn:aws:s3:::recorded-capture-123456789012-eu-west-1", "arn:${partition}:s3:::${name}-*"],
    ["arn:aws:s3:::recorded-code-123456789012-eu-west-1/agent/main.mjs", "arn:${partition}:s3:::${name}-*/*"],
    [
      "arn:aws:ssm:eu-west-1:123456789012:parameter/traffic-mirror/recorded/policy",
      "arn:${partition}:ssm:${region}:${account_id}:parameter/traffic-mirror/${name}/*",
    ],
    [
      "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/gwy/recorded/0123456789abcdef",
      "arn:${partition}:elasticloadbalancing:${region}:${account_id}:loadbalancer/gwy/${name}/*",
    ],
    [
      "arn:aws:ec2:eu-west-1:123456789012:vpc-endpoint-service/vpce-svc-0123456789abcdef0",
      "arn:${partition}:ec2:${region}:${account_id}:vpc-endpoint-service/*",
    ],
    [
      "arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:4c5fdc2e-93a0-4bd9-8fbe-0dcd5f6d0a3e",
      "arn:${partition}:lambda:${region}:${account_id}:event-source-mapping:*",
    ],
  ])("%s", (arn, pattern) => {
    expect(asPattern(arn, where)).toBe(pattern);
  });
});
