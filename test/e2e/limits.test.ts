/**
 * What a plan by the real provider refuses, and lets through. Every input at its longest: what is named after them stays
 * within what AWS takes. The provider checks many names by itself and fails the plan; the table below is for those that
 * only AWS would refuse. And ids of what is not there. Nothing is applied.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { CreateVpcCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { root } from "../../scripts/lib/run.js";
import { terraformEnvironment } from "../../scripts/terraform-env.js";
import { createAws } from "../support/aws.js";
import { makeNetwork } from "../support/network.js";

const folder = join(root, ".cache", "terraform", "work", "limits");
/** As long as the names of regions are. */
const REGION = "ap-southeast-1";
const IAM_PATH = "/network/mirroring/";
const RUNBOOK = "https://wiki.example/mirroring/operations";

const repeated = (prefix: string, length: number) => prefix.padEnd(length, "x");
const hex = (prefix: string, index: number) => `${prefix}-${index.toString(16).padStart(17, "0")}`;
/** Characters of two bytes in UTF-8; as JSON as long as mirror-controller takes its tags. */
const wide = Object.fromEntries(
  ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].map((key) => [key, "ü".repeat(121)]),
);

const shared = { iam_path: IAM_PATH, runbook_url: RUNBOOK, tags: wide };
const SERVICE = `com.amazonaws.vpce.${REGION}.vpce-svc-0123456789abcdef0`;

/** Ids of what is there. */
let vpcIds: readonly string[];
let subnetId: string;

const controller = (vpcs: number) => ({
  source: relative(folder, join(root, "modules", "mirror-controller")),
  ...shared,
  name: repeated("c", 38),
  hub_event_bus_arn: `arn:aws:events:${REGION}:111122223333:event-bus/hub`,
  vpc_config: { subnet_ids: [subnetId], security_group_ids: [hex("sg", 1)] },
  vpcs: Object.fromEntries(
    Array.from({ length: vpcs }, (_, index) => [
      `vpc-${String(index)}`,
      {
        vpc_id: hex("vpc", index),
        filter_id: hex("tmf", index),
        targets: Object.fromEntries(
          ["a", "b", "c", "d", "e", "f"].map((zone, at) => [
            zone,
            { target_id: hex("tmt", 6 * index + at), availability_zone: `${REGION}${zone}` },
          ]),
        ),
      },
    ]),
  ),
  lifecycle_hooks: {
    web: { autoscaling_group_name: "ä".repeat(200), when_not_mirrored: "abandon", create: false },
  },
  sources: { tags: [{ tags: { Mirror: "true" }, on: "guardduty" }] },
});

const endpoint = (vpcs: number) => ({
  source: relative(folder, join(root, "modules", "mirror-endpoint")),
  ...shared,
  name: repeated("e", 38),
  // The ids of 80 VPCs are in the environment as well.
  tags: { Team: "ü".repeat(256), Owner: "ü".repeat(256) },
  endpoint_management: "automatic",
  automatic: { zones: "instances" },
  endpoint_service_name: SERVICE,
  vpc_config: { subnet_ids: [subnetId], security_group_ids: [hex("sg", 1)] },
  vpcs: Object.fromEntries(
    vpcIds.slice(0, vpcs).map((vpc_id, index) => [`vpc-${String(index)}`, { vpc_id }]),
  ),
});

interface Planned {
  readonly resources?: readonly {
    readonly address: string;
    readonly type: string;
    readonly mode: string;
    readonly values?: Readonly<Record<string, unknown>>;
  }[];
  readonly child_modules?: readonly Planned[];
}
interface Resource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}
const resourcesIn = ({ resources = [], child_modules = [] }: Planned): readonly Resource[] => [
  ...resources.flatMap(({ mode, values = {}, ...more }) => (mode === "managed" ? [{ ...more, values }] : [])),
  ...child_modules.flatMap(resourcesIn),
];

/** Where a name is, and how long AWS lets it be (each service's API reference). */
const names: Readonly<Record<string, readonly [attribute: string, characters: number]>> = {
  aws_iam_role: ["name", 64],
  aws_iam_role_policy: ["name", 128],
  aws_iam_policy: ["name", 128],
  aws_iam_instance_profile: ["name", 128],
  aws_lambda_function: ["function_name", 64],
  aws_cloudwatch_log_group: ["name", 512],
  aws_cloudwatch_metric_alarm: ["alarm_name", 255],
  aws_cloudwatch_event_rule: ["name", 64],
  aws_cloudwatch_event_bus: ["name", 256],
  aws_sqs_queue: ["name", 80],
  aws_dynamodb_table: ["name", 255],
  aws_ssm_parameter: ["name", 1011],
  aws_lambda_permission: ["statement_id", 100],
};
/** Texts and documents, in bytes. */
const documents: Readonly<Record<string, readonly [attribute: string, bytes: number]>> = {
  aws_iam_policy: ["policy", 6144],
  aws_cloudwatch_event_rule: ["event_pattern", 2048],
  aws_cloudwatch_metric_alarm: ["alarm_description", 1024],
  aws_sqs_queue: ["policy", 8192],
  aws_ssm_parameter: ["insecure_value", 4096],
  aws_lambda_function: ["description", 256],
};

let cloud: LocalCloud;

const terraform = (...args: string[]): Promise<{ readonly code: number; readonly text: string }> => {
  const own = /^(AWS_|TF_VAR_|TF_CLI_ARGS|TF_DATA_DIR|TF_WORKSPACE|TF_LOG)/;
  const inherited = Object.entries(terraformEnvironment().env).filter(([name]) => !own.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    ...cloud.env(),
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
  };
  return new Promise((resolve) => {
    execFile(
      "terraform",
      args,
      { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, text: stdout + stderr });
      },
    );
  });
};

const writeRoot = (
  modules: Readonly<Record<string, object>>,
  default_tags: Readonly<Record<string, string>> = {},
) => {
  const aws = {
    skip_credentials_validation: true,
    skip_metadata_api_check: true,
    max_retries: 1,
    default_tags: { tags: default_tags },
  };
  writeFileSync(
    join(folder, "main.tf.json"),
    JSON.stringify({ provider: { aws }, module: modules }, undefined, 2),
  );
};

/** The errors that a plan ends with, each on one line. */
const refusals = async (): Promise<readonly string[]> => {
  const plan = await terraform("plan", "-input=false", "-json");
  return plan.text
    .split("\n")
    .filter((line) => line.includes('"diagnostic"') && line.includes('"severity":"error"'))
    .map((line) =>
      (JSON.parse(line) as { diagnostic: { detail: string } }).diagnostic.detail.replace(/\s+/g, " ").trim(),
    )
    .sort();
};

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cloud = await startLocalCloud();
  const aws = createAws({ ...cloud.env(), AWS_REGION: REGION });
  const network = await makeNetwork(aws, ["apse1-az1"]);
  subnetId = Object.values(network.subnets)[0] ?? "";
  const others = Array.from({ length: 79 }, () =>
    aws.ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" })),
  );
  vpcIds = [network.vpc_id, ...(await Promise.all(others)).map(({ Vpc }) => Vpc?.VpcId ?? "")];
  writeRoot({ controller: controller(80), endpoint: endpoint(80) });
  const init = await terraform("init", "-input=false", "-no-color");
  if (init.code !== 0) throw new Error(init.text);
});

afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a plan with every input at its longest", () => {
  let planned: readonly Resource[];

  beforeAll(async () => {
    const plan = await terraform("plan", "-input=false", "-no-color", "-out=plan");
    if (plan.code !== 0) throw new Error(plan.text);
    const { text } = await terraform("show", "-json", "plan");
    planned = resourcesIn(
      (JSON.parse(text) as { planned_values: { root_module: Planned } }).planned_values.root_module,
    );
  });

  test("keeps every name within what AWS takes", () => {
    const measured = planned.flatMap(({ address, type, values }) => {
      const [attribute, limit] = names[type] ?? [];
      const name = attribute === undefined ? undefined : values[attribute];
      return typeof name === "string" ? [{ address, name, over: name.length - (limit ?? 0) }] : [];
    });
    expect(measured.filter(({ over }) => over > 0)).toEqual([]);
    expect(measured.length).toBeGreaterThan(80);
    const named = planned.filter(({ values }) => "name" in values && typeof values["name"] === "string");
    expect([...new Set(named.map(({ type }) => type).filter((type) => !(type in names)))]).toEqual([]);
  });

  test("keeps every document within what AWS takes, in bytes", () => {
    const over = planned.flatMap(({ address, type, values }) => {
      const [attribute, limit] = documents[type] ?? [];
      const text = attribute === undefined ? undefined : values[attribute];
      if (typeof text !== "string") return [];
      const compact = attribute?.startsWith("policy") ? JSON.stringify(JSON.parse(text)) : text;
      return Buffer.byteLength(compact) > (limit ?? 0)
        ? [{ address, bytes: Buffer.byteLength(compact) }]
        : [];
    });
    expect(over).toEqual([]);
  });

  test("keeps the inline policies of each role within 10,240 characters", () => {
    const byRole = new Map<string, number>();
    for (const { address, type, values } of planned) {
      if (type !== "aws_iam_role_policy" || typeof values["policy"] !== "string") continue;
      const role = address
        .replace(/\.aws_iam_role_policy.*$/, "")
        .replace(/^module\.endpoint$/, 'module.endpoint.module.endpoints["endpoints"]');
      byRole.set(role, (byRole.get(role) ?? 0) + JSON.stringify(JSON.parse(values["policy"])).length);
    }
    expect([...byRole.values()].every((characters) => characters <= 10_240)).toBe(true);
    expect(Math.max(...byRole.values())).toBeGreaterThan(3_000);
  });

  test("puts every role and policy below the path, and a link into every alarm", () => {
    const withPath = planned.filter(({ type }) => ["aws_iam_role", "aws_iam_policy"].includes(type));
    expect(new Set(withPath.map(({ values }) => values["path"]))).toEqual(new Set([IAM_PATH]));
    expect(withPath.length).toBe(5 + 10);
    const descriptions = planned.flatMap(({ values }) => values["alarm_description"] ?? []);
    expect(descriptions.length).toBeGreaterThan(35);
    for (const description of descriptions) {
      expect(description).toMatch(/ See https:\/\/wiki\.example\/mirroring\/operations#[a-z-]+$/);
    }
  });

  test("places all four functions in the VPC", () => {
    const functions = planned.filter(({ type }) => type === "aws_lambda_function");
    expect(functions.map(({ values }) => values["vpc_config"])).toEqual(
      Array.from({ length: 4 }, () => [expect.objectContaining({ subnet_ids: [subnetId] })]),
    );
  });
});

test("what is too long fails while planning, once, with a sentence that names it and the limit", async () => {
  const tags = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`Schlüssel ${String(n)}`, "ö".repeat(150)]),
  );
  const plainTags = { Team: "security" };
  writeRoot(
    {
      controller: { ...controller(1), tags: plainTags },
      endpoint: { ...endpoint(1), tags: plainTags },
    },
    tags,
  );
  const details = await refusals();
  const sentence = (name: string) =>
    expect.stringMatching(
      new RegExp(
        `^tags, the provider's default_tags and left_out_vpc_ids are too long together: the environment of the function ${name} would have \\d+ bytes.* Lambda takes 4,096`,
      ),
    );
  expect(details).toEqual([
    sentence(`${repeated("c", 38)}-reconcile`),
    sentence(`${repeated("c", 38)}-requests`),
    sentence(`${repeated("c", 38)}-sweep`),
    sentence(`${repeated("e", 38)}-endpoints`),
  ]);
});

test("a VPC and subnets that are not there fail while planning, with a sentence that names input, id and place", async () => {
  const shape = {
    ...endpoint(0),
    tags: {},
    endpoint_management: "terraform",
    automatic: {},
    vpc_config: null,
  };
  writeRoot({
    endpoint: {
      ...shape,
      vpcs: { prod: { vpc_id: hex("vpc", 1), subnets: { a: hex("subnet", 1), b: hex("subnet", 2) } } },
    },
    automatic: {
      ...endpoint(0),
      tags: {},
      name: "automatic",
      vpc_config: { subnet_ids: [subnetId, hex("subnet", 4)], security_group_ids: [hex("sg", 1)] },
      vpcs: { test: { vpc_id: hex("vpc", 2) } },
    },
    controller: {
      ...controller(1),
      tags: {},
      vpc_config: { subnet_ids: [hex("subnet", 5)], security_group_ids: [hex("sg", 1)] },
      sources: { subnets: [{ subnet_id: hex("subnet", 6) }, { subnet_id: subnetId }] },
      exclude: { subnet_ids: [subnetId, hex("subnet", 7)] },
    },
    fleet: {
      source: relative(folder, join(root, "modules", "capture-fleet")),
      name: "capture",
      vpc_id: hex("vpc", 1),
      subnets: { a: hex("subnet", 3) },
    },
  });
  const init = await terraform("init", "-input=false", "-no-color");
  expect(init).toMatchObject({ code: 0 });
  const no = (what: string) => `There is no such ${what} in the account 123456789012 in ${REGION}`;
  const wayOut = "Give ids of this account and region, or correct the provider's.";
  expect(await refusals()).toEqual([
    `${no("VPC")}: vpc_id (${hex("vpc", 1)}). ${wayOut}`,
    `${no("VPC")}: vpcs["test"].vpc_id (${hex("vpc", 2)}). ${wayOut}`,
    `${no("subnet")}: exclude.subnet_ids[1] (${hex("subnet", 7)}), sources.subnets[0].subnet_id (${hex("subnet", 6)}), vpc_config.subnet_ids[0] (${hex("subnet", 5)}). ${wayOut}`,
    `${no("subnet")}: subnets["a"] (${hex("subnet", 3)}). ${wayOut}`,
    `${no("subnet")}: vpc_config.subnet_ids[1] (${hex("subnet", 4)}). ${wayOut}`,
    `${no("subnet")}: vpcs["prod"].subnets["a"] (${hex("subnet", 1)}), vpcs["prod"].subnets["b"] (${hex("subnet", 2)}). ${wayOut}`,
  ]);
});
