import type { VpcEndpoint } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "@jest/globals";
import {
  toInstance,
  toLoneSource,
  toSession,
  toSources,
  toTags,
  toTarget,
} from "../../../functions/aws/shapes.js";
import { ec2Instance, ec2Interface, ec2Session } from "../../support/ec2.js";

const ACCOUNT = "111122223333";

describe("an instance", () => {
  it("gives each of its interfaces its own facts", () => {
    const instance = ec2Instance({ interfaceIds: ["eni-1", "eni-2"], Tags: [{ Key: "Name", Value: "web" }] });
    expect(toSources(instance)).toEqual([
      expect.objectContaining({
        id: "eni-1",
        vpcId: "vpc-1",
        subnetId: "subnet-1",
        zone: "eu-west-1a",
        type: "interface",
        deviceIndex: 0,
        addresses: ["10.0.0.10"],
        instance: { id: "i-1", state: "running", type: "m5.large", tags: { Name: "web" } },
      }),
      expect.objectContaining({ id: "eni-2", deviceIndex: 1 }),
    ]);
  });

  it("may have an interface in another VPC than its own", () => {
    const nic = {
      NetworkInterfaceId: "eni-9",
      VpcId: "vpc-9",
      SubnetId: "subnet-9",
      Attachment: { DeviceIndex: 1 },
    };
    expect(toSources(ec2Instance({ NetworkInterfaces: [nic] }))).toMatchObject([{ vpcId: "vpc-9" }]);
  });

  it("of which half is missing is passed over, not thrown about", () => {
    expect(toSources({})).toEqual([]);
    expect(toSources(ec2Instance({ State: {} }))).toEqual([]);
    expect(toSources(ec2Instance({ NetworkInterfaces: [{ NetworkInterfaceId: "eni-1" }] }))).toEqual([]);
    expect(toInstance({ InstanceId: "i-1", State: { Name: "running" } })).toEqual({
      id: "i-1",
      state: "running",
      type: "",
      tags: {},
    });
  });

  it("without a Name tag or without tags is one like any other", () => {
    expect(toTags(undefined)).toEqual({});
    expect(toTags([{ Key: "Empty" }, { Key: "__proto__", Value: "x" }])).toEqual(
      Object.fromEntries([
        ["Empty", ""],
        ["__proto__", "x"],
      ]),
    );
  });

  it("in an IPv6-only subnet has no addresses of version 4", () => {
    const nic = { NetworkInterfaceId: "eni-1", VpcId: "vpc-1", SubnetId: "subnet-1" };
    expect(toSources(ec2Instance({ NetworkInterfaces: [nic] }))).toMatchObject([{ addresses: [] }]);
  });

  it("lists all addresses of an interface, the primary one first and once", () => {
    const nic = {
      NetworkInterfaceId: "eni-1",
      VpcId: "vpc-1",
      SubnetId: "subnet-1",
      PrivateIpAddress: "10.0.0.2",
      PrivateIpAddresses: [{ PrivateIpAddress: "10.0.0.9" }, { PrivateIpAddress: "10.0.0.2" }],
    };
    expect(toSources(ec2Instance({ NetworkInterfaces: [nic] }))).toMatchObject([
      { addresses: ["10.0.0.2", "10.0.0.9"] },
    ]);
  });
});

describe("an interface by itself", () => {
  it("names the service that made it only when a service did", () => {
    expect(toLoneSource(ec2Interface({ RequesterId: "111122223333" }), ACCOUNT)).not.toHaveProperty(
      "requester",
    );
    expect(
      toLoneSource(ec2Interface({ RequesterManaged: true, RequesterId: "amazon-rds" }), ACCOUNT),
    ).toMatchObject({
      requester: "amazon-rds",
    });
    expect(toLoneSource(ec2Interface({ RequesterManaged: true }), ACCOUNT)).toMatchObject({
      requester: "unknown",
    });
  });

  it("is detached by EC2's own word alone, and not seen whole while its instance is not", () => {
    const attached = ec2Interface({ Attachment: { InstanceId: "i-1", DeviceIndex: 0 } });
    const instance = { id: "i-1", state: "running", type: "m5.large", tags: {} } as const;
    expect(toLoneSource(ec2Interface(), ACCOUNT)).toMatchObject({ attachment: "detached" });
    expect(toLoneSource(ec2Interface({ Status: "in-use" }), ACCOUNT)).toMatchObject({
      attachment: "not-seen",
    });
    expect(toLoneSource(attached, ACCOUNT)).toMatchObject({ attachment: "not-seen" });
    expect(toLoneSource(attached, ACCOUNT, new Map([["i-1", instance]]))).toMatchObject({
      attachment: "attached",
      instance,
    });
    const ofATask = ec2Interface({ Attachment: { InstanceOwnerId: "amazon-aws", DeviceIndex: 1 } });
    expect(toLoneSource(ofATask, ACCOUNT)).toMatchObject({ attachment: "attached" });
  });

  it("in a shared subnet may be another account's", () => {
    const theirs = ec2Interface({ OwnerId: "444455556666" });
    expect(toLoneSource(theirs, ACCOUNT)).toMatchObject({ otherAccount: true });
    expect(toLoneSource(ec2Interface({ OwnerId: ACCOUNT }), ACCOUNT)).not.toHaveProperty("otherAccount");
  });

  it("without its ids is none", () => {
    expect(toLoneSource({}, ACCOUNT)).toBeUndefined();
  });
});

describe("a session", () => {
  it("is taken over field by field", () => {
    expect(toSession(ec2Session({ PacketLength: 128 }))).toEqual({
      id: "tms-1",
      interfaceId: "eni-1",
      targetId: "tmt-a",
      filterId: "tmf-1",
      number: 1,
      vni: 4711,
      packetLength: 128,
      tags: { "traffic-mirror:controller": "mirror", "traffic-mirror:rule": "all" },
    });
    expect(toSession(ec2Session())).not.toHaveProperty("packetLength");
  });

  it("without what we cannot do without is none", () => {
    expect(toSession({ TrafficMirrorSessionId: "tms-1" })).toBeUndefined();
  });
});

describe("a target", () => {
  // EC2 answers states in lower case, though its model says otherwise.
  const endpoints = new Map<string, VpcEndpoint>([
    ["vpce-1", { ServiceName: "com.amazonaws.vpce.hub", State: "available" as "Available" }],
  ]);

  it("in front of an endpoint knows the endpoint's service and state", () => {
    const target = { TrafficMirrorTargetId: "tmt-a", GatewayLoadBalancerEndpointId: "vpce-1" };
    const endpoint = { id: "vpce-1", service: "com.amazonaws.vpce.hub", available: true };
    expect(toTarget(target, endpoints, ACCOUNT)).toEqual({
      id: "tmt-a",
      kind: "endpoint",
      endpoint,
      tags: {},
    });
  });

  it.each([
    ["Available", true],
    ["available", true],
    ["pendingAcceptance", false],
    ["deleting", false],
    ["rejected", false],
  ])("takes an endpoint in state %s for available: %s", (State, available) => {
    const described = new Map<string, VpcEndpoint>([["vpce-1", { State: State as "Available" }]]);
    const target = { TrafficMirrorTargetId: "tmt-a", GatewayLoadBalancerEndpointId: "vpce-1" };
    expect(toTarget(target, described, ACCOUNT)).toMatchObject({ endpoint: { available } });
  });

  it("whose endpoint is gone has none", () => {
    const target = { TrafficMirrorTargetId: "tmt-a", GatewayLoadBalancerEndpointId: "vpce-2" };
    expect(toTarget(target, endpoints, ACCOUNT)).toEqual({ id: "tmt-a", kind: "endpoint", tags: {} });
  });

  it("may be an interface or a load balancer", () => {
    const arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/a/1";
    expect(
      toTarget({ TrafficMirrorTargetId: "tmt-b", NetworkInterfaceId: "eni-1" }, endpoints, ACCOUNT),
    ).toMatchObject({
      kind: "interface",
      interfaceId: "eni-1",
    });
    expect(
      toTarget({ TrafficMirrorTargetId: "tmt-c", NetworkLoadBalancerArn: arn }, endpoints, ACCOUNT),
    ).toMatchObject({
      kind: "load-balancer",
      loadBalancerArn: arn,
    });
    expect(toTarget({}, endpoints, ACCOUNT)).toBeUndefined();
  });
});
