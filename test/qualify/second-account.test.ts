/** What a run does in a second account, and what becomes of it when the run is killed there. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateVpcCommand,
  DescribeAvailabilityZonesCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import {
  DEFAULT_ACCOUNT,
  DEFAULT_REGION,
  startLocalCloud,
  type LocalCloud,
} from "../../local-cloud/index.js";
import { createClients, type Clients } from "../../qualify/clients.js";
import { makeEndpoint } from "../../qualify/endpoints.js";
import { Journal } from "../../qualify/journal.js";
import { NONE } from "../../qualify/options.js";
import type { Outputs } from "../../qualify/outputs.js";
import { targetBeforeAcceptance } from "../../qualify/probes/target-before-acceptance.js";
import { cleanUp, qualify } from "../../qualify/run.js";
import { inSecondAccount } from "../../qualify/second.js";
import { Stage } from "../../qualify/stage.js";
import { OWN_TAG, RUN_TAG } from "../../qualify/tags.js";
import type { Deployment } from "../../qualify/terraform.js";
import { offerService } from "../support/hub.js";
import { OPTIONS, surroundings, whereOf } from "./stage.js";
import { OTHER } from "./world.js";

const RUN = "qualify-second";
let cloud: LocalCloud;
let folder: string;
let own: Clients;
let second: Clients;
let journal: Journal;
let stage: Stage;
let before: Awaited<ReturnType<typeof there>>;

/** Of both accounts: who may use the service, and what is in the second. */
const there = async () => {
  const { ServiceConfigurations: [service] = [] } = await own.ec2.send(
    new DescribeVpcEndpointServiceConfigurationsCommand({}),
  );
  const { AllowedPrincipals = [] } = await own.ec2.send(
    new DescribeVpcEndpointServicePermissionsCommand({ ServiceId: service?.ServiceId }),
  );
  const { Vpcs = [] } = await second.ec2.send(new DescribeVpcsCommand({}));
  const { VpcEndpoints = [] } = await second.ec2.send(new DescribeVpcEndpointsCommand({}));
  return {
    service: { id: service?.ServiceId ?? "", name: service?.ServiceName ?? "" },
    acceptance: service?.AcceptanceRequired,
    principals: AllowedPrincipals.map(({ Principal = "" }) => Principal).sort(),
    vpcs: Vpcs.map(({ VpcId = "" }) => VpcId).sort(),
    endpoints: VpcEndpoints.filter(({ State }) => State?.toLowerCase() !== "deleted").length,
  };
};

beforeAll(async () => {
  cloud = await startLocalCloud();
  folder = mkdtempSync(join(tmpdir(), "qualify-second-"));
  [own, second] = [createClients(whereOf(cloud)), createClients(whereOf(cloud, OTHER))];
  await offerService(cloud.env(), "hub", [`${DEFAULT_REGION}a`], [`arn:aws:iam::${DEFAULT_ACCOUNT}:root`]);
  before = await there();
  const { AvailabilityZones = [] } = await own.ec2.send(
    new DescribeAvailabilityZonesCommand({ ZoneNames: [`${DEFAULT_REGION}a`] }),
  );
  journal = new Journal(join(folder, "journal.jsonl"));
  const [account, at] = [DEFAULT_ACCOUNT, "2026-01-01T00:00:00Z"];
  journal.begin({ run: RUN, account, second: OTHER, region: DEFAULT_REGION, at });
  stage = new Stage({
    clients: own,
    second: { clients: second, account: OTHER, log: journal.second },
    run: RUN,
    cloud: "local",
    account,
    journal,
    clock: { deadline: Infinity, signal: new AbortController().signal },
    extras: NONE,
    // As far as what is made in the second account needs them.
    outputs: {
      service: before.service,
      zone_ids: [AvailabilityZones[0]?.ZoneId ?? "", "another"],
      event_bus_arn: "arn:aws:events:eu-west-1:1:event-bus/x",
    } as Partial<Outputs> as Outputs,
    terraform: {} as Deployment,
    say: () => undefined,
  });
});
afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each(["refused", "accepted"])(
  "a target on an endpoint that waits for acceptance is %s, and nothing stays in either account",
  async (value) => {
    await cloud.setSwitches({ "target-before-acceptance": value });
    const { "target-before-acceptance": found } = await targetBeforeAcceptance.ask(stage);
    expect(found).toMatchObject({ status: "seen", value });
    expect(await there()).toEqual(before);
    expect(journal.remaining()).toEqual([]);
  },
);

test("a second profile of the first account is refused before anything is made", async () => {
  const twice = { ...surroundings(cloud, join(folder, "twice")), second: own };
  await expect(qualify(OPTIONS, twice)).rejects.toThrow(
    `SECOND_PROFILE is of the account ${DEFAULT_ACCOUNT} as well`,
  );
});

test("what a killed run has there is named without its profile, and taken away with it", async () => {
  // Goes on for ever, as far as anybody hears of it: killed.
  await new Promise<void>((resolve, reject) => {
    const work = async (abroad: Stage): Promise<never> => {
      await makeEndpoint(abroad, abroad.subnet);
      resolve();
      return new Promise(() => undefined);
    };
    inSecondAccount(stage, { clients: second, account: OTHER, log: journal.second }, work).catch(reject);
  });
  // One call whose answer the kill swallowed, and what is somebody else's with the tags of another run.
  const vpc = (block: string, Value: string) =>
    second.ec2.send(
      new CreateVpcCommand({
        CidrBlock: block,
        TagSpecifications: [{ ResourceType: "vpc", Tags: [RUN_TAG, OWN_TAG].map((Key) => ({ Key, Value })) }],
      }),
    );
  await vpc("10.67.0.0/28", RUN);
  const { Vpc: others } = await vpc("10.68.0.0/28", "qualify-others");
  const withOthers = { ...before, vpcs: [...before.vpcs, others?.VpcId ?? ""].sort() };

  const alone = surroundings(cloud, folder);
  expect(await cleanUp(alone)).toEqual([
    `what it made in the account ${OTHER}: clean up with its SECOND_PROFILE`,
  ]);
  const still = await there();
  expect([still.vpcs.length, still.endpoints]).toEqual([before.vpcs.length + 3, 1]);
  const wrong = createClients(whereOf(cloud, "333333333333"));
  await expect(cleanUp({ ...alone, second: wrong })).rejects.toThrow(
    "and those of SECOND_PROFILE are of 333333333333",
  );

  expect(await cleanUp({ ...alone, second })).toEqual([]);
  expect(await there()).toEqual(withOthers);
  expect(new Journal(join(folder, "journal.jsonl")).open).toBeUndefined();
});
