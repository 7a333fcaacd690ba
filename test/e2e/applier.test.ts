/** The single-account example by a role that has the policies of docs/applier-policies, and its own network's, alone. */
import { join } from "node:path";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  DEFAULT_ACCOUNT,
  DEFAULT_REGION,
  startLocalCloud,
  type LocalCloud,
} from "../../local-cloud/index.js";
import { assumeRole, createRole } from "../../local-cloud/support/resources.js";
import { root } from "../../scripts/lib/run.js";
import { committed } from "../applier/committed.js";
import { MODULES } from "../applier/recorded.js";
import { makeEventual } from "../support/eventual.js";
import { LOCAL_PROVIDER, TerraformRoot } from "../support/terraform.js";

/** As long as the example takes it. */
const NAME = "applied-".padEnd(26, "x");
/** What the example makes around the modules: two VPCs and a way out. */
const NETWORK = {
  Effect: "Allow",
  Action: [
    "AllocateAddress",
    "AssociateRouteTable",
    "AttachInternetGateway",
    "Create*",
    "Delete*",
    "Describe*",
    "DetachInternetGateway",
    "DisassociateAddress",
    "DisassociateRouteTable",
    "ModifySubnetAttribute",
    "ModifyVpcAttribute",
    "ReleaseAddress",
    "RevokeSecurityGroup*",
  ].map((action) => `ec2:${action}`),
  NotResource: ["traffic-mirror-*", "launch-template", "vpc-endpoint-service"].map(
    (type) => `arn:aws:ec2:*:*:${type}/*`,
  ),
};

let cloud: LocalCloud;
let terraform: TerraformRoot;

beforeAll(async () => {
  cloud = await startLocalCloud({ logFile: join(root, "reports", "e2e-applier-cloud.log") });
  await cloud.setSchedules({ paused: true });
  await makeEventual(cloud);
  const values = {
    partition: "aws",
    region: DEFAULT_REGION,
    account_id: DEFAULT_ACCOUNT,
    name: NAME,
    iam_path: "/",
  };
  // One policy here: the ids of its statements must differ.
  const statements = MODULES.flatMap((module) =>
    committed(module, values).map((statement) => ({
      ...statement,
      Sid: `${module.replaceAll("-", "")}${statement.Sid}`,
    })),
  );
  await createRole(cloud, DEFAULT_ACCOUNT, "pipeline", [...statements, NETWORK]);
  const { accessKeyId } = await assumeRole(cloud, DEFAULT_ACCOUNT, "pipeline", "applies");
  terraform = new TerraformRoot({
    example: "examples/single-account",
    name: "e2e-applier",
    env: { ...cloud.env(), AWS_ACCESS_KEY_ID: accessKeyId, AWS_SESSION_TOKEN: "local" },
    overrides: { provider: LOCAL_PROVIDER },
  });
  await terraform.init();
});
afterAll(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
  (terraform as TerraformRoot | undefined)?.remove();
});

test("it applies", async () => {
  await terraform.apply({ name: NAME });
  expect(await cloud.denials()).toEqual([]);
  expect(await terraform.plan({ name: NAME })).toEqual([]);
});

test("it changes", async () => {
  await terraform.apply({
    name: NAME,
    source_tags: { Mirror: "yes" },
    endpoint_zones: 1,
    schedule_expression: "rate(5 minutes)",
    tags: { Project: "other" },
  });
  expect(await cloud.denials()).toEqual([]);
});

test("it destroys", async () => {
  await terraform.destroy({ name: NAME });
  expect(await cloud.denials()).toEqual([]);
  expect(await terraform.resources()).toEqual([]);
});

test("it may do nothing under another name", async () => {
  const { config } = await assumeRole(cloud, DEFAULT_ACCOUNT, "pipeline", "strays");
  const sqs = new SQSClient(config);
  await expect(sqs.send(new CreateQueueCommand({ QueueName: "somebody" }))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
});
