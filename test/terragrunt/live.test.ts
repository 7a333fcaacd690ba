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

const [PIPELINE, HUB, PAYMENTS, SHOP] = [
  "999999999999",
  "111111111111",
  "222222222222",
  "333333333333",
] as const;
const NETWORKS = ["hub/eu-west-1/network", "payments/eu-west-1/mirroring/network"];
const FLEET = "hub/eu-west-1/capture-fleet";
const MIRRORED = "payments/eu-west-1/mirroring/client";

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

/** An account's VPCs, as EC2 tells them. */
const blocks = (account: string): Promise<string> =>
  rawCall(cloud.env(account), "ec2", { form: { Action: "DescribeVpcs", Version: "2016-11-15" } });

/** Accounts whose endpoints are connected to the hub. */
const connected = async (): Promise<readonly string[]> => {
  const { ec2 } = createAws(cloud.env(HUB));
  const { VpcEndpointConnections: found = [] } = await ec2.send(
    new DescribeVpcEndpointConnectionsCommand({}),
  );
  return [...new Set(found.map(({ VpcEndpointOwner = "" }) => VpcEndpointOwner))].sort();
};

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
  expect([...order(outcomes)].sort()).toEqual(NETWORKS);
  // Everything is done as a role of the account that it is in: the pipeline's own gets nothing.
  expect(await blocks(HUB)).toContain("10.64.0.0/20");
  expect(await blocks(PAYMENTS)).toContain("10.65.0.0/20");
  expect(await blocks(PIPELINE)).not.toMatch(/10\.6[45]\./);
});

test("hub and client can be planned before either is there", async () => {
  const { text, outcomes } = await timed("plan", () => live.runAll("plan"));
  expect([...order(outcomes)].sort()).toEqual([...NETWORKS, FLEET, MIRRORED].sort());
  expect(plans(text).filter((plan) => plan === "none")).toHaveLength(NETWORKS.length);
  expect(plans(text).filter((plan) => /^\d+ to add, 0 to change, 0 to destroy$/.test(plan))).toHaveLength(2);
});

test("everything is applied, the hub before its client", async () => {
  const { outcomes } = await timed("apply", () => live.runAll("apply"));
  expect(before(order(outcomes), FLEET, MIRRORED)).toBe(true);
  expect(await connected()).toEqual([PAYMENTS]);
});

test("a third account joins by one entry and one folder", async () => {
  live.write(
    "clients.hcl",
    live
      .read("clients.hcl")
      .replace(
        /\n {4}payments = \{/,
        `\n    shop = {\n      account_id = "${SHOP}"\n      vnis       = { main = 102 }\n    }$&`,
      ),
  );
  for (const file of ["account.hcl", "eu-west-1/region.hcl", "eu-west-1/terragrunt.stack.hcl"]) {
    const text = live.read(`payments/${file}`).replace('"payments"', '"shop"').replace("10.65.", "10.66.");
    live.write(`shop/${file}`, text);
  }
  const { text, outcomes } = await timed("join", () =>
    live.runAll("apply", { flags: ["--backend-bootstrap"] }),
  );
  const units = order(outcomes);
  expect(before(units, FLEET, "shop/eu-west-1/mirroring/client")).toBe(true);
  expect(await connected()).toEqual([PAYMENTS, SHOP]);
  const outputs = await live.outputs<{ vpcs: { main: { vni: number } } }>(
    "shop/eu-west-1/.terragrunt-stack/mirroring/.terragrunt-stack/client",
  );
  expect(outputs.vpcs.main.vni).toBe(102);
  // Who was there already does not notice.
  expect(plans(text).filter((plan) => plan === "none")).toHaveLength(NETWORKS.length + 1);
});

test("a second plan of everything is empty", async () => {
  const { text, outcomes } = await timed("second plan", () => live.runAll("plan"));
  expect(order(outcomes)).toHaveLength(6);
  expect(new Set(plans(text))).toEqual(new Set(["none"]));
});

test("everything is destroyed, clients before the hub and everybody before their network", async () => {
  const { outcomes } = await timed("destroy", () => live.runAll("destroy"));
  const units = order(outcomes);
  for (const client of ["payments", "shop"]) {
    expect(before(units, `${client}/eu-west-1/mirroring/client`, FLEET)).toBe(true);
    expect(
      before(units, `${client}/eu-west-1/mirroring/client`, `${client}/eu-west-1/mirroring/network`),
    ).toBe(true);
  }
  expect(before(units, FLEET, "hub/eu-west-1/network")).toBe(true);
  const nothing = { sessions: [], targets: [], filters: [], endpoints: [], functions: [], queues: [] };
  for (const account of [HUB, PAYMENTS, SHOP]) {
    expect(await createAws(cloud.env(account)).inventory()).toMatchObject(nothing);
  }
});

test("no role lacked a permission, and the local cloud answered every call", async () => {
  expect(await cloud.denials()).toEqual([]);
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.undelivered()).toEqual([]);
});
