import { describe, expect, test } from "@jest/globals";
import { createBench, offerService, OTHER, SERVICE, SUBNETS, text, VPC, type Bench } from "../support/ec2.js";

const create = async (bench: Bench, token: string, subnetId = SUBNETS[0]?.subnetId ?? "") => {
  const made = await bench.ask("CreateVpcEndpoint", {
    VpcEndpointType: "GatewayLoadBalancer",
    ServiceName: SERVICE,
    VpcId: VPC,
    "SubnetId.1": subnetId,
    ClientToken: token,
  });
  return text(made, "vpcEndpoint", "vpcEndpointId");
};

const offered = () => {
  const bench = createBench();
  offerService(bench, OTHER.account, ["*"]);
  return bench;
};

describe("the client token of an endpoint", () => {
  test("gives the same endpoint for the same request, and another for another token", async () => {
    const bench = offered();
    const first = await create(bench, "one");
    expect(await create(bench, "one")).toBe(first);
    expect(await create(bench, "two")).not.toBe(first);
  });

  test("refuses another request", async () => {
    const bench = offered();
    await create(bench, "one");
    await expect(create(bench, "one", SUBNETS[1]?.subnetId)).rejects.toThrow("IdempotentParameterMismatch");
  });

  test.each([
    ["creates", false],
    ["answers-old", true],
  ])("of an endpoint that was deleted: %s", async (value, old) => {
    const bench = offered();
    bench.cloud.switches.set("token-after-delete", value);
    const first = await create(bench, "one");
    await bench.ask("DeleteVpcEndpoints", { "VpcEndpointId.1": first ?? "" });
    expect((await create(bench, "one")) === first).toBe(old);
  });
});
