/**
 * Applies, changes and destroys each module by the real provider, as a role of its own that may do everything, and
 * writes down what that role needed: test/applier/recorded.json.
 *
 *   make record-permissions
 */
import { join } from "node:path";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  DEFAULT_ACCOUNT,
  DEFAULT_REGION,
  startLocalCloud,
  type LocalCloud,
} from "../../local-cloud/index.js";
import { assumeRole, createRole, iamCall, sdk } from "../../local-cloud/support/resources.js";
import { root } from "../../scripts/lib/run.js";
import { CreateNatGatewayCommand, CreateRouteCommand, DescribeRouteTablesCommand } from "@aws-sdk/client-ec2";
import { createAws } from "../support/aws.js";
import { offerService } from "../support/hub.js";
import { makeNetwork, type Network } from "../support/network.js";
import { LOCAL_PROVIDER, TerraformRoot, type Variables } from "../support/terraform.js";
import {
  asPattern,
  MODULES,
  writeRecorded,
  type Module,
  type Permission,
  type Recorded,
} from "./recorded.js";
import { typesOf } from "./types.js";

const NAME = "recorded";
const GROUP = "workload";
const HUB = "222222222222";
const HUB_BUS = `arn:aws:events:${DEFAULT_REGION}:${HUB}:event-bus/hub`;

const boundary = async (cloud: LocalCloud): Promise<string> => {
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  await iamCall(cloud, DEFAULT_ACCOUNT, { Action: "CreatePolicy", PolicyName: "boundary", PolicyDocument });
  return `arn:aws:iam::${DEFAULT_ACCOUNT}:policy/boundary`;
};

/** The root of a module, applied as the role `applier-<module>`. */
const rootOf = async (cloud: LocalCloud, module: Module): Promise<TerraformRoot> => {
  const session = `applier-${module}`;
  await createRole(cloud, DEFAULT_ACCOUNT, session);
  const { accessKeyId } = await assumeRole(cloud, DEFAULT_ACCOUNT, session, session);
  const terraform = new TerraformRoot({
    example: `test/applier/roots/${module}`,
    name: `applier-${module}`,
    env: { ...cloud.env(), AWS_ACCESS_KEY_ID: accessKeyId, AWS_SESSION_TOKEN: "local" },
    overrides: { provider: LOCAL_PROVIDER },
  });
  await terraform.init();
  return terraform;
};

/** Capture nodes become healthy only with a way out. */
const wayOut = async (cloud: LocalCloud, { vpc_id, subnets }: Network): Promise<void> => {
  const { ec2 } = createAws(cloud.env());
  const { NatGateway } = await ec2.send(
    new CreateNatGatewayCommand({ ConnectivityType: "private", SubnetId: Object.values(subnets)[0] ?? "" }),
  );
  const { RouteTables = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [vpc_id] }] }),
  );
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: RouteTables[0]?.RouteTableId ?? "",
      DestinationCidrBlock: "0.0.0.0/0",
      NatGatewayId: NatGateway?.NatGatewayId ?? "",
    }),
  );
};

const group = async (cloud: LocalCloud, subnet: string): Promise<void> => {
  const client = sdk(cloud, DEFAULT_ACCOUNT, AutoScalingClient);
  await client.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: GROUP,
      ImageId: "ami-0123456789abcdef0",
      InstanceType: "m5.large",
    }),
  );
  await client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: GROUP,
      LaunchConfigurationName: GROUP,
      MinSize: 0,
      MaxSize: 1,
      VPCZoneIdentifier: subnet,
    }),
  );
};

const used = async (cloud: LocalCloud, module: Module): Promise<readonly Permission[]> => {
  const where = { account: DEFAULT_ACCOUNT, region: DEFAULT_REGION, name: NAME };
  const found = new Map<string, Permission>();
  for (const { session, action, resource, passedTo } of await cloud.uses()) {
    if (session !== `applier-${module}`) continue;
    // The group of somebody else's to which a hook is added.
    const pattern = asPattern(resource, where)
      .replace(`/${GROUP}`, "/*")
      // In a database's name hyphens of the fleet's are underscores.
      .replace(/(:glue:.*)\/\$\{name\}_capture/, "$1/*_capture");
    const permission = { action, resource: pattern, ...(passedTo !== undefined && { passedTo }) };
    found.set(JSON.stringify(permission), permission);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, permission]) => permission);
};

/** Applies, changes and destroys. */
const hub = async (fleet: TerraformRoot, variables: Variables): Promise<void> => {
  await fleet.apply(variables);
  await fleet.apply({ ...variables, changed: true });
  await fleet.destroy({ ...variables, changed: true });
};

const client = async (
  endpoint: TerraformRoot,
  controller: TerraformRoot,
  variables: Variables & Pick<Network, "subnets">,
): Promise<void> => {
  await endpoint.apply(variables);
  const { vpcs } = await endpoint.outputs<{ vpcs: unknown }>();
  const { permissions_boundary, subnets } = variables;
  const own = {
    permissions_boundary,
    vpcs,
    hub_event_bus_arn: HUB_BUS,
    autoscaling_group: GROUP,
    excluded_subnet: Object.values(subnets)[0] ?? "",
  };
  await controller.apply(own);
  await controller.apply({ ...own, changed: true });
  await controller.destroy({ ...own, changed: true });
  await endpoint.apply({ ...variables, changed: true });
  await endpoint.destroy({ ...variables, changed: true });
};

const main = async (): Promise<void> => {
  const cloud = await startLocalCloud({ logFile: join(root, "reports", "applier-cloud.log") });
  try {
    await cloud.setSchedules({ paused: true });
    const network = await makeNetwork(createAws(cloud.env()));
    const { vpc_id, subnets } = network;
    await wayOut(cloud, network);
    await group(cloud, Object.values(subnets)[0] ?? "");
    const zones = ["a", "b", "c"].map((zone) => `${DEFAULT_REGION}${zone}`);
    const service = await offerService(cloud.env(HUB), "hub", zones, [
      `arn:aws:iam::${DEFAULT_ACCOUNT}:root`,
    ]);
    const common = { permissions_boundary: await boundary(cloud), vpc_id, subnets };
    const roots = await Promise.all(MODULES.map((module) => rootOf(cloud, module)));
    const [fleet, endpoint, controller] = roots as [TerraformRoot, TerraformRoot, TerraformRoot];
    await Promise.all([
      hub(fleet, common),
      client(endpoint, controller, { ...common, endpoint_service_name: service }),
    ]);

    const entries: [Module, Recorded][] = [];
    for (const module of MODULES) {
      entries.push([module, { types: typesOf(module), permissions: await used(cloud, module) }]);
    }
    writeRecorded(Object.fromEntries(entries) as Record<Module, Recorded>);
    const gaps = await cloud.gaps();
    if (gaps.length > 0) throw new Error(`gaps: ${JSON.stringify(gaps)}`);
    for (const each of roots) each.remove();
  } finally {
    await cloud.stop();
  }
};

await main();
