/**
 * A deployment that is called with `depends_on`, and a second one of its name in one account and region, from another
 * state: it is refused, and neither it nor its destroy touches what the first one made.
 */
import { join } from "node:path";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { root } from "../../scripts/lib/run.js";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { createAws, type Aws } from "../support/aws.js";
import { makeEventual } from "../support/eventual.js";
import { lost } from "../support/plan.js";
import { LOCAL_PROVIDER, TerraformRoot } from "../support/terraform.js";

let cloud: LocalCloud;
let aws: Aws;
let first: TerraformRoot;
const roots: TerraformRoot[] = [];

const deployment = async (name: string): Promise<TerraformRoot> => {
  const terraform = new TerraformRoot({
    example: "test/e2e/roots/upstream",
    name,
    env: cloud.env(),
    overrides: { provider: LOCAL_PROVIDER },
  });
  roots.push(terraform);
  await terraform.init();
  return terraform;
};

const queues = async (): Promise<readonly string[]> =>
  (await aws.sqs.send(new ListQueuesCommand({}))).QueueUrls?.sort() ?? [];

beforeAll(async () => {
  cloud = await startLocalCloud({ logFile: join(root, "reports", "e2e-second-deployment-cloud.log") });
  await makeEventual(cloud);
  aws = createAws(cloud.env());
  first = await deployment("e2e-first-deployment");
  await first.apply();
});

afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
  for (const terraform of roots) terraform.remove();
});

test("a change upstream of modules with depends_on, of a tag alone, makes nothing anew", async () => {
  const plan = await first.plan({ note: "second" });
  expect(plan).toContain("update aws_vpc.this");
  expect(lost(plan)).toEqual([]);
});

test("a second deployment of the name is refused, and its destroy leaves the first one whole", async () => {
  const before = await queues();
  expect(before.length).toBeGreaterThan(3);

  const second = await deployment("e2e-second-deployment");
  await expect(second.apply()).rejects.toThrow(/already exists/i);
  const adoptable =
    /\.aws_(sqs_queue|cloudwatch_event_rule|cloudwatch_metric_alarm|cloudwatch_dashboard|s3_bucket)\./;
  expect((await second.resources()).filter((address) => adoptable.test(address))).toEqual([]);

  await second.destroy();
  expect(await queues()).toEqual(before);
  expect(await first.plan()).toEqual([]);
});
