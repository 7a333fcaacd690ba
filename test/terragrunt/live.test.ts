/**
 * examples/terragrunt as a platform team runs it: everything planned, applied, an account joined, everything destroyed.
 * Not part of `make test`, because it needs Terragrunt: `make test-terragrunt`. That hub and client work together once
 * they are there is test/e2e/two-accounts.test.ts.
 */
import { DescribeVpcEndpointConnectionsCommand } from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { rawCall } from "../../local-cloud/raw-call.js";
import { createAws } from "../support/aws.js";
import { Live, type Outcome } from "./live.js";

const [PIPELINE, HUB, PAYMENTS, SHOP, STORE] = [
  "999999999999",
  "111111111111",
  "222222222222",
  "333333333333",
  "444444444444",
] as const;
const REGIONS = ["eu-central-1", "eu-west-1"] as const;
type Region = (typeof REGIONS)[number];
const HUBS = REGIONS.map((region) => `hub/${region}`);
/** Where clients are, before another one joins. */
const ACCOUNTS = [
  "payments/eu-central-1/mirroring",
  "payments/eu-west-1/mirroring",
  "shop/eu-west-1/mirroring",
];
const NETWORKS = [...HUBS, ...ACCOUNTS].map((folder) => `${folder}/network`);
const UNITS = [
  ...NETWORKS,
  ...HUBS.map((folder) => `${folder}/capture-fleet`),
  ...ACCOUNTS.map((folder) => `${folder}/client`),
].sort();
const SHOP_STACK = "shop/eu-west-1/terragrunt.stack.hcl";

let cloud: LocalCloud;
let live: Live;
const times: Record<string, number> = {};

const timed = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
  const began = performance.now();
  try {
    return await work();
  } finally {
    times[label] = Math.round((performance.now() - began) / 1000);
  }
};

/** Units in the order in which they ended; throws when one did not succeed. */
const order = (outcomes: readonly Outcome[]): readonly string[] => {
  const bad = outcomes.filter(({ result }) => result !== "succeeded");
  if (bad.length > 0) throw new Error(`not every unit succeeded: ${JSON.stringify(outcomes)}`);
  return outcomes.map(({ unit }) => unit);
};

const before = (units: readonly string[], first: string, second: string): boolean =>
  units.includes(first) && units.includes(second) && units.indexOf(first) < units.indexOf(second);

/** Sizes of the plans of a run, "26 to add, 0 to change, 0 to destroy"; "none" where nothing changes. */
const plans = (text: string): readonly string[] =>
  [...text.matchAll(/Plan: ([^.\n]*)\.|(No changes)\./g)].map(([, plan]) => plan ?? "none").sort();

/** An account's VPCs in a region, as EC2 tells them. */
const blocks = (account: string, region: Region): Promise<string> =>
  rawCall({ ...cloud.env(account), AWS_REGION: region }, "ec2", {
    form: { Action: "DescribeVpcs", Version: "2016-11-15" },
  });

/** Accounts whose endpoints are connected to the hub of a region. */
const connected = async (region: Region): Promise<readonly string[]> => {
  const { ec2 } = createAws({ ...cloud.env(HUB), AWS_REGION: region });
  const { VpcEndpointConnections: found = [] } = await ec2.send(
    new DescribeVpcEndpointConnectionsCommand({}),
  );
  return [...new Set(found.map(({ VpcEndpointOwner = "" }) => VpcEndpointOwner))].sort();
};

interface Client {
  readonly vpcs: Readonly<Record<string, { vni: number; targets: Readonly<Record<string, unknown>> | null }>>;
}

const client = (folder: string): Promise<Client> =>
  live.outputs<Client>(
    `${folder.replace("/mirroring", "/.terragrunt-stack/mirroring")}/.terragrunt-stack/client`,
  );

beforeAll(async () => {
  cloud = await startLocalCloud();
  await cloud.setSchedules({ paused: true });
  live = new Live(cloud.env(PIPELINE));
});

afterAll(async () => {
  process.stderr.write(`seconds: ${JSON.stringify(times)}\n`);
  await (cloud as LocalCloud | undefined)?.stop();
});

test("the networks come first, with the buckets for the state", async () => {
  const flags = ["--backend-bootstrap", "--filter", "./**/network"];
  const { outcomes } = await timed("networks", () => live.runAll("apply", { flags }));
  expect([...order(outcomes)].sort()).toEqual([...NETWORKS].sort());
  // Everything is done as a role of the account that it is in: the pipeline's own gets nothing.
  expect(await blocks(HUB, "eu-west-1")).toContain("10.64.0.0/20");
  expect(await blocks(HUB, "eu-central-1")).toContain("10.72.0.0/20");
  for (const block of ["10.65.0.0/20", "10.66.0.0/20"])
    expect(await blocks(PAYMENTS, "eu-west-1")).toContain(block);
  for (const region of REGIONS) expect(await blocks(PIPELINE, region)).not.toMatch(/10\.(6[4567]|7[23])\./);
});

test("a value that is no input is refused, for a client and for a hub", async () => {
  const [stack, region] = [live.read(SHOP_STACK), live.read("hub/eu-west-1/region.hcl")];
  live.write(SHOP_STACK, stack.replace("sources ", "sorces "));
  await expect(live.runAll("plan", { flags: ["--filter", "./shop/**/client"] })).rejects.toThrow(
    /variable named "sorces"/,
  );
  live.write(SHOP_STACK, stack);
  live.write("hub/eu-west-1/region.hcl", region.replace("fleet = {}", "fleet = { min_sise = 2 }"));
  await expect(live.runAll("plan", { flags: ["--filter", "./hub/eu-west-1/capture-fleet"] })).rejects.toThrow(
    /variable named "min_sise"/,
  );
  live.write("hub/eu-west-1/region.hcl", region);
});

test("hubs and clients can be planned before any is there", async () => {
  const { text, outcomes } = await timed("plan", () => live.runAll("plan"));
  expect([...order(outcomes)].sort()).toEqual(UNITS);
  expect(plans(text).filter((plan) => plan === "none")).toHaveLength(NETWORKS.length);
  expect(plans(text).filter((plan) => /^\d+ to add, 0 to change, 0 to destroy$/.test(plan))).toHaveLength(
    UNITS.length - NETWORKS.length,
  );
});

test("everything is applied, the hub of each region before its clients", async () => {
  const { outcomes } = await timed("apply", () => live.runAll("apply"));
  const units = order(outcomes);
  for (const folder of ACCOUNTS) {
    const hub = `hub/${folder.split("/")[1] ?? ""}/capture-fleet`;
    expect(before(units, hub, `${folder}/client`)).toBe(true);
  }
  expect(await connected("eu-west-1")).toEqual([PAYMENTS, SHOP]);
  expect(await connected("eu-central-1")).toEqual([PAYMENTS]);
});

test("an account has several VPCs, each under its number, and what else its values say", async () => {
  const { vpcs } = await client("payments/eu-west-1/mirroring");
  expect(Object.entries(vpcs).map(([key, { vni }]) => [key, vni])).toEqual([
    ["data", 102],
    ["main", 101],
  ]);
  expect(Object.keys(vpcs["main"]?.targets ?? {})).toHaveLength(2);
  // `endpoint_management = "automatic"` is one of its stack's values.
  expect((await client("payments/eu-central-1/mirroring")).vpcs["main"]).toMatchObject({
    vni: 201,
    targets: null,
  });
});

test("a fourth account joins by one entry and one folder", async () => {
  live.write(
    "clients.hcl",
    live
      .read("clients.hcl")
      .replace(
        /\n {4}shop = \{/,
        `\n    store = {\n      account_id = "${STORE}"\n      vnis       = { "eu-west-1" = { main = 104 } }\n    }$&`,
      ),
  );
  for (const file of ["account.hcl", "eu-west-1/region.hcl", "eu-west-1/terragrunt.stack.hcl"]) {
    const text = live.read(`shop/${file}`).replace('"shop"', '"store"').replace("10.67.", "10.68.");
    live.write(`store/${file}`, text);
  }
  const { text, outcomes } = await timed("join", () =>
    live.runAll("apply", { flags: ["--backend-bootstrap"] }),
  );
  expect(before(order(outcomes), "hub/eu-west-1/capture-fleet", "store/eu-west-1/mirroring/client")).toBe(
    true,
  );
  expect(await connected("eu-west-1")).toEqual([PAYMENTS, SHOP, STORE]);
  expect((await client("store/eu-west-1/mirroring")).vpcs["main"]?.vni).toBe(104);
  // Who was there already does not notice: only the region's hub and the newcomer's two units change.
  expect(plans(text).filter((plan) => plan === "none")).toHaveLength(UNITS.length - 1);
});

test("a second plan of everything is empty", async () => {
  const { text, outcomes } = await timed("second plan", () => live.runAll("plan"));
  expect(order(outcomes)).toHaveLength(UNITS.length + 2);
  expect(new Set(plans(text))).toEqual(new Set(["none"]));
});

test("everything is destroyed, clients before the hub and everybody before their network", async () => {
  const { outcomes } = await timed("destroy", () => live.runAll("destroy"));
  const units = order(outcomes);
  for (const folder of [...ACCOUNTS, "store/eu-west-1/mirroring"]) {
    expect(before(units, `${folder}/client`, `hub/${folder.split("/")[1] ?? ""}/capture-fleet`)).toBe(true);
    expect(before(units, `${folder}/client`, `${folder}/network`)).toBe(true);
  }
  for (const folder of HUBS) expect(before(units, `${folder}/capture-fleet`, `${folder}/network`)).toBe(true);
  const nothing = {
    sessions: [],
    targets: [],
    filters: [],
    endpoints: [],
    functions: [],
    queues: [],
    tables: [],
  };
  for (const account of [HUB, PAYMENTS, SHOP, STORE])
    for (const region of REGIONS)
      expect(await createAws({ ...cloud.env(account), AWS_REGION: region }).inventory()).toMatchObject(
        nothing,
      );
});

test("no role lacked a permission, and the local cloud answered every call", async () => {
  expect(await cloud.denials()).toEqual([]);
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
  expect(await cloud.undelivered()).toEqual([]);
});
