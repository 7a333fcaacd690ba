/** What AWS's models do not allow is refused in AWS's words, by any protocol, whatever would have answered the call. */
import {
  CreateTrafficMirrorSessionCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { EventBridgeClient, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { rawCall } from "../raw-call.js";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
beforeEach(() => cloud.reset());
afterAll(() => cloud.stop());

const config = () => ({
  endpoint: cloud.url,
  region: "eu-west-1",
  credentials: { accessKeyId: "111111111111", secretAccessKey: "local" },
});
const ec2 = () => new EC2Client(config());
const session = {
  NetworkInterfaceId: "eni-1",
  TrafficMirrorTargetId: "tmt-1",
  TrafficMirrorFilterId: "tmf-1",
  SessionNumber: 1,
};
const form = (service: string, Action: string, Version: string, params: Record<string, string> = {}) =>
  rawCall(cloud.env(), service, { form: { Action, Version, ...params } });
const failure = async (call: Promise<unknown>): Promise<{ name: string; message: string }> =>
  call.then(
    () => ({ name: "none", message: "it was accepted" }),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );

describe("EC2", () => {
  test.each<[string, Record<string, string>, string, string]>([
    [
      "a parameter that is none",
      { Filters: "x" },
      "UnknownParameter",
      "The parameter Filters is not recognized",
    ],
    [
      "a filter of another action",
      { "Filter.1.Name": "vpc-id", "Filter.1.Value.1": "vpc-1" },
      "InvalidParameterValue",
      "The filter &apos;vpc-id&apos; is invalid",
    ],
    ["a page that is too small", { MaxResults: "4" }, "InvalidParameterValue", "greater than or equal to 5"],
    [
      "a page that is too large",
      { MaxResults: "1001" },
      "InvalidParameterValue",
      "less than or equal to 1000",
    ],
    ["a number that is none", { MaxResults: "many" }, "InvalidParameterValue", "be of type integer"],
  ])("refuses %s", async (_, params, code, message) => {
    const asked = form("ec2", "DescribeTrafficMirrorSessions", "2016-11-15", params);
    const said = (await failure(asked)).message.replaceAll("'", "&apos;");
    expect(said).toContain(`<Code>${code}</Code>`);
    expect(said).toContain(message);
  });

  test("refuses an action that is none, and a parameter that is missing", async () => {
    expect((await failure(form("ec2", "DescribeMirrors", "2016-11-15"))).message).toContain("InvalidAction");
    const { SessionNumber: _, ...less } = session;
    expect(
      await failure(ec2().send(new CreateTrafficMirrorSessionCommand(less as typeof session))),
    ).toMatchObject({
      name: "MissingParameter",
      message: "The request must contain the parameter SessionNumber",
    });
  });

  test("refuses a tag for a type of resource that there is none of", async () => {
    const TagSpecifications = [{ ResourceType: "traffic-mirror" as never, Tags: [{ Key: "a", Value: "b" }] }];
    const made = ec2().send(new CreateTrafficMirrorSessionCommand({ ...session, TagSpecifications }));
    expect((await failure(made)).message).toBe(
      "Value (traffic-mirror) for parameter TagSpecifications.1.ResourceType is invalid.",
    );
  });

  test("takes each filter that the reference lists, and tags where it lists them", async () => {
    const Filters = [
      { Name: "tag:Name", Values: ["a"] },
      { Name: "is-default", Values: ["true"] },
    ];
    await ec2().send(new DescribeVpcsCommand({ Filters }));
    // Terraform's provider asks by a name that the reference gives inside a sentence.
    await ec2().send(
      new DescribeSubnetsCommand({ Filters: [{ Name: "cidrBlock", Values: ["10.0.0.0/24"] }] }),
    );
    const others = [{ Name: "owner-id", Values: ["1"] }];
    await ec2().send(new DescribeTrafficMirrorSessionsCommand({ Filters: others, MaxResults: 5 }));
    expect(await cloud.refused()).toEqual([]);
  });
});

describe("the others", () => {
  test.each<[string, () => Promise<unknown>, { name: string; message: string }]>([
    [
      "query: a range",
      () =>
        new AutoScalingClient(config()).send(
          new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [""] }),
        ),
      {
        name: "ValidationError",
        message: "at 'autoScalingGroupNames.1.member' failed to satisfy constraint",
      },
    ],
    [
      "JSON: a length",
      () => new SSMClient(config()).send(new GetParametersByPathCommand({ Path: "/a", MaxResults: 11 })),
      { name: "ValidationException", message: "Member must have value less than or equal to 10" },
    ],
    [
      "JSON: an enumeration",
      () =>
        new SSMClient(config()).send(
          new PutParameterCommand({ Name: "/a", Value: "b", Type: "Text" as never }),
        ),
      { name: "ValidationException", message: "enum value set: [String, StringList, SecureString]" },
    ],
    [
      "JSON: a pattern",
      () => new EventBridgeClient(config()).send(new PutRuleCommand({ Name: "a b", EventPattern: "{}" })),
      { name: "ValidationException", message: "regular expression pattern: [\\.\\-_A-Za-z0-9]+" },
    ],
    [
      "REST: a range in the address",
      () => new LambdaClient(config()).send(new ListFunctionsCommand({ MaxItems: 0 })),
      { name: "ValidationException", message: "Member must have value greater than or equal to 1" },
    ],
  ])("%s", async (_, call, { name, message }) => {
    const found = await failure(call());
    expect(found.name).toBe(name);
    expect(found.message).toContain(message);
    expect(await cloud.refused()).toHaveLength(1);
  });

  test("a misspelt member, which AWS would ignore, is a gap", async () => {
    const asked = rawCall(cloud.env(), "ssm", {
      target: "AmazonSSM.GetParametersByPath",
      json: { Path: "/a", Recursiv: true },
    });
    expect((await failure(asked)).message).toContain("AWS knows no recursiv of GetParametersByPath");
    expect(await cloud.refused()).toMatchObject([{ service: "ssm", code: "LocalCloudGap" }]);
  });
});
