/** A launching hook that an agent on the instance completes, which takes a way to Auto Scaling. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingInstancesCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  type CreateRouteCommandInput,
} from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../index.js";
import { sdk } from "../support/resources.js";

const ACCOUNT = "222222222222";
jest.setTimeout(60_000);
let cloud: LocalCloud;
let scaling: AutoScalingClient;
let ec2: EC2Client;

interface Place {
  readonly vpcId: string;
  readonly subnetId: string;
}
type Way = (place: Place) => Promise<unknown>;

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

const network = async (): Promise<Place> => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const vpcId = Vpc?.VpcId ?? "";
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.0.0/20", AvailabilityZone: "eu-west-1a" }),
  );
  return { vpcId, subnetId: Subnet?.SubnetId ?? "" };
};

/** A table of the subnet's own, with this default route. */
const route = async ({ vpcId, subnetId }: Place, to: Partial<CreateRouteCommandInput>): Promise<void> => {
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
  const RouteTableId = RouteTable?.RouteTableId;
  await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", ...to }));
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: subnetId }));
};

const natGateway = async (subnetId: string): Promise<string> => {
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ SubnetId: subnetId, AllocationId }));
  return NatGateway?.NatGatewayId ?? "";
};

const toNat: Way = async (place) => route(place, { NatGatewayId: await natGateway(place.subnetId) });

const toNatByMainTable: Way = async ({ vpcId, subnetId }) => {
  const { RouteTables: [main] = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [vpcId] }] }),
  );
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: main?.RouteTableId,
      DestinationCidrBlock: "0.0.0.0/0",
      NatGatewayId: await natGateway(subnetId),
    }),
  );
};

const toInternetGateway: Way = async (place) => {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const GatewayId = InternetGateway?.InternetGatewayId;
  await ec2.send(new AttachInternetGatewayCommand({ VpcId: place.vpcId, InternetGatewayId: GatewayId }));
  await route(place, { GatewayId });
};

const byEndpoint =
  (service: string): Way =>
  ({ vpcId, subnetId }) =>
    ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpcId,
        VpcEndpointType: "Interface",
        ServiceName: `com.amazonaws.eu-west-1.${service}`,
        SubnetIds: [subnetId],
      }),
    );

const launch = async ({ subnetId }: Place): Promise<string | undefined> => {
  const LaunchConfigurationName = "node";
  await scaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName,
      ImageId: "ami-12c6146b",
      InstanceType: "m5.large",
    }),
  );
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "capture",
      LaunchConfigurationName,
      MinSize: 1,
      MaxSize: 1,
      VPCZoneIdentifier: subnetId,
      LifecycleHookSpecificationList: [
        {
          LifecycleHookName: "capture-launch",
          LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
          DefaultResult: "ABANDON",
          HeartbeatTimeout: 600,
        },
      ],
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 700));
  await cloud.idle();
  const { AutoScalingInstances = [] } = await scaling.send(new DescribeAutoScalingInstancesCommand({}));
  return AutoScalingInstances[0]?.LifecycleState;
};

test.each<[string, Way]>([
  ["a NAT gateway", toNat],
  ["a NAT gateway, by the main route table", toNatByMainTable],
  ["an interface endpoint of Auto Scaling", byEndpoint("autoscaling")],
])("an instance with %s comes into service", async (_, way) => {
  const place = await network();
  await way(place);
  expect(await launch(place)).toBe("InService");
  expect(await cloud.stranded()).toEqual([]);
});

test.each<[string, Way]>([
  ["no way out", () => Promise.resolve()],
  ["an internet gateway and no public address", toInternetGateway],
  ["an interface endpoint of another service", byEndpoint("monitoring")],
])("an instance with %s waits, and is named", async (_, way) => {
  const place = await network();
  await way(place);
  expect(await launch(place)).toBe("Pending:Wait");
  expect(await cloud.stranded()).toEqual([
    { account: ACCOUNT, group: "capture", instanceId: expect.stringMatching(/^i-/) },
  ]);
});

test("nothing is completed from within where no agents run", async () => {
  await cloud.settings({ agents: false });
  const place = await network();
  await toNat(place);
  expect(await launch(place)).toBe("Pending:Wait");
  expect(await cloud.stranded()).toEqual([]);
});
