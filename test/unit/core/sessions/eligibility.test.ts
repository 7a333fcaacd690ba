import { describe, expect, it } from "@jest/globals";
import { loopRefusal, typeRefusal } from "../../../../functions/core/sessions/eligibility.js";
import { managedKindOf } from "../../../../functions/core/sessions/managed-interfaces.js";
import { typeSupport } from "../../../../functions/core/sessions/instance-types.js";
import { aPolicy, aSource, aTopology } from "../../../support/builders.js";

const refusalOf = (source: ReturnType<typeof aSource>, options: object = {}) =>
  typeRefusal(source, aTopology(), aPolicy({ options }).options);

const taskEni = "arn:aws:ecs:eu-west-1:111122223333:attachment/5f2a3d9e-0c1b-4e7a-9d55-1c2b3a4d5e6f";

describe("an interface is refused", () => {
  it.each([
    "lambda",
    "nat_gateway",
    "natGateway",
    "network_load_balancer",
    "gateway_load_balancer_endpoint",
    "vpc_endpoint",
    "transit_gateway",
    "trunk",
    "branch",
    "efa",
    "something-that-ec2-adds-later",
  ])("for its type: %s", (type) => {
    expect(refusalOf(aSource({ type }))).toBe("interface-type");
  });

  it("without an IPv4 address", () => {
    expect(refusalOf(aSource({ addresses: [] }))).toBe("ipv6-only");
  });

  it("for the type of its instance", () => {
    const t2 = aSource({ instance: { type: "t2.micro" } });
    expect(refusalOf(t2, { instance_types: { "t2.*": false } })).toBe("instance-type");
    expect(refusalOf(t2)).toBeUndefined();
  });

  it("as a Fargate task's until that is switched on", () => {
    const source = aSource({ instance: null, requester: "amazon-ecs", description: taskEni });
    expect(refusalOf(source)).toBe("fargate");
    expect(refusalOf(source, { fargate: true })).toBeUndefined();
  });

  it.each([
    ["amazon-rds", "rds"],
    ["amazon-elasticache", "elasticache"],
  ])("as %s's until that is switched on, each by itself", (requester, key) => {
    const source = aSource({ instance: null, requester });
    const other = key === "rds" ? "elasticache" : "rds";
    expect(refusalOf(source)).toBe("requester-managed");
    expect(refusalOf(source, { requester_managed: { [other]: true } })).toBe("requester-managed");
    expect(refusalOf(source, { requester_managed: { [key]: true } })).toBeUndefined();
  });

  it("as any other service's, whatever is switched on", () => {
    const options = { fargate: true, requester_managed: { rds: true, elasticache: true } };
    expect(refusalOf(aSource({ instance: null, requester: "amazon-aws" }), options)).toBe(
      "requester-managed",
    );
  });
});

describe("an interface is not refused", () => {
  it("when a supported instance has it", () => {
    expect(refusalOf(aSource())).toBeUndefined();
  });

  it("as a Fargate task's when an instance has it, whatever its description says", () => {
    expect(managedKindOf(aSource({ description: taskEni }))).toBeUndefined();
    expect(refusalOf(aSource({ description: taskEni }))).toBeUndefined();
  });
});

describe("instance types", () => {
  it.each([
    "m5.large",
    "t3.nano",
    "m7i-flex.2xlarge",
    "u-24tb1.112xlarge",
    "u7inh-32tb.480xlarge",
    "mac2-m2pro.metal",
  ])("supported: %s", (type) => expect(typeSupport(type, {})).toBe("yes"));

  it.each(["t2.micro", "m8g.large", "c7gn.large", "hpc7g.4xlarge", "i7ie.large", "", "m5", "M5.large"])(
    "not listed, hence tried: %s",
    (type) => expect(typeSupport(type, {})).toBe(type === "m5" ? "yes" : "unknown"),
  );

  it("of bare metal are supported in some families only", () => {
    expect(typeSupport("m5.metal", {})).toBe("yes");
    expect(typeSupport("c6g.metal", {})).toBe("yes");
    expect(typeSupport("m6i.metal", {})).toBe("unknown");
    expect(typeSupport("m7i.metal-24xl", {})).toBe("unknown");
    expect(typeSupport("m6i.large", {})).toBe("yes");
  });

  it("can be allowed and forbidden by the policy", () => {
    expect(typeSupport("m8g.large", { "m8g.*": true })).toBe("yes");
    expect(typeSupport("m5.large", { "m5.large": false })).toBe("no");
    expect(typeSupport("m5.xlarge", { "m5.large": false })).toBe("yes");
  });

  it("follow the longest pattern that matches, in whatever order they are written", () => {
    const wide = { "*": false, "m8g.*": true, "m8g.metal*": false };
    const narrow = { "m8g.metal*": false, "m8g.*": true, "*": false };
    for (const overrides of [wide, narrow]) {
      expect(typeSupport("m8g.large", overrides)).toBe("yes");
      expect(typeSupport("m8g.metal-24xl", overrides)).toBe("no");
      expect(typeSupport("m5.large", overrides)).toBe("no");
    }
  });

  it("take a dot for a dot and a pattern for the whole type", () => {
    expect(typeSupport("m8gxlarge", { "m8g.large": true, "m8g.*": true })).toBe("unknown");
    expect(typeSupport("xm8g.large", { "m8g.*": true })).toBe("unknown");
  });

  it("takes ? for one character, as the input's description says", () => {
    expect(typeSupport("m8g.large", { "m8?.large": true })).toBe("yes");
    expect(typeSupport("m8gd.large", { "m8?.large": true })).toBe("unknown");
    expect(typeSupport("m8gd.2xlarge", { "m8??.?xlarge": true })).toBe("yes");
    expect(typeSupport("m8.large", { "m8?.large": true })).toBe("unknown");
  });
});

describe("a loop is refused", () => {
  it("when the interface is itself a target", () => {
    const topology = aTopology([], { interfaceIds: new Set(["eni-1"]) });
    expect(loopRefusal(aSource(), topology)).toBe("is-target");
    expect(loopRefusal(aSource({ id: "eni-2" }), topology)).toBeUndefined();
  });

  it("when its instance is registered behind a target", () => {
    const topology = aTopology([], { instanceIds: new Set(["i-1"]) });
    expect(loopRefusal(aSource(), topology)).toBe("behind-target");
    expect(loopRefusal(aSource({ instance: { id: "i-2" } }), topology)).toBeUndefined();
    expect(loopRefusal(aSource({ instance: null }), topology)).toBeUndefined();
  });

  it("when one of its addresses is registered behind a target", () => {
    const topology = aTopology([], { addresses: new Set(["vpc-1 10.0.0.11"]) });
    const source = aSource({ addresses: ["10.0.0.10", "10.0.0.11"] });
    expect(loopRefusal(source, topology)).toBe("behind-target");
    expect(loopRefusal({ ...source, vpcId: "vpc-2" }, topology)).toBeUndefined();
    expect(loopRefusal(aSource(), topology)).toBeUndefined();
  });

  it("when its autoscaling group has members behind a target, before it is registered itself", () => {
    const topology = aTopology([], { autoscalingGroups: new Set(["capture"]) });
    const member = aSource({ instance: { tags: { "aws:autoscaling:groupName": "capture" } } });
    expect(loopRefusal(member, topology)).toBe("behind-target");
  });
});
