import {
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcEndpointServicesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createEndpointObserver } from "../../../../functions/aws/endpoints/observer.js";
import { awsError, ec2Instance } from "../../../support/ec2.js";
import { EVACUATE, NAME, SERVICE, theEndpointSettings, VPC } from "../../../support/endpoint-builders.js";

const ec2 = mockClient(EC2Client);
const observer = createEndpointObserver(new EC2Client({ region: "eu-west-1" }));
const calls = () => ec2.calls().map((call) => call.args[0].constructor.name.replace(/Command$/, ""));
const tags = (all: Record<string, string>) => Object.entries(all).map(([Key, Value]) => ({ Key, Value }));

beforeEach(() => {
  ec2.reset();
  ec2.onAnyCommand().resolves({});
  ec2.on(DescribeVpcEndpointServicesCommand).resolves({
    ServiceDetails: [
      { ServiceName: SERVICE, AvailabilityZones: ["eu-west-1b"], AvailabilityZoneIds: ["euw1-az1"] },
    ],
  });
});

describe("everything", () => {
  it("is one page each of targets, endpoints, subnets and the service, in an order in which nothing is missed", async () => {
    const observation = await observer.everything(theEndpointSettings());
    expect(calls()).toEqual([
      "DescribeTrafficMirrorTargets",
      "DescribeVpcEndpoints",
      "DescribeSubnets",
      "DescribeVpcEndpointServices",
    ]);
    expect(observation.service).toEqual({
      usable: true,
      zoneIds: new Set(["euw1-az1"]),
      zoneNames: new Set(["eu-west-1b"]),
    });
  });

  it("reads every page of subnets, with their free addresses, zone, family and tags", async () => {
    const subnet = {
      SubnetId: "subnet-a",
      VpcId: VPC,
      AvailabilityZone: "eu-west-1a",
      AvailabilityZoneId: "euw1-az3",
      AvailableIpAddressCount: 7,
      State: "available" as const,
      Tags: tags(EVACUATE),
    };
    ec2
      .on(DescribeSubnetsCommand)
      .resolvesOnce({ Subnets: [subnet], NextToken: "more" })
      .resolves({ Subnets: [{ ...subnet, SubnetId: "subnet-6", Ipv6Native: true, State: "pending" }] });
    const { subnets } = await observer.everything(theEndpointSettings());
    const zone = { id: "euw1-az3", name: "eu-west-1a" };
    expect(subnets).toEqual([
      { id: "subnet-a", vpcId: VPC, zone, freeAddresses: 7, ipv4: true, tags: EVACUATE },
      { id: "subnet-6", vpcId: VPC, zone, freeAddresses: 0, ipv4: false, tags: EVACUATE },
    ]);
  });

  it.each([
    ["available", "available"],
    ["Available", "available"],
    ["PendingAcceptance", "pendingAcceptance"],
    ["Partial", "unknown"],
  ] as const)("knows the state %s", async (State, state) => {
    const CreationTimestamp = new Date("2026-01-05T11:00:00Z");
    ec2.on(DescribeVpcEndpointsCommand).resolves({
      VpcEndpoints: [
        {
          VpcEndpointId: "vpce-1",
          VpcId: VPC,
          SubnetIds: ["subnet-a"],
          ServiceName: SERVICE,
          State: State as "Available",
          CreationTimestamp,
        },
      ],
    });
    const { endpoints } = await observer.everything(theEndpointSettings());
    expect(endpoints).toEqual([
      {
        id: "vpce-1",
        vpcId: VPC,
        subnetId: "subnet-a",
        service: SERVICE,
        state,
        createdAt: CreationTimestamp.getTime(),
        tags: {},
      },
    ]);
  });

  it("counts anybody's sessions on targets of ours that are leaving, and on no other", async () => {
    const target = (id: string, all: Record<string, string>) => ({
      TrafficMirrorTargetId: id,
      GatewayLoadBalancerEndpointId: "vpce-1",
      Tags: tags(all),
    });
    const leaving = { "traffic-mirror:endpoints": NAME, "traffic-mirror:leaving": "true" };
    ec2.on(DescribeTrafficMirrorTargetsCommand).resolves({
      TrafficMirrorTargets: [
        target("tmt-1", leaving),
        target("tmt-2", { "traffic-mirror:endpoints": NAME }),
        target("tmt-3", { ...leaving, "traffic-mirror:endpoints": "another" }),
        target("tmt-4", leaving),
        { TrafficMirrorTargetId: "tmt-5", NetworkInterfaceId: "eni-1" },
      ],
    });
    ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({
      TrafficMirrorSessions: [{ TrafficMirrorTargetId: "tmt-1" }, { TrafficMirrorTargetId: "tmt-1" }],
    });
    const { sessionsOn, targets } = await observer.everything(theEndpointSettings());
    expect(sessionsOn).toEqual(
      new Map([
        ["tmt-1", 2],
        ["tmt-4", 0],
      ]),
    );
    expect(targets.map(({ id }) => id)).toEqual(["tmt-1", "tmt-2", "tmt-3", "tmt-4"]);
    expect(ec2.commandCalls(DescribeTrafficMirrorSessionsCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: "traffic-mirror-target-id", Values: ["tmt-1", "tmt-4"] },
    ]);
  });

  it("asks by id for an endpoint that a target of ours names and the list lacks: shown, or gone by EC2's word", async () => {
    const target = (id: string, endpointId: string, all = { "traffic-mirror:endpoints": NAME }) => ({
      TrafficMirrorTargetId: id,
      GatewayLoadBalancerEndpointId: endpointId,
      Description: "mirror/a",
      Tags: tags(all),
    });
    ec2.on(DescribeTrafficMirrorTargetsCommand).resolves({
      TrafficMirrorTargets: [
        target("tmt-1", "vpce-1"),
        target("tmt-2", "vpce-2"),
        target("tmt-3", "vpce-3", { "traffic-mirror:endpoints": "another" }),
      ],
    });
    ec2
      .on(DescribeVpcEndpointsCommand, { VpcEndpointIds: ["vpce-1"] })
      .resolves({ VpcEndpoints: [{ VpcEndpointId: "vpce-1", VpcId: VPC, ServiceName: SERVICE }] })
      .on(DescribeVpcEndpointsCommand, { VpcEndpointIds: ["vpce-2"] })
      .rejects(awsError("InvalidVpcEndpointId.NotFound"));
    const { endpoints, gone, targets } = await observer.everything(theEndpointSettings());
    expect([endpoints.map(({ id }) => id), gone]).toEqual([["vpce-1"], new Set(["vpce-2"])]);
    expect(targets[0]?.description).toBe("mirror/a");
    expect(ec2.commandCalls(DescribeVpcEndpointsCommand)).toHaveLength(3);
    // Any other refusal says nothing of the endpoint.
    ec2
      .on(DescribeVpcEndpointsCommand, { VpcEndpointIds: ["vpce-2"] })
      .rejects(awsError("RequestLimitExceeded"));
    await expect(observer.everything(theEndpointSettings())).rejects.toThrow();
  });

  it("looks at instances only where zones go by them", async () => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [ec2Instance()] }] });
    const { inhabited } = await observer.everything(theEndpointSettings({ zones: "instances" }));
    expect(inhabited).toEqual(new Set(ec2Instance().NetworkInterfaces?.map(({ SubnetId }) => SubnetId)));
  });

  it("takes a service that this account may not use for a fact, and any other failure for one to read", async () => {
    ec2.on(DescribeVpcEndpointServicesCommand).rejects(awsError("InvalidServiceName"));
    const { service } = await observer.everything(theEndpointSettings());
    expect(service).toMatchObject({ usable: false, code: "InvalidServiceName" });
    ec2.on(DescribeVpcEndpointServicesCommand).rejects(awsError("RequestLimitExceeded"));
    await expect(observer.everything(theEndpointSettings())).rejects.toThrow();
  });

  it("of no VPC asks for neither subnets nor the service: a drain needs neither", async () => {
    await observer.everything(theEndpointSettings({ vpcIds: [] }));
    expect(calls()).toEqual(["DescribeTrafficMirrorTargets", "DescribeVpcEndpoints"]);
  });
});

it("the VPCs of instances are those of their interfaces, and what EC2 does not show yet is said", async () => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [ec2Instance()] }] });
  const [nic] = ec2Instance().NetworkInterfaces ?? [];
  expect(await observer.vpcsOf(["i-1", "i-2"])).toEqual({ vpcIds: new Set([nic?.VpcId]), unseen: ["i-2"] });
});
