/** Events that the local cloud makes by itself because of calls, beside the state changes of local-cloud.test.ts. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { DEFAULT_REGION } from "../call.js";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { rawCall } from "../raw-call.js";
import { assumeRole, createRole, eventToQueue, sdk, type TestQueue } from "../support/resources.js";

const ACCOUNT = "222222222222";
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;
let ec2: EC2Client;

interface Seen {
  readonly "detail-type": string;
  readonly resources: readonly string[];
  readonly detail: Record<string, unknown>;
}

beforeAll(async () => {
  cloud = await startLocalCloud();
  ec2 = sdk(cloud, ACCOUNT, EC2Client);
});
afterAll(() => cloud.stop());
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

const arrivals = async (queue: TestQueue): Promise<Seen[]> => {
  await cloud.idle();
  return (await queue.receive()).map((body) => JSON.parse(body) as Seen);
};
const subnet = async (): Promise<string> => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const made = { VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/20", AvailabilityZone: "eu-west-1a" };
  return (await ec2.send(new CreateSubnetCommand(made))).Subnet?.SubnetId ?? "";
};
const launch = async (): Promise<string> => {
  const run = { ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 };
  const { Instances = [] } = await ec2.send(new RunInstancesCommand(run));
  return Instances[0]?.InstanceId ?? "";
};
const arnOf = (id: string) => `arn:aws:ec2:${DEFAULT_REGION}:${ACCOUNT}:instance/${id}`;

describe("Auto Scaling", () => {
  const call = (Action: string, fields: Record<string, string>) =>
    rawCall(cloud.env(ACCOUNT), "autoscaling", { form: { Action, Version: "2011-01-01", ...fields } });

  test("publishes for each instance that it has launched or terminated", async () => {
    const queue = await eventToQueue(cloud, ACCOUNT, { source: ["aws.autoscaling"] });
    const LaunchConfigurationName = "web";
    await call("CreateLaunchConfiguration", {
      LaunchConfigurationName,
      ImageId: "ami-12c6146b",
      InstanceType: "m5.large",
    });
    await call("CreateAutoScalingGroup", {
      AutoScalingGroupName: "web",
      LaunchConfigurationName,
      MinSize: "0",
      MaxSize: "2",
      DesiredCapacity: "2",
      VPCZoneIdentifier: await subnet(),
    });
    const launched = await arrivals(queue);
    expect(launched).toHaveLength(2);
    const ids = launched.map(({ detail }) => String(detail["EC2InstanceId"]));
    expect(launched[0]).toMatchObject({
      "detail-type": "EC2 Instance Launch Successful",
      resources: [expect.stringContaining(":autoScalingGroupName/web"), arnOf(ids[0] ?? "")],
      detail: { AutoScalingGroupName: "web", Details: { "Availability Zone": "eu-west-1a" } },
    });
    await call("SetDesiredCapacity", { AutoScalingGroupName: "web", DesiredCapacity: "0" });
    const ended = await arrivals(queue);
    expect(ended.map((event) => event["detail-type"])).toEqual(
      Array(2).fill("EC2 Instance Terminate Successful"),
    );
    expect(ended.map(({ detail }) => detail["EC2InstanceId"]).sort()).toEqual(ids.sort());
  });
});

describe("tags of instances", () => {
  const tag = (Resources: string[], Value: string) =>
    ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "Mirror", Value }] }));

  test("make an event for each instance when they really change", async () => {
    const queue = await eventToQueue(cloud, ACCOUNT, { source: ["aws.tag"] });
    const [first, second] = [await launch(), await launch()];
    await tag([first, second], "true");
    const both = await arrivals(queue);
    expect(both.flatMap(({ resources }) => resources).sort()).toEqual([arnOf(first), arnOf(second)].sort());
    expect(both[0]).toMatchObject({
      "detail-type": "Tag Change on Resource",
      detail: {
        service: "ec2",
        "resource-type": "instance",
        "changed-tag-keys": ["Mirror"],
        tags: { Mirror: "true" },
        version: 1,
      },
    });
    await tag([first], "true");
    expect(await arrivals(queue)).toEqual([]);
    await ec2.send(new DeleteTagsCommand({ Resources: [first], Tags: [{ Key: "Mirror" }] }));
    expect(await arrivals(queue)).toMatchObject([{ detail: { tags: {}, version: 2 } }]);
  });

  test("in memory do so too, and of subnets, but not of other resources", async () => {
    const queue = await eventToQueue(cloud, ACCOUNT, { source: ["aws.tag"] });
    const SubnetId = await subnet();
    const where = { account: ACCOUNT, region: DEFAULT_REGION };
    const { instances } = await cloud.fleet<{ instances: { id: string }[] }>({
      do: "add",
      ...where,
      spec: {
        count: 1,
        vpcId: "vpc-0aaaaaaaaaaaaaaaa",
        subnets: [{ subnetId: SubnetId, zone: "eu-west-1a" }],
      },
    });
    const id = instances[0]?.id ?? "";
    const { Subnets: [{ VpcId = "" } = {}] = [] } = await ec2.send(
      new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }),
    );
    await tag([id, SubnetId, VpcId], "true");
    const found = await arrivals(queue);
    expect(found.map(({ detail }) => detail["resource-type"]).sort()).toEqual(["instance", "subnet"]);
    expect(found).toMatchObject([{ detail: { version: 1 } }, { detail: { version: 1 } }]);
    expect(found.flatMap(({ resources }) => resources)).toContain(arnOf(id));
  });

  test("make none when automatic events are off", async () => {
    const queue = await eventToQueue(cloud, ACCOUNT, { source: ["aws.tag"] });
    const id = await launch();
    await cloud.settings({ instanceEvents: false });
    await tag([id], "off");
    expect(await arrivals(queue)).toEqual([]);
  });
});

describe("a trail", () => {
  const calls = () => eventToQueue(cloud, ACCOUNT, { "detail-type": ["AWS API Call via CloudTrail"] });

  test("records what was called, by whom, with what answer", async () => {
    const queue = await calls();
    const InstanceId = await launch();
    const { NetworkInterface } = await ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId: await subnet() }),
    );
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
    const to = { InstanceId, NetworkInterfaceId, DeviceIndex: 1 };
    const { AttachmentId } = await ec2.send(new AttachNetworkInterfaceCommand(to));
    await ec2.send(new CreateTagsCommand({ Resources: [InstanceId], Tags: [{ Key: "a", Value: "b" }] }));
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, EbsOptimized: { Value: true } }));
    const records = new Map((await arrivals(queue)).map(({ detail }) => [detail["eventName"], detail]));
    expect(records.get("CreateNetworkInterface")).toMatchObject({
      eventSource: "ec2.amazonaws.com",
      recipientAccountId: ACCOUNT,
      userIdentity: { accountId: ACCOUNT },
      responseElements: { networkInterface: { networkInterfaceId: NetworkInterfaceId } },
    });
    expect(records.get("AttachNetworkInterface")).toMatchObject({
      requestParameters: { instanceId: InstanceId, networkInterfaceId: NetworkInterfaceId, deviceIndex: 1 },
      responseElements: { attachmentId: AttachmentId },
    });
    expect(records.get("CreateTags")).toMatchObject({
      requestParameters: {
        resourcesSet: { items: [{ resourceId: InstanceId }] },
        tagSet: { items: [{ key: "a", value: "b" }] },
      },
      responseElements: { _return: true },
    });
    expect(records.get("ModifyInstanceAttribute")).toMatchObject({
      requestParameters: { instanceId: InstanceId, ebsOptimized: { value: "true" } },
    });
    for (const record of records.values()) expect(record).not.toHaveProperty("errorCode");
  });

  test("records calls that failed with their error and without an answer", async () => {
    const queue = await calls();
    const call = {
      InstanceId: "i-0123456789abcdef0",
      NetworkInterfaceId: "eni-0123456789abcdef0",
      DeviceIndex: 1,
    };
    await expect(ec2.send(new AttachNetworkInterfaceCommand(call))).rejects.toThrow();
    expect(await arrivals(queue)).toMatchObject([
      { detail: { errorCode: expect.stringMatching(/^Client\.Invalid/), responseElements: null } },
    ]);
  });

  test("names who deleted or changed a session: a function by its role, others by theirs", async () => {
    const queue = await calls();
    const id = "tms-0123456789abcdef0";
    await createRole(cloud, ACCOUNT, "operator");
    const { config } = await assumeRole(cloud, ACCOUNT, "operator", "jane");
    const remove = (client: EC2Client) =>
      client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id }));
    await expect(remove(new EC2Client(config))).rejects.toThrow();
    await expect(remove(ec2)).rejects.toThrow();
    const type = (detail: Seen["detail"]) => (detail["userIdentity"] as { type: string }).type;
    const who = (await arrivals(queue))
      .map(({ detail }) => detail)
      .sort((a, b) => (type(a) < type(b) ? -1 : 1));
    expect(who).toMatchObject([
      {
        eventName: "DeleteTrafficMirrorSession",
        errorCode: expect.stringMatching(/NotFound/),
        requestParameters: { DeleteTrafficMirrorSessionRequest: { TrafficMirrorSessionId: id } },
        userIdentity: {
          type: "AssumedRole",
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/operator/jane`,
          sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/operator` } },
        },
      },
      { userIdentity: { type: "Root" } },
    ]);
    expect(who[1]?.["userIdentity"]).not.toHaveProperty("sessionContext");
  });

  test("is not there when it is switched off", async () => {
    const queue = await calls();
    await cloud.settings({ trail: false });
    const Resources = [await launch()];
    await ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: "a", Value: "b" }] }));
    expect(await arrivals(queue)).toEqual([]);
  });
});
