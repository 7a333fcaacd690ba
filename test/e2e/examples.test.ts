/** Every example is planned on the local cloud, as it stands. What is applied besides is said in other files. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { examples } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { rawCall } from "../../local-cloud/raw-call.js";
import { createAws } from "../support/aws.js";
import { makeNetwork } from "../support/network.js";
import { TerraformRoot, type Variables } from "../support/terraform.js";

/** What an example cannot do without; null: it is a part of others, and configures no provider. */
const needs: Readonly<Record<string, (() => Promise<Variables>) | null>> = {
  "examples/network": null,
  "examples/several-regions/region": null,
  "examples/client": async () => ({
    endpoint_service_name: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
    vpcs: {
      main: { ...(await makeNetwork(createAws(cloud.env()))), vni: 101 },
      data: { ...(await makeNetwork(createAws(cloud.env()))), vni: 102 },
    },
  }),
  "examples/hub": async () => ({ egress: "nat" }),
  "examples/organization-wide": async () => {
    await rawCall(cloud.env(), "organizations", { target: "AWSOrganizationsV20161128.CreateOrganization" });
    return {};
  },
};

/** Calls of modules in a folder, and resources: a plan that makes less than that has left something out. */
const least = (folder: string): number =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".tf"))
    .map(
      (name) => readFileSync(join(root, folder, name), "utf8").match(/^(?:module|resource) "/gm)?.length ?? 0,
    )
    .reduce((sum, count) => sum + count, 0);

let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud();
});

afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
});

const planned = examples().filter((folder) => needs[folder] !== null);

test.each(planned)("%s can be planned in an empty account", async (example) => {
  const terraform = new TerraformRoot({
    example,
    name: `plan-${example.replaceAll("/", "-")}`,
    env: cloud.env(),
  });
  try {
    await terraform.init();
    const changes = await terraform.plan((await needs[example]?.()) ?? {});
    const made = changes.filter((change) => change.startsWith("create "));
    expect(made.length).toBeGreaterThan(least(example));
    expect(changes.filter((change) => !/^(create|read) /.test(change))).toEqual([]);
  } finally {
    terraform.remove();
  }
});

test("a hub with 500 clients is planned", async () => {
  const clients = Object.fromEntries(
    Array.from({ length: 500 }, (_, n) => [
      `client-${n}`,
      { account_id: String(100_000_000_000 + n), vnis: { main: 1 + n, data: 1001 + n } },
    ]),
  );
  const terraform = new TerraformRoot({ example: "examples/hub", name: "plan-500", env: cloud.env() });
  try {
    await terraform.init();
    // Too many to be listed in the bus's policy, hence the organization.
    const changes = await terraform.plan({ egress: "nat", clients, organization_id: "o-a1b2c3d4e5" });
    expect(changes.filter((change) => change.startsWith("create ")).length).toBeGreaterThan(50);
  } finally {
    terraform.remove();
  }
});

test("the README says what each example is for", () => {
  const readme = readFileSync(join(root, "examples", "README.md"), "utf8");
  const folders = readdirSync(join(root, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.filter((name) => !readme.includes(`](${name})`))).toEqual([]);
});

test("nothing was asked of the local cloud that it cannot answer", async () => {
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
});
