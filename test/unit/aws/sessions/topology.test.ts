import {
  DescribeTrafficMirrorTargetsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createTopologySource } from "../../../../functions/aws/sessions/topology.js";
import { nothingReceives } from "../../../../functions/core/model.js";
import { aPolicy } from "../../../support/builders.js";
import { aClock } from "../../../support/fakes.js";
import { awsError } from "../../../support/ec2.js";

const ec2 = mockClient(EC2Client);

function topology() {
  const clock = aClock();
  const receivers = {
    read: async () => nothingReceives.receivers,
    unhealthyTargets: async () => new Set<string>(),
  };
  return {
    clock,
    source: createTopologySource(new EC2Client({ region: "eu-west-1" }), receivers, clock, "111122223333"),
  };
}

beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeTrafficMirrorTargetsCommand).resolves({
    TrafficMirrorTargets: [{ TrafficMirrorTargetId: "tmt-a", GatewayLoadBalancerEndpointId: "vpce-1" }],
  });
  ec2.on(DescribeVpcEndpointsCommand).resolves({
    VpcEndpoints: [{ VpcEndpointId: "vpce-1", ServiceName: "hub", State: "Available" }],
  });
});

describe("the topology", () => {
  it("is two reads: targets, and the Gateway Load Balancer endpoints that tell whose they are", async () => {
    const { targets } = await topology().source.read(aPolicy());
    expect(targets).toMatchObject([{ id: "tmt-a", endpoint: { service: "hub", available: true } }]);
    expect(ec2.calls()).toHaveLength(2);
    expect(ec2.commandCalls(DescribeVpcEndpointsCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: "vpc-endpoint-type", Values: ["GatewayLoadBalancer"] },
    ]);
  });

  it("reads every page of both", async () => {
    ec2
      .on(DescribeTrafficMirrorTargetsCommand)
      .resolvesOnce({ TrafficMirrorTargets: [{ TrafficMirrorTargetId: "tmt-1" }], NextToken: "2" })
      .resolves({ TrafficMirrorTargets: [{ TrafficMirrorTargetId: "tmt-2" }] });
    expect((await topology().source.read(aPolicy())).targets.map(({ id }) => id)).toEqual(["tmt-1", "tmt-2"]);
  });

  it("is kept for a minute and no longer", async () => {
    const { source, clock } = topology();
    await source.read(aPolicy());
    clock.advance(59_999);
    await source.read(aPolicy());
    expect(ec2.calls()).toHaveLength(2);
    clock.advance(1);
    await source.read(aPolicy());
    expect(ec2.calls()).toHaveLength(4);
  });

  it("is read anew after a write named something that is not there any more", async () => {
    const { source } = topology();
    await source.read(aPolicy());
    source.forget();
    await source.read(aPolicy());
    expect(ec2.calls()).toHaveLength(4);
  });

  it("is not made of half an answer", async () => {
    ec2.on(DescribeVpcEndpointsCommand).rejects(awsError("InternalError", 500));
    await expect(topology().source.read(aPolicy())).rejects.toThrow("InternalError");
  });
});
