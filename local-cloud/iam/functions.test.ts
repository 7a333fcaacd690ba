/** What a function may do is what the policies of its role say. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import {
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { createFunction, lambdaOf, mapQueue, queueOf, sdk } from "../support/resources.js";

const ACCOUNT = "111111111111";
const ARN = `arn:aws:ec2:eu-west-1:${ACCOUNT}`;
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
afterEach(() => cloud.reset());

/** Sends the query calls of its event and answers their error codes, "" where there was none. */
const CALLER = `
export const handler = async ({ calls }) => Promise.all(calls.map(async (params) => {
  const key = process.env.AWS_ACCESS_KEY_ID;
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: "AWS4-HMAC-SHA256 Credential=" + key + "/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: new URLSearchParams({ Version: "2016-11-15", ...params }).toString(),
  });
  const text = await response.text();
  return /<Code>(.*?)<\\/Code>/.exec(text)?.[1] ?? "";
}));`;

const asFunction = async (
  statements: readonly unknown[],
  calls: readonly Record<string, string>[],
): Promise<string[]> => {
  const FunctionName = await createFunction(cloud, ACCOUNT, CALLER, { statements });
  const answer = await lambdaOf(cloud, ACCOUNT).send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify({ calls }) }),
  );
  return JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as string[];
};

const allow = (Action: string, Resource: string, Condition?: unknown) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});

interface Surroundings {
  readonly vpcId: string;
  readonly call: Record<string, string>;
}

/** An interface of a running instance, a filter and a target, and the call that joins them with a tag. */
const surroundings = async (): Promise<Surroundings> => {
  const ec2 = sdk(cloud, ACCOUNT, EC2Client);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const vpcId = Vpc?.VpcId ?? "";
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.0.0/24", AvailabilityZone: "eu-west-1a" }),
  );
  const subnetId = Subnet?.SubnetId ?? "";
  const added = await cloud.fleet<{ instances: { interfaceIds: string[] }[] }>({
    do: "add",
    account: ACCOUNT,
    region: "eu-west-1",
    spec: { count: 1, vpcId, subnets: [{ subnetId, zone: "eu-west-1a" }], instanceType: "m5.large" },
  });
  const receiver = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: subnetId }));
  const target = await ec2.send(
    new CreateTrafficMirrorTargetCommand({
      NetworkInterfaceId: receiver.NetworkInterface?.NetworkInterfaceId ?? "",
    }),
  );
  const filter = await ec2.send(new CreateTrafficMirrorFilterCommand({}));
  return {
    vpcId,
    call: {
      Action: "CreateTrafficMirrorSession",
      NetworkInterfaceId: added.instances[0]?.interfaceIds[0] ?? "",
      TrafficMirrorTargetId: target.TrafficMirrorTarget?.TrafficMirrorTargetId ?? "",
      TrafficMirrorFilterId: filter.TrafficMirrorFilter?.TrafficMirrorFilterId ?? "",
      SessionNumber: "1",
      "TagSpecification.1.ResourceType": "traffic-mirror-session",
      "TagSpecification.1.Tag.1.Key": "owner",
      "TagSpecification.1.Tag.1.Value": "us",
    },
  };
};

const CREATE = "ec2:CreateTrafficMirrorSession";
const statementsFor = (vpcId: string) => [
  allow(CREATE, `${ARN}:network-interface/*`, { ArnLike: { "ec2:Vpc": `arn:aws:ec2:*:*:vpc/${vpcId}` } }),
  allow(CREATE, `${ARN}:traffic-mirror-filter/*`),
  allow(CREATE, `${ARN}:traffic-mirror-target/*`),
  allow(CREATE, `${ARN}:traffic-mirror-session/*`, { StringEquals: { "aws:RequestTag/owner": "us" } }),
  allow("ec2:CreateTags", `${ARN}:traffic-mirror-session/*`, {
    StringEquals: { "ec2:CreateAction": CREATE.slice(4) },
  }),
];

describe("permissions of functions", () => {
  test("a session may be created when every resource is permitted", async () => {
    const { vpcId, call } = await surroundings();
    expect(await asFunction(statementsFor(vpcId), [call])).toEqual([""]);
    expect(await cloud.denials()).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4])("without statement %i the session is refused", async (left) => {
    const { vpcId, call } = await surroundings();
    const statements = statementsFor(vpcId).filter((_, index) => index !== left);
    expect(await asFunction(statements, [call])).toEqual(["UnauthorizedOperation"]);
    expect(await cloud.denials()).toHaveLength(1);
  });

  test("an interface of another VPC is refused", async () => {
    const { call } = await surroundings();
    expect(await asFunction(statementsFor("vpc-of-somebody-else"), [call])).toEqual([
      "UnauthorizedOperation",
    ]);
    expect(await cloud.denials()).toMatchObject([
      { resource: `${ARN}:network-interface/${call["NetworkInterfaceId"]}` },
    ]);
  });

  test("a session with another tag is refused, and everything is allowed when IAM is off", async () => {
    const { vpcId, call } = await surroundings();
    const other = { ...call, "TagSpecification.1.Tag.1.Value": "them" };
    expect(await asFunction(statementsFor(vpcId), [other])).toEqual(["UnauthorizedOperation"]);
    await cloud.settings({ iam: false });
    expect(await asFunction([allow("s3:*", "*")], [other])).toEqual([""]);
  });

  test.each([
    ["not-found", "InvalidTrafficMirrorSessionId.NotFound"],
    ["unauthorized", "UnauthorizedOperation"],
  ])("a session that is gone, for a role that knows it by its tag: %s", async (answer, code) => {
    await cloud.setSwitches({ "gone-under-tag-condition": answer });
    const gone = "tms-00000000000000000";
    const byTag = { StringEquals: { "aws:ResourceTag/owner": "us" } };
    const statements = [allow("ec2:*", `${ARN}:traffic-mirror-session/*`, byTag)];
    const calls = [
      { Action: "DeleteTrafficMirrorSession", TrafficMirrorSessionId: gone },
      { Action: "ModifyTrafficMirrorSession", TrafficMirrorSessionId: gone, SessionNumber: "2" },
    ];
    expect(await asFunction(statements, calls)).toEqual([code, code]);
    expect(await cloud.denials()).toEqual([]);
  });

  test.each([
    ["not-found", ""], // the call is taken, and answers of each endpoint what became of it
    ["unauthorized", "UnauthorizedOperation"],
  ])("an endpoint that is gone, likewise: %s", async (answer, code) => {
    await cloud.setSwitches({ "gone-under-tag-condition": answer });
    const byTag = { StringEquals: { "aws:ResourceTag/owner": "us" } };
    const statements = [allow("ec2:*", `${ARN}:vpc-endpoint/*`, byTag)];
    const call = { Action: "DeleteVpcEndpoints", "VpcEndpointId.1": "vpce-00000000000000000" };
    expect(await asFunction(statements, [call])).toEqual([code]);
    expect(await cloud.denials()).toEqual([]);
  });

  test.each([
    ["not-found", "InvalidNetworkInterfaceID.NotFound"],
    ["unauthorized", "UnauthorizedOperation"],
  ])("an interface that is gone, for a role that knows it by its VPC: %s", async (answer, code) => {
    await cloud.setSwitches({ "gone-under-tag-condition": answer });
    const { vpcId, call } = await surroundings();
    const NetworkInterfaceId = "eni-00000000000000000";
    expect(await asFunction(statementsFor(vpcId), [{ ...call, NetworkInterfaceId }])).toEqual([code]);
    expect(await cloud.denials()).toEqual([]);
  });

  test("a session that is somebody else's is refused to a role that knows its own by their tag", async () => {
    const { call } = await surroundings();
    const { TrafficMirrorSession } = await sdk(cloud, ACCOUNT, EC2Client).send(
      new CreateTrafficMirrorSessionCommand({
        NetworkInterfaceId: call["NetworkInterfaceId"],
        TrafficMirrorTargetId: call["TrafficMirrorTargetId"],
        TrafficMirrorFilterId: call["TrafficMirrorFilterId"],
        SessionNumber: 1,
      }),
    );
    const byTag = { StringEquals: { "aws:ResourceTag/owner": "us" } };
    const TrafficMirrorSessionId = TrafficMirrorSession?.TrafficMirrorSessionId ?? "";
    expect(
      await asFunction(
        [allow("ec2:*", `${ARN}:traffic-mirror-session/*`, byTag)],
        [{ Action: "DeleteTrafficMirrorSession", TrafficMirrorSessionId }],
      ),
    ).toEqual(["UnauthorizedOperation"]);
    expect(await cloud.denials()).toHaveLength(1);
  });

  test("a change of policies is seen only after the delay that was set", async () => {
    await cloud.settings({ permissionDelay: 60_000 });
    const describe = { Action: "DescribeInstances" };
    const statements = [allow("ec2:Describe*", "*")];
    expect(await asFunction(statements, [describe])).toEqual(["UnauthorizedOperation"]);
    await cloud.settings({ clockOffset: 61_000 });
    expect(await asFunction(statements, [describe])).toEqual(["UnauthorizedOperation"]);
    await cloud.settings({ clockOffset: 130_000 });
    const names = await cloud.invocations();
    const answer = await lambdaOf(cloud, ACCOUNT).send(
      new InvokeCommand({
        FunctionName: names[0]?.functionName ?? "",
        Payload: JSON.stringify({ calls: [describe] }),
      }),
    );
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toEqual([""]);
  });

  test("a mapping is refused when the role may not read the queue", async () => {
    const queue = await queueOf(cloud, ACCOUNT, "q");
    const name = await createFunction(cloud, ACCOUNT, CALLER, {
      statements: [allow("sqs:ReceiveMessage", queue.arn), allow("sqs:DeleteMessage", queue.arn)],
    });
    await expect(mapQueue(cloud, ACCOUNT, name, queue.arn)).rejects.toThrow("GetQueueAttributes on SQS");
  });
});
