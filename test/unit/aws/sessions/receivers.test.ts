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
import { aClock } from "../../../support/fakes.js";
import { awsError, ec2Instance } from "../../../support/ec2.js";

const ec2 = mockClient(EC2Client);
const elb = mockClient(ElasticLoadBalancingV2Client);
const nlb: Target = { id: "tmt-nlb", kind: "load-balancer", loadBalancerArn: "arn:nlb", tags: {} };

function receivers() {
  const clock = aClock();
  const region = "eu-west-1";
  const source = createReceiverSource(
    new EC2Client({ region }),
    new ElasticLoadBalancingV2Client({ region }),
    clock,
  );
  return { clock, source };
}

beforeEach(() => {
  ec2.reset();
  elb.reset();
  ec2.on(DescribeVpcEndpointServiceConfigurationsCommand).resolves({
    ServiceConfigurations: [{ GatewayLoadBalancerArns: ["arn:gwlb"] }],
  });
  const member = ec2Instance({ Tags: [{ Key: "aws:autoscaling:groupName", Value: "capture" }] });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [member] }] });
  for (const kind of ["gwlb", "nlb"]) {
    elb
      .on(DescribeTargetGroupsCommand, { LoadBalancerArn: `arn:${kind}` })
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
    expect(await receivers().source.read([nlb])).toEqual({
      instanceIds: new Set(["i-1"]),
      addresses: new Set(["vpc-1 10.0.0.5"]),
      autoscalingGroups: new Set(["capture"]),
    });
  });

  it("costs an account without any one call", async () => {
    ec2.on(DescribeVpcEndpointServiceConfigurationsCommand).resolves({});
    expect((await receivers().source.read([])).instanceIds.size).toBe(0);
    expect(ec2.calls()).toHaveLength(1);
    expect(elb.calls()).toHaveLength(0);
  });

  it("is read anew every five minutes", async () => {
    const { source, clock } = receivers();
    await source.read([]);
    const once = ec2.calls().length;
    clock.advance(299_999);
    await source.read([]);
    expect(ec2.calls()).toHaveLength(once);
    clock.advance(1);
    await source.read([]);
    expect(ec2.calls()).toHaveLength(2 * once);
  });

  it("is nothing behind a load balancer that is gone or another account's", async () => {
    const gone = new LoadBalancerNotFoundException({ $metadata: {}, message: "not found" });
    elb.on(DescribeTargetGroupsCommand, { LoadBalancerArn: "arn:nlb" }).rejects(gone);
    expect((await receivers().source.read([nlb])).instanceIds).toEqual(new Set(["i-1"]));
  });

  it("stays what it was while it cannot be read, so that mirroring goes on", async () => {
    const { source, clock } = receivers();
    const known = await source.read([nlb]);
    clock.advance(600_000);
    elb.on(DescribeTargetHealthCommand).rejects(awsError("ThrottlingException"));
    expect(await source.read([nlb])).toEqual(known);
  });

  it("is not guessed when it was never known", async () => {
    elb.on(DescribeTargetGroupsCommand).rejects(awsError("AccessDenied", 403));
    await expect(receivers().source.read([nlb])).rejects.toThrow("AccessDenied");
  });
});
