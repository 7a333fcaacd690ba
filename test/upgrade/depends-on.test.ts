/**
 * Modules that are called with `depends_on`: a change upstream makes Terraform read their data sources at apply, so that
 * whatever is named after one would be planned for replacement. From the last version that did so to this one, and
 * further, with real Terraform and provider on the local cloud.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { lost } from "../support/plan.js";
import { LOCAL_PROVIDER, TerraformRoot } from "../support/terraform.js";
import { NAMED_AFTER_DATA_SOURCES, treeOf } from "./history.js";

const EXAMPLE = "test/e2e/roots/upstream";

let cloud: LocalCloud;
let terraform: TerraformRoot;

beforeAll(async () => {
  const old = treeOf(NAMED_AFTER_DATA_SOURCES);
  cpSync(join(root, EXAMPLE), join(old, EXAMPLE), { recursive: true });
  cloud = await startLocalCloud({ logFile: join(root, "reports", "upgrade-depends-on-cloud.log") });
  terraform = new TerraformRoot({
    example: EXAMPLE,
    tree: old,
    name: "upgrade-depends-on",
    env: cloud.env(),
    overrides: { provider: LOCAL_PROVIDER },
  });
  await terraform.init();
  await terraform.apply();
});

afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
  (terraform as TerraformRoot | undefined)?.remove();
});

test("the version before replaces what is named after a data source", async () => {
  expect(lost(await terraform.plan({ note: "second" })).length).toBeGreaterThan(10);
});

test("the upgrade replaces nothing, even together with a change upstream", async () => {
  terraform.switchTo(root);
  await terraform.init();
  expect(lost(await terraform.plan({ note: "second" }))).toEqual([]);
  await terraform.apply({ note: "second" });
  expect(await terraform.plan({ note: "second" })).toEqual([]);
});

test("nor does a later change upstream", async () => {
  const plan = await terraform.plan({ note: "third" });
  expect(plan).toContain("update aws_vpc.this");
  expect(lost(plan)).toEqual([]);
});

test("another name of the caller's makes anew what carries it", async () => {
  const plan = lost(await terraform.plan({ note: "second", name: "other" }));
  for (const address of [
    "capture_fleet.aws_s3_bucket.this",
    "capture_fleet.aws_s3_bucket.code",
    "capture_fleet.aws_iam_role.node",
    "capture_fleet.aws_iam_role.launch_failed",
    "capture_fleet.aws_cloudwatch_dashboard.this",
    "mirror_controller.module.sweep.aws_iam_role.this",
    'mirror_controller.aws_iam_policy.scope["0"]',
    'mirror_controller.aws_iam_role.hub["hub"]',
  ])
    expect(plan).toContainEqual(expect.stringContaining(address));
});
