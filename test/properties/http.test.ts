/**
 * A sample of the histories against the local cloud: what the model leaves out is the SDK's signing, retries, paging
 * and parsing, connections that break, and answers that are late by the clock.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  CreateVpcEndpointServiceConfigurationCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import fc from "fast-check";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { connection, createCloudStage } from "./cloud-stage.js";
import { history } from "./history.js";
import { playOn } from "./simulate.js";
import type { Stage } from "./stage.js";
import { createTurns } from "./turns.js";

const HISTORIES = 24;
const SEED = Number(process.env["PROPERTY_SEED"] ?? 20_260_139);
const HUB = "222222222222";

let cloud: LocalCloud;
let services: Stage["services"];

/** An endpoint service in the hub, that every account may use, in all zones. */
const serviceCalled = async (Name: string): Promise<string> => {
  const ec2 = new EC2Client(connection(cloud, HUB, 1));
  const elb = new ElasticLoadBalancingV2Client(connection(cloud, HUB, 1));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { LoadBalancers = [] } = await elb.send(
    new CreateLoadBalancerCommand({
      Name,
      Type: "gateway",
      Subnets: Subnets.map(({ SubnetId = "" }) => SubnetId),
    }),
  );
  const { ServiceConfiguration } = await ec2.send(
    new CreateVpcEndpointServiceConfigurationCommand({
      AcceptanceRequired: false,
      GatewayLoadBalancerArns: LoadBalancers.map(({ LoadBalancerArn = "" }) => LoadBalancerArn),
    }),
  );
  await ec2.send(
    new ModifyVpcEndpointServicePermissionsCommand({
      ServiceId: ServiceConfiguration?.ServiceId,
      AddAllowedPrincipals: ["*"],
    }),
  );
  for (const client of [ec2, elb]) client.destroy();
  return ServiceConfiguration?.ServiceName ?? "";
};

beforeAll(async () => {
  cloud = await startLocalCloud();
  services = { ours: await serviceCalled("ours"), foreign: await serviceCalled("foreign") };
});

afterAll(() => cloud.stop());

describe(`over HTTP, histories of seed ${String(SEED)}`, () => {
  const faults = new Set<string>();
  const writes = new Set<string>();

  test.each(fc.sample(history, { numRuns: HISTORIES, seed: SEED }).map((each, index) => ({ each, index })))(
    "history $index converges",
    async ({ each, index }) => {
      const turns = createTurns();
      const account = String(300_000_000_000 + index);
      const stage = await createCloudStage(cloud, account, services, each, turns);
      try {
        const { faults: struck } = await playOn(stage, turns, each);
        for (const kind of struck.keys()) faults.add(kind);
        for (const { method } of stage.writes) writes.add(method);
      } finally {
        stage.end();
      }
    },
  );

  test("every kind of fault struck, and every kind of write was made", () => {
    expect([...faults].sort()).toEqual(["error", "lost", "stale", "throttle", "unauthorized"]);
    expect([...writes].sort()).toEqual([
      "CreateTagsCommand",
      "CreateTrafficMirrorSessionCommand",
      "DeleteTrafficMirrorSessionCommand",
      "ModifyTrafficMirrorSessionCommand",
    ]);
  });

  test("the local cloud was asked nothing that it cannot do", async () => {
    expect(await cloud.gaps()).toEqual([]);
    expect(await cloud.refused()).toEqual([]);
  });
});
