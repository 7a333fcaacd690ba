import { describe, expect, it } from "@jest/globals";
import { endpointPaces } from "../../../functions/endpoints/app.js";
import { readEndpointConfig } from "../../../functions/endpoints/config.js";

const environment = {
  ENDPOINTS_NAME: "mirror",
  ENDPOINT_SERVICE_NAME: "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
  VPC_IDS: "vpc-1,vpc-2",
  SERVICE_ZONE_IDS: "",
  ENDPOINT_ZONES: "subnets",
  SUBNET_TAGS: '{"Tier":"inspection","Endpoint":null}',
  EVACUATION_TAG: '{"key":"traffic-mirror:evacuate","value":"true"}',
  IDLE_MINUTES: "60",
  RESOURCE_TAGS: "{}",
};

it("the schedule and two runs for events together stay within EC2's bucket for endpoints", () => {
  const { sweep, events } = endpointPaces;
  expect(sweep.burst + 2 * events.burst).toBeLessThanOrEqual(4);
  expect(sweep.perSecond + 2 * events.perSecond).toBeLessThanOrEqual(0.3 + 1e-9);
});

describe("the environment", () => {
  it("is read as Terraform writes it", () => {
    expect(readEndpointConfig(environment)).toEqual({
      name: "mirror",
      service: "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
      vpcIds: ["vpc-1", "vpc-2"],
      serviceZoneIds: null,
      zones: "subnets",
      subnetTags: { Tier: "inspection", Endpoint: null },
      evacuationTag: { key: "traffic-mirror:evacuate", value: "true" },
      idleMs: 3_600_000,
      ownTags: {},
      defaultTags: {},
    });
  });

  it("may name the zones of the service", () => {
    const { serviceZoneIds } = readEndpointConfig({ ...environment, SERVICE_ZONE_IDS: "euw1-az1,euw1-az2" });
    expect(serviceZoneIds).toEqual(new Set(["euw1-az1", "euw1-az2"]));
  });

  it("is refused with all that is wrong at once", () => {
    const wrong = { ...environment, ENDPOINT_ZONES: "all", SUBNET_TAGS: "{", IDLE_MINUTES: "-1" };
    expect(() => readEndpointConfig(wrong)).toThrow(/ENDPOINT_ZONES.*SUBNET_TAGS.*IDLE_MINUTES/);
    expect(() => readEndpointConfig({})).toThrow("environment");
  });
});
