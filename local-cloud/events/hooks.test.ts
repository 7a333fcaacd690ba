/** Lifecycle hooks of Auto Scaling: instances held, let go, given up. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DeleteLifecycleHookCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeScalingActivitiesCommand,
  PutLifecycleHookCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { eventToQueue, sdk, type TestQueue } from "../support/resources.js";

const ACCOUNT = "222222222222";
const AutoScalingGroupName = "web";
const LifecycleHookName = "mirror";
// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;
let scaling: AutoScalingClient;
let ec2: EC2Client;
let queue: TestQueue;

interface Seen {
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, string>>;
}

beforeAll(async () => {
  cloud = await startLocalCloud();
  scaling = sdk(cloud, ACCOUNT, AutoScalingClient);
  ec2 = sdk(cloud, ACCOUNT, EC2Client);
});
afterAll(() => cloud.stop());
afterEach(async () => {
  const gaps = await cloud.gaps();
  await cloud.reset();
  expect(gaps).toEqual([]);
});

const arrivals = async (): Promise<Seen[]> => {
  await cloud.idle();
  return (await queue.receive()).map((body) => JSON.parse(body) as Seen);
};

/** A group without instances, whose launches a hook holds. */
const group = async (DefaultResult = "CONTINUE", HeartbeatTimeout = 300): Promise<void> => {
  queue = await eventToQueue(cloud, ACCOUNT, { source: ["aws.autoscaling"] });
  const LaunchConfigurationName = "web";
  const ImageId = "ami-12c6146b";
  await scaling.send(
    new CreateLaunchConfigurationCommand({ LaunchConfigurationName, ImageId, InstanceType: "m5.large" }),
  );
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/20", AvailabilityZone: "eu-west-1a" }),
  );
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      LaunchConfigurationName,
      MinSize: 0,
      MaxSize: 4,
      DesiredCapacity: 0,
      VPCZoneIdentifier: Subnet?.SubnetId,
      LifecycleHookSpecificationList: [
        {
          LifecycleHookName,
          LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          DefaultResult,
          HeartbeatTimeout,
        },
      ],
    }),
  );
};
const scaleTo = (DesiredCapacity: number) =>
  scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));
const states = async (): Promise<readonly (string | undefined)[]> => {
  const { AutoScalingInstances = [] } = await scaling.send(new DescribeAutoScalingInstancesCommand({}));
  const { AutoScalingGroups: [found] = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
  const inGroup = (found?.Instances ?? []).map(({ LifecycleState }) => LifecycleState);
  const alone = AutoScalingInstances.map(({ LifecycleState }) => LifecycleState);
  expect(alone).toEqual(inGroup);
  return alone;
};
const complete = (
  LifecycleActionResult: string,
  by: { LifecycleActionToken?: string; InstanceId?: string },
) =>
  scaling.send(
    new CompleteLifecycleActionCommand({
      AutoScalingGroupName,
      LifecycleHookName,
      LifecycleActionResult,
      ...by,
    }),
  );
const activities = async () =>
  (await scaling.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }))).Activities ?? [];
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
  );

/** Launches one instance and answers the event of its hook. */
const held = async (): Promise<Seen["detail"]> => {
  await scaleTo(1);
  const [event, ...more] = await arrivals();
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    "detail-type": "EC2 Instance-launch Lifecycle Action",
    detail: { AutoScalingGroupName, LifecycleHookName, Origin: "EC2", Destination: "AutoScalingGroup" },
  });
  return event?.detail ?? {};
};

describe("a launching hook", () => {
  test("holds the instance until it is completed, and only then the launch has succeeded", async () => {
    await group();
    const { LifecycleActionToken = "", EC2InstanceId = "" } = await held();
    expect(await states()).toEqual(["Pending:Wait"]);
    expect(await activities()).toMatchObject([{ StatusCode: "MidLifecycleAction" }]);
    await complete("CONTINUE", { LifecycleActionToken });
    expect(await states()).toEqual(["InService"]);
    expect(await arrivals()).toMatchObject([
      { "detail-type": "EC2 Instance Launch Successful", detail: { EC2InstanceId } },
    ]);
    expect(await activities()).toMatchObject([{ StatusCode: "Successful", Progress: 100 }]);
  });

  test("can be completed by the instance's id as well, but once", async () => {
    await group();
    const { LifecycleActionToken = "", EC2InstanceId: InstanceId = "" } = await held();
    await complete("CONTINUE", { InstanceId });
    expect(await refusal(complete("CONTINUE", { InstanceId }))).toBe(
      `ValidationError: No active Lifecycle Action found with instance ID ${InstanceId}`,
    );
    expect(await refusal(complete("CONTINUE", { LifecycleActionToken }))).toBe(
      `ValidationError: No active Lifecycle Action found with token ${LifecycleActionToken}`,
    );
  });

  test("knows no token of another hook, and no third result", async () => {
    await group();
    const { LifecycleActionToken = "" } = await held();
    expect(
      await refusal(
        scaling.send(
          new CompleteLifecycleActionCommand({
            AutoScalingGroupName,
            LifecycleHookName: "another",
            LifecycleActionResult: "CONTINUE",
            LifecycleActionToken,
          }),
        ),
      ),
    ).toContain("No active Lifecycle Action");
    expect(await refusal(complete("MAYBE", { LifecycleActionToken }))).toContain("ValidationError");
    expect(await states()).toEqual(["Pending:Wait"]);
  });

  test("that is given up ends the instance, and the group launches another", async () => {
    await group();
    const { LifecycleActionToken = "", EC2InstanceId = "" } = await held();
    await complete("ABANDON", { LifecycleActionToken });
    const events = await arrivals();
    expect(events.map((event) => event["detail-type"]).sort()).toEqual([
      "EC2 Instance Launch Unsuccessful",
      "EC2 Instance Terminate Successful",
      "EC2 Instance-launch Lifecycle Action",
    ]);
    expect(await states()).toEqual(["Pending:Wait"]);
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [EC2InstanceId] }),
    );
    expect(Reservations[0]?.Instances?.[0]?.State?.Name).toBe("terminated");
    const launches = (await activities()).filter(({ Description }) => Description?.startsWith("Launching"));
    expect(launches.map(({ StatusCode }) => StatusCode)).toEqual(["MidLifecycleAction", "Cancelled"]);
    expect(launches[1]?.StatusMessage).toContain(`token ${LifecycleActionToken} was abandoned`);
    expect(launches[1]?.StatusMessage).toContain("Completed with ABANDON Result");
  });

  test.each([
    ["CONTINUE", "InService"],
    ["ABANDON", "Pending:Wait"],
  ])("that nobody completes ends by its default, %s", async (result, state) => {
    await cloud.settings({ heartbeatScale: 0.01 });
    await group(result, 100);
    const { LifecycleActionToken = "", EC2InstanceId = "" } = await held();
    // a heartbeat begins the wait anew
    await new Promise((resolve) => setTimeout(resolve, 500));
    await scaling.send(
      new RecordLifecycleActionHeartbeatCommand({
        AutoScalingGroupName,
        LifecycleHookName,
        LifecycleActionToken,
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await states()).toEqual(["Pending:Wait"]);
    await cloud.settings({ heartbeatScale: 1 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await cloud.idle();
    expect(await states()).toEqual([state]);
    const first = (await activities()).find(
      ({ Description }) => Description?.includes(EC2InstanceId) && Description.startsWith("Launching"),
    );
    expect(first?.StatusCode).toBe(result === "CONTINUE" ? "Successful" : "Cancelled");
  });

  test("holds with every hook of its group, and lets go with the last", async () => {
    await group();
    await scaling.send(
      new PutLifecycleHookCommand({
        AutoScalingGroupName,
        LifecycleHookName: "second",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      }),
    );
    await scaleTo(1);
    const events = await arrivals();
    const tokens = new Map(
      events.map(({ detail }) => [detail["LifecycleHookName"], detail["LifecycleActionToken"]]),
    );
    expect([...tokens.keys()].sort()).toEqual(["mirror", "second"]);
    await complete("CONTINUE", { LifecycleActionToken: tokens.get("mirror") ?? "" });
    expect(await states()).toEqual(["Pending:Wait"]);
    await scaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName,
        LifecycleHookName: "second",
        LifecycleActionResult: "CONTINUE",
        LifecycleActionToken: tokens.get("second"),
      }),
    );
    expect(await states()).toEqual(["InService"]);
  });

  test("that was removed holds nobody", async () => {
    await group();
    await scaling.send(new DeleteLifecycleHookCommand({ AutoScalingGroupName, LifecycleHookName }));
    await scaleTo(1);
    expect(await states()).toEqual(["InService"]);
    expect(await arrivals()).toMatchObject([{ "detail-type": "EC2 Instance Launch Successful" }]);
  });
});
