import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Params } from "../xml.js";
import {
  createBench,
  createEndpoint,
  createTarget,
  ids,
  items,
  offerService,
  OTHER,
  prepared,
  SERVICE,
  tagParams,
  text,
  VPC,
  WHERE,
  type Bench,
} from "../support/ec2.js";

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});

describe("filters and rules", () => {
  let filterId: string;
  const rule: Params = {
    TrafficDirection: "ingress",
    RuleNumber: "10",
    RuleAction: "accept",
    SourceCidrBlock: "0.0.0.0/0",
    DestinationCidrBlock: "10.0.0.0/8",
  };
  const addRule = (params: Params = {}) =>
    bench.ask("CreateTrafficMirrorFilterRule", { ...rule, TrafficMirrorFilterId: filterId, ...params });

  beforeEach(async () => {
    const made = await bench.ask("CreateTrafficMirrorFilter", tagParams({ a: "b" }, "traffic-mirror-filter"));
    filterId = text(made, "trafficMirrorFilter", "trafficMirrorFilterId") ?? "";
  });

  test("a filter shows its rules by direction, its services and its tags", async () => {
    await addRule({
      Protocol: "6",
      "DestinationPortRange.FromPort": "80",
      "DestinationPortRange.ToPort": "81",
    });
    await addRule({ TrafficDirection: "egress" });
    await bench.ask("ModifyTrafficMirrorFilterNetworkServices", {
      TrafficMirrorFilterId: filterId,
      "AddNetworkService.1": "amazon-dns",
    });
    const [filter] = items(await bench.ask("DescribeTrafficMirrorFilters"), "trafficMirrorFilterSet");
    expect(filter).toMatchObject({
      ingressFilterRuleSet: [
        { ruleNumber: "10", protocol: "6", destinationPortRange: { fromPort: "80", toPort: "81" } },
      ],
      egressFilterRuleSet: [{ ruleNumber: "10" }],
      networkServiceSet: ["amazon-dns"],
      tagSet: [{ key: "a", value: "b" }],
    });
  });

  test.each([
    ["one CIDR of each family", { SourceCidrBlock: "::/0" }, "InvalidParameterValue"],
    ["what is no CIDR", { SourceCidrBlock: "10.0.0.0" }, "InvalidParameterValue"],
    ["an unknown direction", { TrafficDirection: "both" }, "InvalidParameterValue"],
    ["no number", { RuleNumber: "" }, "InvalidParameterValue"],
    [
      "a port range upside down",
      { "SourcePortRange.FromPort": "9", "SourcePortRange.ToPort": "1" },
      "InvalidParameterValue",
    ],
  ])("a rule with %s is refused", async (_, params, code) => {
    await expect(addRule(params)).rejects.toThrow(code);
  });

  test("a rule's number is unique in its direction, also when it is changed", async () => {
    await addRule();
    await expect(addRule()).rejects.toThrow("TrafficMirrorFilterRuleAlreadyExists");
    const second = await addRule({ RuleNumber: "20" });
    const id = text(second, "trafficMirrorFilterRule", "trafficMirrorFilterRuleId") ?? "";
    const change = { TrafficMirrorFilterRuleId: id, RuleNumber: "10" };
    await expect(bench.ask("ModifyTrafficMirrorFilterRule", change)).rejects.toThrow("AlreadyExists");
  });

  test("rules are listed, changed and deleted on their own", async () => {
    const made = await addRule({ Protocol: "17", Description: "dns" });
    const id = text(made, "trafficMirrorFilterRule", "trafficMirrorFilterRuleId") ?? "";
    await bench.ask("ModifyTrafficMirrorFilterRule", {
      TrafficMirrorFilterRuleId: id,
      RuleAction: "reject",
      "RemoveField.1": "protocol",
    });
    const only = {
      TrafficMirrorFilterId: filterId,
      "Filter.1.Name": "rule-action",
      "Filter.1.Value.1": "reject",
    };
    const [found] = items(
      await bench.ask("DescribeTrafficMirrorFilterRules", only),
      "trafficMirrorFilterRuleSet",
    );
    expect(found).toMatchObject({ trafficMirrorFilterRuleId: id, description: "dns" });
    expect(found).not.toHaveProperty("protocol");
    await bench.ask("DeleteTrafficMirrorFilterRule", { TrafficMirrorFilterRuleId: id });
    await expect(
      bench.ask("DeleteTrafficMirrorFilterRule", { TrafficMirrorFilterRuleId: id }),
    ).rejects.toThrow("InvalidTrafficMirrorFilterRuleId.NotFound");
  });
});

describe("targets and Gateway Load Balancer endpoints", () => {
  test("a filter and a target in use cannot be deleted", async () => {
    const { interfaceIds, filterId, targetId } = await prepared(bench);
    await bench.ask("CreateTrafficMirrorSession", {
      NetworkInterfaceId: interfaceIds[0] ?? "",
      TrafficMirrorTargetId: targetId,
      TrafficMirrorFilterId: filterId,
      SessionNumber: "1",
    });
    const deleteTarget = () => bench.ask("DeleteTrafficMirrorTarget", { TrafficMirrorTargetId: targetId });
    const deleteFilter = () => bench.ask("DeleteTrafficMirrorFilter", { TrafficMirrorFilterId: filterId });
    await expect(deleteTarget()).rejects.toThrow("TrafficMirrorTargetInUse");
    await expect(deleteFilter()).rejects.toThrow("TrafficMirrorFilterInUse");
    bench.ec2.fleet.deleteInterface(WHERE, interfaceIds[0] ?? "");
    await deleteTarget();
    await deleteFilter();
  });

  test("an interface is a source or a target, never both, and a target of an interface has ten sources", async () => {
    const { interfaceIds, filterId, targetId } = await prepared(bench, 13);
    const [a = "", b = "", ...others] = interfaceIds;
    const made = await bench.ask("CreateTrafficMirrorTarget", { NetworkInterfaceId: a });
    const ofInterface = text(made, "trafficMirrorTarget", "trafficMirrorTargetId") ?? "";
    const mirror = (source: string, target: string) =>
      bench.ask("CreateTrafficMirrorSession", {
        NetworkInterfaceId: source,
        TrafficMirrorTargetId: target,
        TrafficMirrorFilterId: filterId,
        SessionNumber: "1",
      });
    await expect(mirror(a, targetId)).rejects.toThrow("is traffic mirror target");
    await mirror(b, targetId);
    await expect(bench.ask("CreateTrafficMirrorTarget", { NetworkInterfaceId: b })).rejects.toThrow(
      "is the source",
    );
    for (const each of others.slice(0, 10)) await mirror(each, ofInterface);
    await expect(mirror(others[10] ?? "", ofInterface)).rejects.toThrow(
      "TrafficMirrorSourcesPerTargetLimitExceeded",
    );
  });

  test("a target needs exactly one destination that exists", async () => {
    await expect(bench.ask("CreateTrafficMirrorTarget")).rejects.toThrow("InvalidParameterCombination");
    await expect(
      bench.ask("CreateTrafficMirrorTarget", { GatewayLoadBalancerEndpointId: "vpce-0" }),
    ).rejects.toThrow("InvalidVpcEndpointId.NotFound");
    await expect(bench.ask("CreateTrafficMirrorTarget", { NetworkInterfaceId: "eni-0" })).rejects.toThrow(
      "InvalidNetworkInterfaceID.NotFound",
    );
  });

  test("an endpoint is one subnet of a service that admits the account, and has an interface of its own", async () => {
    await expect(createEndpoint(bench)).rejects.toThrow("InvalidServiceName");
    offerService(bench, OTHER.account, []);
    await expect(createEndpoint(bench)).rejects.toThrow("InvalidServiceName");
    offerService(bench, OTHER.account, [`arn:aws:iam::${WHERE.account}:root`]);
    const two = {
      VpcEndpointType: "GatewayLoadBalancer",
      ServiceName: SERVICE,
      VpcId: VPC,
      "SubnetId.1": "subnet-0a",
      "SubnetId.2": "subnet-0b",
    };
    await expect(bench.ask("CreateVpcEndpoint", two)).rejects.toThrow("InvalidParameter: A Gateway");
    const id = await createEndpoint(bench);
    const shown = items(
      await bench.ask("DescribeVpcEndpoints", { "VpcEndpointId.1": id }),
      "vpcEndpointSet",
    )[0];
    expect(shown).toMatchObject({
      state: "available",
      subnetIdSet: ["subnet-0a"],
      vpcEndpointType: "GatewayLoadBalancer",
    });
    const [own] = items(
      await bench.ask("DescribeNetworkInterfaces", {
        "Filter.1.Name": "interface-type",
        "Filter.1.Value.1": "gateway_load_balancer_endpoint",
      }),
      "networkInterfaceSet",
    );
    expect(own).toMatchObject({
      requesterManaged: "true",
      description: `VPC Endpoint Interface ${id}`,
      availabilityZone: "eu-west-1a",
    });
    await bench.ask("DeleteVpcEndpoints", { "VpcEndpointId.1": id });
    await expect(
      bench.ask("DescribeNetworkInterfaces", {
        "NetworkInterfaceId.1": text(own, "networkInterfaceId") ?? "",
      }),
    ).rejects.toThrow("NotFound");
  });

  test("a service that asks for acceptance decides before a target can be made", async () => {
    offerService(bench, OTHER.account, ["*"], true);
    const id = await createEndpoint(bench);
    const target = () => bench.ask("CreateTrafficMirrorTarget", { GatewayLoadBalancerEndpointId: id });
    await expect(target()).rejects.toThrow("pendingAcceptance");
    const connections = await bench.ask("DescribeVpcEndpointConnections", {}, OTHER);
    expect(ids(connections, "vpcEndpointConnectionSet", "vpcEndpointId")).toEqual([id]);
    await bench.ask(
      "AcceptVpcEndpointConnections",
      { ServiceId: "vpce-svc-0123", "VpcEndpointId.1": id },
      OTHER,
    );
    await target();
  });

  test("a service with an endpoint is not deleted, one without is moto's", async () => {
    offerService(bench, OTHER.account, ["*"]);
    const id = await createEndpoint(bench);
    const [action, params] = ["DeleteVpcEndpointServiceConfigurations", { "ServiceId.1": "vpce-svc-0123" }];
    expect(items(await bench.ask(action, params, OTHER), "unsuccessful")).toMatchObject([
      { resourceId: "vpce-svc-0123", error: { code: "ExistingVpcEndpointConnections" } },
    ]);
    await bench.ask("DeleteVpcEndpoints", { "VpcEndpointId.1": id });
    expect(await bench.answer(action, params, OTHER)).toBeUndefined();
  });

  test("tags of targets and endpoints change without moto", async () => {
    offerService(bench, WHERE.account);
    const targetId = await createTarget(bench, "subnet-0a");
    const tags = {
      "ResourceId.1": targetId,
      "Tag.1.Key": "zone",
      "Tag.1.Value": "a",
      "Tag.2.Key": "vpc",
      "Tag.2.Value": "v",
    };
    await bench.ask("CreateTags", tags);
    await bench.ask("DeleteTags", { "ResourceId.1": targetId, "Tag.1.Key": "vpc", "Tag.1.Value": "other" });
    await bench.ask("DeleteTags", { "ResourceId.1": targetId, "Tag.1.Key": "zone" });
    const found = await bench.ask("DescribeTags", {
      "Filter.1.Name": "resource-id",
      "Filter.1.Value.1": targetId,
    });
    expect(items(found, "tagSet")).toEqual([
      { resourceId: targetId, resourceType: "traffic-mirror-target", key: "vpc", value: "v" },
    ]);
    expect(bench.forwarded).toEqual([]);
    await expect(bench.ask("CreateTags", { ...tags, "ResourceId.1": "tmt-0" })).rejects.toThrow("NotFound");
  });
});
