/**
 * From one account in one state to a hub with clients, as docs/operations.md has it ("From one account to many"): first in
 * the same state by `moved`, then with the client in a state of its own, while instances run and are looked at all the time.
 */
import type { TrafficMirrorSession } from "@aws-sdk/client-ec2";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { createAws, tagsOf, type Aws, type Launched } from "../support/aws.js";
import { makeEventualIfAsked } from "../support/eventual.js";
import { watch } from "../support/coverage.js";
import { makeNetwork, type Network } from "../support/network.js";
import { LOCAL_PROVIDER, TerraformRoot, type Variables } from "../support/terraform.js";

const CONTROLLER = "mirror";
const ENDPOINT = "module.mirror_client.module.mirror_endpoint";
const example = (name: string) => `test/e2e/roots/migration/${name}`;

let cloud: LocalCloud;
let aws: Aws;
let network: Network;
let vpcs: Variables;
let hub: TerraformRoot;
let client: TerraformRoot;
let forClient: Variables;
const running: Launched[] = [];

const rootOf = (name: string, folder: string): TerraformRoot =>
  new TerraformRoot({
    example: example(folder),
    name,
    env: cloud.env(),
    overrides: { provider: LOCAL_PROVIDER },
  });

const ours = async (): Promise<readonly TrafficMirrorSession[]> =>
  (await aws.sessions()).filter(({ Tags }) => tagsOf(Tags)["traffic-mirror:controller"] === CONTROLLER);

/** Session by interface, with what it uses. */
const sessions = async (): Promise<Readonly<Record<string, readonly (string | undefined)[]>>> =>
  Object.fromEntries(
    (await ours())
      .map((each) => [
        each.NetworkInterfaceId ?? "",
        [each.TrafficMirrorSessionId, each.TrafficMirrorTargetId, each.TrafficMirrorFilterId],
      ])
      .sort(),
  ) as Record<string, readonly (string | undefined)[]>;

const launch = async (): Promise<void> => {
  for (const subnetId of Object.values(network.subnets))
    running.push(await aws.launch({ subnetId, interfaces: 2, tags: { Role: "web" } }));
};

/** The very same sessions afterwards, and no source without one in between. */
const untouched = async (work: () => Promise<void>): Promise<void> => {
  const before = await sessions();
  const interfaces = running.flatMap(({ interfaceIds }) => interfaceIds);
  expect(Object.keys(before)).toHaveLength(interfaces.length);
  const { samples, fewest } = await watch({ aws, controller: CONTROLLER }, interfaces, work);
  expect(samples).toBeGreaterThan(5);
  expect(fewest).toBe(interfaces.length);
  expect(await sessions()).toEqual(before);
};

/** Ids by the key in the module: those of a type, out of the state that has them. */
const takenOver = async (type: string): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(
    [...(await hub.ids(type))]
      .filter(([address]) => address.startsWith(`${ENDPOINT}.`))
      .map(([address, id]) => [/\["(.*)"\]$/.exec(address)?.[1] ?? "", id]),
  );

beforeAll(async () => {
  cloud = await startLocalCloud({ logFile: join(root, "reports", "e2e-one-to-many-cloud.log") });
  await cloud.setSchedules({ paused: true });
  await makeEventualIfAsked(cloud);
  // As strict as EC2 might be: no second endpoint beside one that is there, and none gone while a target names it.
  await cloud.setSwitches({ "endpoint-behind-target": "kept", "endpoints-per-zone": "one" });
  aws = createAws(cloud.env());
  network = await makeNetwork(aws);
  vpcs = { vpcs: { source: { ...network, vni: 100 } } };
  hub = rootOf("e2e-one-to-many-hub", "one");
  client = rootOf("e2e-one-to-many-client", "client");
  await hub.init();
  await client.init();
  await hub.apply(vpcs);
  await launch();
  await cloud.idle();
});

afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
  (hub as TerraformRoot | undefined)?.remove();
  (client as TerraformRoot | undefined)?.remove();
});

test("in one state, the way to a hub with clients replaces nothing, and the hub's bus is known at plan", async () => {
  hub.switchTo(root, example("together"));
  await hub.init();
  const plan = await hub.plan(vpcs);
  expect(plan.filter((each) => /^delete /.test(each))).toEqual([
    // The root's own account number, which nothing asks for any more.
    "delete module.traffic_mirroring.module.identity.terraform_data.this",
  ]);
  expect(plan).toContain(
    'create module.mirror_client.module.mirror_controller.aws_cloudwatch_event_rule.hub["hub"]',
  );
  await untouched(() => hub.apply(vpcs));
  expect(await hub.plan(vpcs)).toEqual([]);
});

test("the hub forgets the client, whose sessions stay", async () => {
  const [endpoints, targets, filters, rules] = [
    await takenOver("aws_vpc_endpoint"),
    await takenOver("aws_ec2_traffic_mirror_target"),
    await takenOver("aws_ec2_traffic_mirror_filter"),
    await takenOver("aws_ec2_traffic_mirror_filter_rule"),
  ];
  const ofRule = (key: string): string => filters[key.split("/")[0] ?? ""] ?? "";
  forClient = {
    ...vpcs,
    hub: (await hub.outputs<{ hub: unknown }>()).hub,
    taken_over: {
      endpoints,
      targets,
      filters,
      // As the provider's documents have it: <filter>:<rule>.
      rules: Object.fromEntries(Object.entries(rules).map(([key, id]) => [key, `${ofRule(key)}:${id}`])),
    },
  };
  expect(Object.keys(endpoints)).toHaveLength(2);
  expect(Object.keys(rules)).toHaveLength(4);
  hub.switchTo(root, example("hub"));
  await hub.init();
  await untouched(() => hub.apply(vpcs));
  expect((await hub.resources()).filter((address) => address.startsWith("module.mirror_client"))).toEqual([]);
  expect(await hub.plan(vpcs)).toEqual([]);
});

test("the client in its own state takes over endpoints and sessions", async () => {
  const plan = await client.plan(forClient);
  expect(plan.filter((each) => !/^(create|read|import|update) /.test(each))).toEqual([]);
  expect(plan.filter((each) => /^create .*(vpc_endpoint|traffic_mirror)/.test(each))).toEqual([]);
  await untouched(() => client.apply(forClient));
  expect(await client.plan(forClient)).toEqual([]);
});

test("what starts from now on is mirrored by the new controller", async () => {
  await launch();
  await cloud.idle();
  expect(await ours()).toHaveLength(running.flatMap(({ interfaceIds }) => interfaceIds).length);
});

test("what the state has lost comes back by the command, one at a time, what is used after what uses it", async () => {
  const [filters, rules, targets, endpoints] = await Promise.all(
    [
      "aws_ec2_traffic_mirror_filter",
      "aws_ec2_traffic_mirror_filter_rule",
      "aws_ec2_traffic_mirror_target",
      "aws_vpc_endpoint",
    ].map((type) => client.ids(type)),
  );
  const filter = [...(filters ?? [])][0]?.[1] ?? "";
  const lost: readonly (readonly [string, string])[] = [
    ...(targets ?? []),
    ...[...(rules ?? [])].map(([address, id]) => [address, `${filter}:${id}`] as const),
    ...(filters ?? []),
    ...(endpoints ?? []),
  ];
  expect(lost).toHaveLength(2 + 4 + 1 + 2);
  await client.forget(...lost.map(([address]) => address));
  for (const [address, id] of lost) await client.import(address, id, forClient);
  await untouched(() => client.apply(forClient));
  expect(await client.plan(forClient)).toEqual([]);
});

test("the client goes with its sessions, then the hub", async () => {
  await client.destroy(forClient);
  expect(await ours()).toEqual([]);
  await hub.destroy(vpcs);
  const left = await aws.inventory();
  expect(Object.entries(left).filter(([, names]) => names.length > 0)).toEqual([]);
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
  expect(await cloud.denials()).toEqual([]);
  expect(await cloud.undelivered()).toEqual([]);
});
