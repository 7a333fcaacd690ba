import {
  DescribeInstancesCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createReceiverSource } from "../../../../functions/aws/sessions/receivers.js";
import type { Target } from "../../../../functions/core/model.js";
import { OTHER_SERVICE, SERVICE } from "../../../support/builders.js";
import { aClock } from "../../../support/fakes.js";
import { awsError, ec2Instance } from "../../../support/ec2.js";

const ec2 = mockClient(EC2Client);
const elb = mockClient(ElasticLoadBalancingV2Client);
const ACCOUNT = "111122223333";
const arnOf = (name: string, account = ACCOUNT) =>
  `arn:aws:elasticloadbalancing:eu-west-1:${account}:loadbalancer/${name}/0123456789abcdef`;
const nlb: Target = { id: "tmt-nlb", kind: "load-balancer", loadBalancerArn: arnOf("net/nlb"), tags: {} };
const hub = new Set([SERVICE]);

function receivers() {
  const clock = aClock();
  const region = "eu-west-1";
  const source = createReceiverSource(
    new EC2Client({ region }),
    new ElasticLoadBalancingV2Client({ region }),
    clock,
    ACCOUNT,
  );
  return { clock, source };
}

beforeEach(() => {
  ec2.reset();
  elb.reset();
  ec2.on(DescribeVpcEndpointServiceConfigurationsCommand).resolves({
    ServiceConfigurations: [
      { ServiceName: SERVICE, GatewayLoadBalancerArns: [arnOf("gwy/hub")] },
      { ServiceName: OTHER_SERVICE, GatewayLoadBalancerArns: [arnOf("gwy/firewall")] },
    ],
  });
  const member = ec2Instance({ Tags: [{ Key: "aws:autoscaling:groupName", Value: "capture" }] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [member] }] });
  for (const [kind, name] of [
    ["gwlb", "gwy/hub"],
    ["nlb", "net/nlb"],
  ] as const) {
    elb
      .on(DescribeTargetGroupsCommand, { LoadBalancerArn: arnOf(name) })
      .resolves({ TargetGroups: [{ TargetGroupArn: `arn:tg-${kind}`, VpcId: "vpc-1" }] });
  }
  elb.on(DescribeTargetHealthCommand, { TargetGroupArn: "arn:tg-gwlb" }).resolves({
    TargetHealthDescriptions: [{ Target: { Id: "i-1" } }],
  });
  elb.on(DescribeTargetHealthCommand, { TargetGroupArn: "arn:tg-nlb" }).resolves({
    TargetHealthDescriptions: [{ Target: { Id: "10.0.0.5" } }],
  });
});

describe("what stands behind targets", () => {
  it("is registered behind load balancers that are targets or serve this account's endpoint services", async () => {
    expect(await receivers().source.read([nlb], hub)).toEqual({
      instanceIds: new Set(["i-1"]),
      addresses: new Set(["vpc-1 10.0.0.5"]),
      autoscalingGroups: new Set(["capture"]),
      interfaceIds: new Set(),
      unread: [],
    });
  });

  it("costs an account without any one call", async () => {
    ec2.on(DescribeVpcEndpointServiceConfigurationsCommand).resolves({});
    expect((await receivers().source.read([], hub)).instanceIds.size).toBe(0);
    expect(ec2.calls()).toHaveLength(1);
    expect(elb.calls()).toHaveLength(0);
  });

  it("is read anew every five minutes", async () => {
    const { source, clock } = receivers();
    await source.read([], hub);
    const once = ec2.calls().length;
    clock.advance(299_999);
    await source.read([], hub);
    expect(ec2.calls()).toHaveLength(once);
    clock.advance(1);
    await source.read([], hub);
    expect(ec2.calls()).toHaveLength(2 * once);
  });

  it("is read anew after seconds where EC2 does not show a registered node yet, whose group nobody knows then", async () => {
    const { source, clock } = receivers();
    const member = ec2Instance({ Tags: [{ Key: "aws:autoscaling:groupName", Value: "capture" }] });
    ec2
      .on(DescribeInstancesCommand)
      .resolvesOnce({ Reservations: [] })
      .resolves({ Reservations: [{ Instances: [member] }] });
    const early = await source.read([], hub);
    expect([early.instanceIds, early.autoscalingGroups]).toEqual([new Set(["i-1"]), new Set()]);
    clock.advance(9_999);
    expect((await source.read([], hub)).autoscalingGroups).toEqual(new Set());
    clock.advance(1);
    expect((await source.read([], hub)).autoscalingGroups).toEqual(new Set(["capture"]));
    const calls = ec2.calls().length;
    clock.advance(299_999);
    await source.read([], hub);
    expect(ec2.calls()).toHaveLength(calls);
  });

  it("is nothing behind a load balancer that is gone", async () => {
    const gone = new LoadBalancerNotFoundException({ $metadata: {}, message: "not found" });
    elb.on(DescribeTargetGroupsCommand, { LoadBalancerArn: arnOf("net/nlb") }).rejects(gone);
    expect((await receivers().source.read([nlb], hub)).instanceIds).toEqual(new Set(["i-1"]));
  });

  it("stays what it was while it cannot be read, so that mirroring goes on", async () => {
    const { source, clock } = receivers();
    const known = await source.read([nlb], hub);
    clock.advance(600_000);
    elb.on(DescribeTargetHealthCommand).rejects(awsError("ThrottlingException"));
    expect(await source.read([nlb], hub)).toEqual(known);
  });

  it("is not asked of another account's load balancer, whose target this one sees through RAM", async () => {
    const shared = {
      ...nlb,
      loadBalancerArn: arnOf("net/sensors", "444455556666"),
      otherAccount: true,
    } as const;
    const { unread, instanceIds } = await receivers().source.read([shared], hub);
    expect([unread, instanceIds]).toEqual([[], new Set(["i-1"])]);
    const asked = elb
      .commandCalls(DescribeTargetGroupsCommand)
      .map(({ args }) => args[0].input.LoadBalancerArn);
    expect(asked).toEqual([arnOf("gwy/hub")]);
  });

  it.each([awsError("ValidationError"), awsError("AccessDenied", 403)])(
    "is not known behind a load balancer that AWS will not tell about, and known behind the others: %s",
    async (error) => {
      elb.on(DescribeTargetGroupsCommand, { LoadBalancerArn: arnOf("net/nlb") }).rejects(error);
      expect(await receivers().source.read([nlb], hub)).toMatchObject({
        instanceIds: new Set(["i-1"]),
        unread: [arnOf("net/nlb")],
      });
    },
  );

  it("is only what the services asked for have behind them, and the targets themselves", async () => {
    const sensor: Target = { id: "tmt-eni", kind: "interface", interfaceId: "eni-sensor", tags: {} };
    const { interfaceIds, instanceIds } = await receivers().source.read([sensor], new Set());
    expect([interfaceIds, instanceIds]).toEqual([new Set(["eni-sensor"]), new Set()]);
    expect(elb.calls()).toHaveLength(0);
  });

  it("is read anew at once when other targets are asked about", async () => {
    const { source } = receivers();
    await source.read([], hub);
    expect((await source.read([nlb], hub)).addresses).toEqual(new Set(["vpc-1 10.0.0.5"]));
  });

  it("is not guessed when it was never known and may be in a moment", async () => {
    elb.on(DescribeTargetGroupsCommand).rejects(awsError("ThrottlingException"));
    await expect(receivers().source.read([nlb], hub)).rejects.toThrow("ThrottlingException");
  });
});
