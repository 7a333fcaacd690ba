/**
 * The fleets of the examples that stand on the shared network come into service: a node that has no way to AWS cannot
 * complete its launch, here as there. Only the groups are applied, with what they need; examples/hub and
 * examples/single-account are applied whole in files of their own.
 */
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { rawCall } from "../../local-cloud/raw-call.js";
import { LOCAL_PROVIDER, TerraformRoot, type TerraformLine } from "../support/terraform.js";

const REGION = "eu-west-1";
/** Where the fleet of each is called. */
const FLEETS: Readonly<Record<string, string>> = {
  "examples/bring-your-own-filter": "module.traffic_mirroring.module.capture_fleet",
  "examples/observe-first": "module.traffic_mirroring.module.capture_fleet",
  "examples/organization-wide": "module.capture_fleet",
  "examples/several-regions": "module.eu_west_1.module.traffic_mirroring.module.capture_fleet",
};
const WITHOUT_EGRESS = `module "capture_network" {
  egress = "none"
}
`;

let cloud: LocalCloud;

beforeEach(async () => {
  cloud = await startLocalCloud();
  await cloud.setSchedules({ paused: true });
});
afterEach(async () => {
  await (cloud as LocalCloud | undefined)?.stop();
});

const lifecycleStates = async (): Promise<readonly (string | undefined)[]> => {
  const client = new AutoScalingClient({
    endpoint: cloud.url,
    region: REGION,
    credentials: { accessKeyId: cloud.env()["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: "local" },
  });
  const { AutoScalingGroups = [] } = await client.send(new DescribeAutoScalingGroupsCommand({}));
  client.destroy();
  return AutoScalingGroups.flatMap(({ Instances = [] }) => Instances).map((node) => node.LifecycleState);
};

const warningsOf = (lines: readonly TerraformLine[]): readonly string[] =>
  lines.flatMap(({ diagnostic: found }) =>
    found?.severity === "warning" && found.summary.includes("Check block") ? [found.detail] : [],
  );

const rootOf = (example: string, overrides: Readonly<Record<string, string>> = {}) => {
  const lines: TerraformLine[] = [];
  const terraform = new TerraformRoot({
    example,
    name: `boot-${example.replaceAll("/", "-")}`,
    env: cloud.env(),
    overrides: { provider: LOCAL_PROVIDER, ...overrides },
    onLine: (line) => lines.push(line),
  });
  return { terraform, warnings: () => warningsOf(lines) };
};

test.each(Object.keys(FLEETS))("the nodes of %s come into service", async (example) => {
  await rawCall(cloud.env(), "organizations", { target: "AWSOrganizationsV20161128.CreateOrganization" });
  const { terraform } = rootOf(example);
  try {
    await terraform.init();
    await terraform.apply({}, [], [`${FLEETS[example] ?? ""}.aws_autoscaling_group.this`]);
    await cloud.idle();
  } finally {
    terraform.remove();
  }
  const states = await lifecycleStates();
  expect(states.length).toBeGreaterThan(0);
  expect(states.filter((state) => state !== "InService")).toEqual([]);
  expect(await cloud.stranded()).toEqual([]);
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
});

test("a network that is there and leads nowhere is warned of at plan", async () => {
  const { terraform, warnings } = rootOf("examples/observe-first", { egress: WITHOUT_EGRESS });
  try {
    await terraform.init();
    await terraform.apply({}, [], ["module.capture_network"]);
    expect(warnings()).toEqual([]);
    await terraform.plan();
  } finally {
    terraform.remove();
  }
  expect(warnings()).toEqual([expect.stringMatching(/no default\s+route.*euw1-az1, euw1-az2/s)]);
});
