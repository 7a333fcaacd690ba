import { describe, expect, test } from "@jest/globals";
import { createSwitches } from "../switches.js";
import { checkSource, isSupportedInstanceType } from "./store/eligibility.js";
import type { SourceFacts } from "./store/model.js";

const source = (change: Partial<SourceFacts> = {}): SourceFacts => ({
  id: "eni-1",
  type: "interface",
  status: "in-use",
  requesterManaged: false,
  description: "",
  instance: { id: "i-1", type: "m5.large", state: "running" },
  ...change,
});
const check = (change: Partial<SourceFacts>) => () => checkSource(source(change), createSwitches());

describe("which interfaces can be sources", () => {
  test.each([
    "m5.large",
    "t3.micro",
    "m7i-flex.large",
    "u-6tb1.56xlarge",
    "c5.metal",
    "mac2-m2pro.metal",
    "m4.large",
  ])("%s is supported", (type) => expect(isSupportedInstanceType(type)).toBe(true));

  test.each(["t2.micro", "m8g.large", "c7gn.large", "hpc7g.4xlarge", "m6i.metal", "i7ie.large", "nonsense"])(
    "%s is not supported",
    (type) => expect(isSupportedInstanceType(type)).toBe(false),
  );

  test.each([
    "lambda",
    "nat_gateway",
    "natGateway",
    "gateway_load_balancer_endpoint",
    "vpc_endpoint",
    "trunk",
    "branch",
    "efa",
    "transit_gateway",
  ])("the type %s is refused", (type) =>
    expect(check({ type })).toThrow(expect.objectContaining({ code: "NetworkInterfaceNotSupported" })),
  );

  test("what RDS and ElastiCache manage is accepted, what other services manage is not", () => {
    const managed = { requesterManaged: true, instance: undefined };
    expect(check({ ...managed, description: "RDSNetworkInterface" })).not.toThrow();
    expect(check({ ...managed, description: "ElastiCache redis-1" })).not.toThrow();
    expect(check({ ...managed, description: "EFS mount target" })).toThrow("managed by a service");
  });
});
