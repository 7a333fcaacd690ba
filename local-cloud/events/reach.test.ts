/** A launching hook that an agent on the instance completes, which takes a way to Auto Scaling. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingInstancesCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
  type CreateRouteCommandInput,
  type CreateVpcEndpointCommandInput,
  type IpPermission,
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
  (service: string, given: Partial<CreateVpcEndpointCommandInput> = {}): Way =>
  ({ vpcId, subnetId }) =>
    ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpcId,
        VpcEndpointType: "Interface",
        ServiceName: `com.amazonaws.eu-west-1.${service}`,
        SubnetIds: [subnetId],
        ...given,
      }),
    );

interface Rules {
  readonly in?: IpPermission;
  /** In the place of all that a new group lets out. */
  readonly out?: IpPermission;
}
const HTTPS = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };
const https = (block: string): IpPermission => ({ ...HTTPS, IpRanges: [{ CidrIp: block }] });
const VPC = https("10.0.0.0/16");

const group = async ({ vpcId: VpcId }: Place, name: string, rules: Rules): Promise<string> => {
  const made = await ec2.send(new CreateSecurityGroupCommand({ VpcId, GroupName: name, Description: name }));
  const GroupId = made.GroupId ?? "";
  if (rules.in) {
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rules.in] }));
  }
  if (rules.out) {
    const all = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: all }));
    await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [rules.out] }));
  }
  return GroupId;
};

/** By a launch template, with these groups in the place of the VPC's default one. */
const launch = async ({ subnetId }: Place, Groups?: string[]): Promise<string | undefined> => {
  const LaunchTemplateName = "node";
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName,
      LaunchTemplateData: {
        ImageId: "ami-12c6146b",
        InstanceType: "m5.large",
        NetworkInterfaces: [{ DeviceIndex: 0, ...(Groups && { Groups }) }],
      },
    }),
  );
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "capture",
      LaunchTemplate: { LaunchTemplateName },
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

interface Guarded {
  /** Rules of the node's group. */
  readonly node?: Rules;
  /** Of the endpoint's own group; null: it has the VPC's default one. */
  readonly endpoint?: Rules | null;
  readonly privateDns?: boolean;
}
const guarded = async (
  place: Place,
  { node = {}, endpoint = null, privateDns = true }: Guarded,
): Promise<string> => {
  const nodes = await group(place, "nodes", node);
  const groups = endpoint === null ? {} : { SecurityGroupIds: [await group(place, "endpoints", endpoint)] };
  await byEndpoint("autoscaling", { ...groups, PrivateDnsEnabled: privateDns })(place);
  return nodes;
};

test.each<[string, Guarded]>([
  ["the VPC's block", { node: { out: VPC }, endpoint: { in: VPC } }],
  ["the nodes' subnet", { endpoint: { in: https("10.0.0.0/20") } }],
])("an endpoint that admits %s serves the node", async (_, guard) => {
  const place = await network();
  expect(await launch(place, [await guarded(place, guard)])).toBe("InService");
});

test("an endpoint that admits the node's group serves the node", async () => {
  const place = await network();
  const nodes = await group(place, "nodes", {});
  const rule = { ...HTTPS, UserIdGroupPairs: [{ GroupId: nodes }] };
  const endpoints = await group(place, "endpoints", { in: rule });
  await byEndpoint("autoscaling", { SecurityGroupIds: [endpoints] })(place);
  expect(await launch(place, [nodes])).toBe("InService");
});

test.each<[string, Guarded]>([
  ["an endpoint that admits nobody", { endpoint: {} }],
  ["an endpoint that admits another port", { endpoint: { in: { ...VPC, FromPort: 80, ToPort: 80 } } }],
  ["an endpoint that admits other addresses", { endpoint: { in: https("10.0.128.0/20") } }],
  ["an endpoint with the default group, of which it is none", { endpoint: null }],
  [
    "a group that lets nothing out to the endpoint",
    { node: { out: https("10.0.128.0/20") }, endpoint: { in: VPC } },
  ],
  ["an endpoint that has not the API's name", { endpoint: { in: VPC }, privateDns: false }],
])("a node with %s waits, and is named", async (_, guard) => {
  const place = await network();
  expect(await launch(place, [await guarded(place, guard)])).toBe("Pending:Wait");
  expect(await cloud.stranded()).toHaveLength(1);
});

test("a NAT gateway is no way out for a group that lets nothing out of the VPC", async () => {
  const place = await network();
  await toNat(place);
  expect(await launch(place, [await group(place, "nodes", { out: VPC })])).toBe("Pending:Wait");
});

test("an endpoint that refuses the node is not gone around by a NAT gateway", async () => {
  const place = await network();
  await toNat(place);
  expect(await launch(place, [await guarded(place, { endpoint: {} })])).toBe("Pending:Wait");
});

test("nothing is completed from within where no agents run", async () => {
  await cloud.settings({ agents: false });
  const place = await network();
  await toNat(place);
  expect(await launch(place)).toBe("Pending:Wait");
  expect(await cloud.stranded()).toEqual([]);
});
