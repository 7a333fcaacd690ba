import {
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
  TargetGroupNotFoundException,
  type TargetHealthDescription,
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
  `arn:aws:elasticloadbalancing:eu-west-1:${account}:loadbalancer/gwy/${name}/0123456789abcdef`;
const inZone = (zone: "a" | "b", service = SERVICE): Target => ({
  id: `tmt-${zone}`,
  kind: "endpoint",
  endpoint: { id: `vpce-${zone}`, service, available: true, subnetId: `subnet-${zone}` },
  tags: {},
});
const targets = [inZone("a"), inZone("b")];

/** Registered by instance id; EC2 says in which zone each is. */
const node = (Id: string, State?: TargetHealthDescription["TargetHealth"]): TargetHealthDescription => ({
  Target: { Id },
  ...(State && { TargetHealth: State }),
});
const healthy = (id: string) => node(id, { State: "healthy" });
const sick = (id: string) => node(id, { State: "unhealthy" });
const address = (zone?: string): TargetHealthDescription => ({
  Target: { Id: "10.0.0.5", ...(zone !== undefined && { AvailabilityZone: zone }) },
  TargetHealth: { State: "healthy" },
});

function nodesAre(...TargetHealthDescriptions: TargetHealthDescription[]) {
  return elb.on(DescribeTargetHealthCommand).resolves({ TargetHealthDescriptions });
}

function crossZoneIs(...values: string[]) {
  const Attributes = values.map((Value) => ({ Key: "load_balancing.cross_zone.enabled", Value }));
  return elb.on(DescribeLoadBalancerAttributesCommand).resolves({ Attributes });
}

function servedBy(...GatewayLoadBalancerArns: string[]) {
  return ec2.on(DescribeVpcEndpointServiceConfigurationsCommand).resolves({
    ServiceConfigurations: [{ ServiceName: SERVICE, GatewayLoadBalancerArns }],
  });
}

function source() {
  const clock = aClock();
  const clients = [new EC2Client({}), new ElasticLoadBalancingV2Client({})] as const;
  const receivers = createReceiverSource(...clients, clock, ACCOUNT);
  const services = new Set([SERVICE, OTHER_SERVICE]);
  return {
    clock,
    read: () => receivers.read(targets, services),
    unhealthy: (of: readonly Target[] = targets) => receivers.unhealthyTargets(of, services),
  };
}

const nobody = new Set<string>();

beforeEach(() => {
  ec2.reset();
  elb.reset();
  servedBy(arnOf("hub"));
  const placed = (id: string, zone: string) =>
    ec2Instance({ InstanceId: id, Placement: { AvailabilityZone: `eu-west-1${zone}` } });
  ec2
    .on(DescribeInstancesCommand)
    .resolves({ Reservations: [{ Instances: [placed("i-a", "a"), placed("i-b", "b")] }] });
  ec2.on(DescribeSubnetsCommand).resolves({
    Subnets: [
      { SubnetId: "subnet-a", AvailabilityZone: "eu-west-1a" },
      { SubnetId: "subnet-b", AvailabilityZone: "eu-west-1b" },
    ],
  });
  elb.on(DescribeTargetGroupsCommand).resolves({ TargetGroups: [{ TargetGroupArn: "arn:tg" }] });
  nodesAre(healthy("i-a"), sick("i-b"));
  crossZoneIs("false");
});

describe("targets in a zone without a healthy node", () => {
  it("are those whose endpoint is there, where the load balancer does not cross zones", async () => {
    expect(await source().unhealthy()).toEqual(new Set(["tmt-b"]));
  });

  it.each<[string, TargetHealthDescription[]]>([
    ["is only starting there", [healthy("i-a"), node("i-b", { State: "initial" })]],
    ["is only leaving", [healthy("i-a"), node("i-b", { State: "draining" })]],
    ["is not there at all", [healthy("i-a")]],
    ["is registered by its address elsewhere", [address("eu-west-1a")]],
  ])("are found where a node %s", async (_where, nodes) => {
    nodesAre(...nodes);
    expect(await source().unhealthy()).toEqual(new Set(["tmt-b"]));
  });

  it("are all of them where no node is healthy", async () => {
    nodesAre(sick("i-a"));
    expect(await source().unhealthy()).toEqual(new Set(["tmt-a", "tmt-b"]));
  });

  it("are none where the load balancer crosses zones, and no subnet is asked about", async () => {
    crossZoneIs("true");
    expect(await source().unhealthy()).toEqual(nobody);
    expect(ec2.commandCalls(DescribeSubnetsCommand)).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ["nothing checks a node", () => nodesAre(healthy("i-a"), node("i-b", { State: "unavailable" }))],
    ["a node's health is not told", () => nodesAre(healthy("i-a"), node("i-b"))],
    ["a healthy node's zone is not known", () => nodesAre(healthy("i-unknown"))],
    ["an address may be in any zone", () => nodesAre(address())],
    ["an address serves all zones", () => nodesAre(address("all"))],
    ["cross-zone load balancing is not told", () => crossZoneIs()],
    ["nothing serves the service", () => servedBy()],
    ["another account's load balancer serves it", () => servedBy(arnOf("hub", "444455556666"))],
    [
      "AWS does not tell what is behind it",
      () => elb.on(DescribeTargetGroupsCommand).rejects(awsError("AccessDenied", 403)),
    ],
    [
      "it is gone",
      () =>
        elb
          .on(DescribeTargetGroupsCommand)
          .rejects(new LoadBalancerNotFoundException({ $metadata: {}, message: "" })),
    ],
    [
      "its target group is gone",
      () =>
        elb
          .on(DescribeTargetHealthCommand)
          .rejects(new TargetGroupNotFoundException({ $metadata: {}, message: "" })),
    ],
    ["the endpoint's subnet is not shown", () => ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [] })],
  ])("are none where %s", async (_why, arrange) => {
    arrange();
    expect(await source().unhealthy()).toEqual(nobody);
  });

  it("are served where one of the service's load balancers serves their zone", async () => {
    servedBy(arnOf("one"), arnOf("two"));
    for (const name of ["one", "two"]) {
      elb
        .on(DescribeTargetGroupsCommand, { LoadBalancerArn: arnOf(name) })
        .resolves({ TargetGroups: [{ TargetGroupArn: `arn:tg-${name}` }] });
    }
    const behind = (name: string, id: string) =>
      elb
        .on(DescribeTargetHealthCommand, { TargetGroupArn: `arn:tg-${name}` })
        .resolves({ TargetHealthDescriptions: [healthy(id)] });
    behind("one", "i-a");
    behind("two", "i-b");
    expect(await source().unhealthy()).toEqual(nobody);
    behind("two", "i-a");
    expect(await source().unhealthy()).toEqual(new Set(["tmt-b"]));
  });

  it("are never those of another service, or without a subnet", async () => {
    const bare: Target = { ...inZone("b"), endpoint: { id: "vpce-b", service: SERVICE, available: true } };
    expect(await source().unhealthy([inZone("b", OTHER_SERVICE), bare])).toEqual(nobody);
  });

  it("cost one call for the load balancer and one for the subnets every five minutes, and an event none", async () => {
    const { clock, read, unhealthy } = source();
    const extra = () => [
      elb.commandCalls(DescribeLoadBalancerAttributesCommand).length,
      ec2.commandCalls(DescribeSubnetsCommand).length,
    ];
    await read();
    expect(extra()).toEqual([0, 0]);
    for (let minute = 0; minute < 5; minute += 1) {
      await unhealthy();
      clock.advance(60_000);
    }
    expect(extra()).toEqual([1, 1]);
    nodesAre(healthy("i-a"), healthy("i-b"));
    expect(await unhealthy()).toEqual(nobody);
    expect(extra()).toEqual([2, 2]);
  });

  it("are not known from a health that is older than five minutes, nor where AWS refuses", async () => {
    const { clock, unhealthy } = source();
    expect(await unhealthy()).toEqual(new Set(["tmt-b"]));
    clock.advance(300_000);
    elb.on(DescribeTargetHealthCommand).rejects(awsError("ThrottlingException"));
    expect(await unhealthy()).toBeUndefined();
    elb.on(DescribeLoadBalancerAttributesCommand).rejects(awsError("AccessDenied", 403));
    nodesAre(healthy("i-a"));
    await expect(unhealthy()).rejects.toThrow("AccessDenied");
    crossZoneIs("false");
    expect(await unhealthy()).toEqual(new Set(["tmt-b"]));
  });
});
