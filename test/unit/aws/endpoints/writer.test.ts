import {
  CreateVpcEndpointCommand,
  DeleteVpcEndpointsCommand,
  DescribeTrafficMirrorTargetsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { classifyCode } from "../../../../functions/aws/endpoints/errors.js";
import { createEndpointWriter } from "../../../../functions/aws/endpoints/writer.js";
import { awsError } from "../../../support/ec2.js";
import { A, SERVICE, VPC } from "../../../support/endpoint-builders.js";
import { aClock } from "../../../support/fakes.js";

const ec2 = mockClient(EC2Client);
let slowed: string[] = [];
const pace = (name: string) => ({ turn: async () => true, slowDown: () => slowed.push(name) });
const paces = { "create-endpoint": pace("create"), "delete-endpoint": pace("delete"), other: pace("other") };
const client = new EC2Client({ region: "eu-west-1" });
let clock = aClock();
let writer = createEndpointWriter(client, paces, clock);
const sent = (): unknown => ec2.calls()[0]?.args[0].input;
const done = { kind: "done", value: undefined };
const tags = { Name: "mirror/a" };
const Tags = [{ Key: "Name", Value: "mirror/a" }];
const request = { service: SERVICE, vpcId: VPC, subnetId: "subnet-a", token: "t-0", tags };

beforeEach(() => {
  clock = aClock();
  writer = createEndpointWriter(client, paces, clock);
  ec2.reset();
  slowed = [];
  ec2.onAnyCommand().resolves({});
});

describe("a write", () => {
  it("makes an endpoint under our token, tagged from its first moment", async () => {
    expect(await writer.createEndpoint(request)).toEqual(done);
    expect(sent()).toEqual({
      VpcEndpointType: "GatewayLoadBalancer",
      ServiceName: SERVICE,
      VpcId: VPC,
      SubnetIds: ["subnet-a"],
      ClientToken: "t-0",
      TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags }],
    });
  });

  it("makes a target of it in the same way", async () => {
    const target = {
      kind: "create-target",
      vpcId: VPC,
      zone: A,
      endpointId: "vpce-1",
      token: "t",
      tags,
      reason: "zone-needed",
    } as const;
    await writer.createTarget(target);
    expect(sent()).toEqual({
      GatewayLoadBalancerEndpointId: "vpce-1",
      Description: "mirror/a",
      ClientToken: "t",
      TagSpecifications: [{ ResourceType: "traffic-mirror-target", Tags }],
    });
  });

  it("takes tags off by their keys", async () => {
    await writer.untag("vpce-1", ["traffic-mirror:leaving"]);
    expect(sent()).toEqual({ Resources: ["vpce-1"], Tags: [{ Key: "traffic-mirror:leaving" }] });
  });

  it("that deletes what is gone has done its work", async () => {
    ec2.onAnyCommand().rejects(awsError("InvalidTrafficMirrorTargetId.NotFound"));
    expect(await writer.deleteTarget("tmt-1")).toEqual(done);
  });

  it("that deletes several endpoints answers for each", async () => {
    ec2.on(DeleteVpcEndpointsCommand).resolves({
      Unsuccessful: [
        { ResourceId: "vpce-2", Error: { Code: "InvalidState", Message: "a target names it" } },
        { ResourceId: "vpce-3", Error: { Code: "InvalidVpcEndpointId.NotFound", Message: "" } },
      ],
    });
    expect(await writer.deleteEndpoints(["vpce-1", "vpce-2", "vpce-3"])).toEqual([
      done,
      { kind: "conflict", code: "InvalidState", message: "a target names it" },
      done,
    ]);
  });

  it("that is throttled slows its own bucket down", async () => {
    ec2.on(CreateVpcEndpointCommand).rejects(awsError("RequestLimitExceeded"));
    expect(await writer.createEndpoint(request)).toMatchObject({ kind: "throttled" });
    expect(slowed).toEqual(["create"]);
  });
});

describe("a call that our role may not make, on what is there by its tag alone", () => {
  const endpoints = (ids: readonly string[]) =>
    ec2
      .on(DescribeVpcEndpointsCommand)
      .resolves({ VpcEndpoints: ids.map((VpcEndpointId) => ({ VpcEndpointId })) });
  const targets = (ids: readonly string[]) =>
    ec2
      .on(DescribeTrafficMirrorTargetsCommand)
      .resolves({ TrafficMirrorTargets: ids.map((TrafficMirrorTargetId) => ({ TrafficMirrorTargetId })) });
  const calls = {
    "delete a target": async () => [await writer.deleteTarget("tmt-1")],
    "delete endpoints": () => writer.deleteEndpoints(["vpce-1"]),
    "tag a target": async () => [await writer.tag("tmt-1", tags)],
    "untag an endpoint": async () => [await writer.untag("vpce-1", ["Name"])],
  };

  beforeEach(() => {
    ec2.onAnyCommand().rejects(awsError("UnauthorizedOperation"));
  });

  it.each([
    ["delete a target", "done"],
    ["delete endpoints", "done"],
    ["tag a target", "gone"],
    ["untag an endpoint", "gone"],
  ] as const)("is no missing permission when that is not there any more: %s", async (name, kind) => {
    endpoints([]);
    targets([]);
    expect(await calls[name]()).toMatchObject([{ kind }]);
  });

  it.each(Object.entries(calls))("is not permitted when that is there: %s", async (_, write) => {
    endpoints(["vpce-1"]);
    targets(["tmt-1"]);
    expect(await write()).toMatchObject([{ kind: "not-permitted", code: "UnauthorizedOperation" }]);
  });

  it.each(Object.entries(calls))("is not permitted when that cannot be looked at: %s", async (_, write) => {
    expect(await write()).toMatchObject([{ kind: "not-permitted" }]);
  });

  it("asks for those alone that were not permitted, once for all of them", async () => {
    endpoints(["vpce-2"]);
    const Unsuccessful = ["vpce-2", "vpce-3"].map((ResourceId) => ({
      ResourceId,
      Error: { Code: "UnauthorizedOperation", Message: "" },
    }));
    ec2.on(DeleteVpcEndpointsCommand).resolves({ Unsuccessful });
    expect(await writer.deleteEndpoints(["vpce-1", "vpce-2", "vpce-3"])).toMatchObject([
      { kind: "done" },
      { kind: "not-permitted" },
      { kind: "done" },
    ]);
    const reads = ec2.commandCalls(DescribeVpcEndpointsCommand).map((call) => call.args[0].input.Filters);
    expect(reads).toEqual([
      [
        { Name: "vpc-endpoint-type", Values: ["GatewayLoadBalancer"] },
        { Name: "vpc-endpoint-id", Values: ["vpce-2", "vpce-3"] },
      ],
      // What the first list shows, when lists are current.
      [
        { Name: "vpc-endpoint-type", Values: ["GatewayLoadBalancer"] },
        { Name: "vpc-endpoint-id", Values: ["vpce-2"] },
      ],
    ]);
    expect(clock.slept).toEqual([3_500]);
  });
});

describe("what AWS said", () => {
  it.each([
    ["InvalidServiceName", "service"],
    ["InsufficientFreeAddressesInSubnet", "no-address"],
    ["VpcEndpointLimitExceeded", "quota"],
    ["TrafficMirrorTargetInUse", "conflict"],
    ["IdempotentParameterMismatch", "conflict"],
    ["DuplicateSubnetsInSameZone", "conflict"],
    ["InvalidParameter", "refused"],
    ["InvalidVpcEndpointId.NotFound", "gone"],
    ["UnauthorizedOperation", "not-permitted"],
    ["SomethingNew", "transient"],
  ])("%s is %s", (code, kind) => {
    expect(classifyCode(code, "words")).toEqual({ kind, code, message: "words" });
  });
});
