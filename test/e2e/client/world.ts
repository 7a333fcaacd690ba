/**
 * A client account with 300 sources in two VPCs, more on demand, and a hub in another account; test/e2e/roots/client is applied
 * by the real provider, and what changes afterwards is mostly the map of VPCs. Schedules are paused: what moves or
 * removes a session is the apply or the destroy itself.
 */
import {
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcCommand,
  type TrafficMirrorSession,
} from "@aws-sdk/client-ec2";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  DEFAULT_ACCOUNT,
  DEFAULT_REGION,
  startLocalCloud,
  type LocalCloud,
} from "../../../local-cloud/index.js";
import { createAws, tagsOf, type Aws } from "../../support/aws.js";
import { makeEventualIfAsked } from "../../support/eventual.js";
import { watch, type Watched } from "../../support/coverage.js";
import { offerService } from "../../support/hub.js";
import { taggingProvider, TerraformError, TerraformRoot, type Variables } from "../../support/terraform.js";

const HUB = "222222222222";
const ZONES = ["eu-west-1a", "eu-west-1b"] as const;
/** As long as both modules take it. */
const CONTROLLER = "client-".padEnd(38, "x");
export const SWEEP = `${CONTROLLER}-sweep`;

/** The provider's, as an organization's tag policy asks for them. */
export const DEFAULT_TAGS = { CostCenter: "4711" };

export interface Vpc {
  readonly vpcId: string;
  /** Zone → id. */
  readonly subnets: Readonly<Record<string, string>>;
  readonly interfaceIds: readonly string[];
}

export interface Outputs {
  readonly vpcs: Readonly<
    Record<string, { filter_id: string; targets: Readonly<Record<string, { target_id: string }>> }>
  >;
}

export const isOurs = ({ Tags }: TrafficMirrorSession): boolean =>
  tagsOf(Tags)["traffic-mirror:controller"] === CONTROLLER;

export class ClientWorld {
  cloud!: LocalCloud;
  aws!: Aws;
  terraform!: TerraformRoot;
  prod!: Vpc;
  /** A tenth of the sources, in one zone: less than what the guardrail holds back. */
  lab!: Vpc;
  readonly times: Record<string, string> = {};
  #variables: Variables = {};

  async start(): Promise<void> {
    this.cloud = await startLocalCloud();
    await this.cloud.setSchedules({ paused: true });
    await makeEventualIfAsked(this.cloud);
    await this.cloud.setSwitches({ "endpoint-behind-target": "kept", "endpoint-availability": "pending" });
    this.aws = createAws(this.cloud.env());
    const principals = [`arn:aws:iam::${DEFAULT_ACCOUNT}:root`];
    const service = await offerService(this.cloud.env(HUB), "hub", ZONES, principals);
    this.prod = await this.#vpc("10.0", ZONES, 270);
    this.lab = await this.#vpc("10.1", ZONES.slice(0, 1), 30);
    this.terraform = new TerraformRoot({
      example: "test/e2e/roots/client",
      name: "client",
      env: this.cloud.env(),
      overrides: { provider: taggingProvider(DEFAULT_TAGS) },
    });
    await this.terraform.init();
    const vpcs = { prod: this.entry("prod"), lab: this.entry("lab") };
    this.#variables = { name: CONTROLLER, endpoint_service_name: service, vpcs };
  }

  async stop(): Promise<void> {
    process.stderr.write(`${JSON.stringify(this.times, null, 1)}\n`);
    await (this.cloud as LocalCloud | undefined)?.stop();
    (this.terraform as TerraformRoot | undefined)?.remove();
  }

  async #vpc(block: string, zones: readonly string[], count: number): Promise<Vpc> {
    const { Vpc } = await this.aws.ec2.send(new CreateVpcCommand({ CidrBlock: `${block}.0.0/16` }));
    const vpcId = Vpc?.VpcId ?? "";
    const made: { subnetId: string; zone: string }[] = [];
    for (const [index, zone] of zones.entries()) {
      const CidrBlock = `${block}.${index * 64}.0/18`;
      const { Subnet } = await this.aws.ec2.send(
        new CreateSubnetCommand({ VpcId: vpcId, AvailabilityZone: zone, CidrBlock }),
      );
      made.push({ subnetId: Subnet?.SubnetId ?? "", zone });
    }
    const subnets = Object.fromEntries(made.map(({ subnetId, zone }) => [zone, subnetId]));
    return { vpcId, subnets, interfaceIds: await this.#launch(vpcId, subnets, count) };
  }

  /** Instances with one interface each, spread over the zones; answers their interfaces. */
  async #launch(vpcId: string, subnets: Vpc["subnets"], count: number): Promise<readonly string[]> {
    const where = { account: DEFAULT_ACCOUNT, region: DEFAULT_REGION };
    const spread = Object.entries(subnets).map(([zone, subnetId]) => ({ zone, subnetId }));
    const { instances } = await this.cloud.fleet<{
      instances: readonly { interfaceIds: readonly string[] }[];
    }>({ do: "add", ...where, spec: { count, vpcId, subnets: spread } });
    return instances.flatMap((each) => each.interfaceIds);
  }

  /** So many more sources in prod, which no event reports. */
  async grow(count: number): Promise<void> {
    const { vpcId, subnets, interfaceIds } = this.prod;
    const more = await this.#launch(vpcId, subnets, count);
    this.prod = { vpcId, subnets, interfaceIds: [...interfaceIds, ...more] };
  }

  /** A VPC's entry in the input `vpcs`. */
  entry(of: "prod" | "lab"): object {
    const { vpcId, subnets } = this[of];
    return { vpc_id: vpcId, subnets, vni: of === "prod" ? 100 : 200 };
  }

  /** Sessions of somebody else, on as many of our sources, to an interface and through a filter of their own. */
  async strangers(count: number): Promise<void> {
    const { ec2 } = this.aws;
    const [SubnetId] = Object.values(this.lab.subnets);
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
    const { TrafficMirrorTarget } = await ec2.send(
      new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId }),
    );
    const { TrafficMirrorFilter } = await ec2.send(new CreateTrafficMirrorFilterCommand({}));
    for (const NetworkInterfaceId of this.prod.interfaceIds.slice(0, count)) {
      await ec2.send(
        new CreateTrafficMirrorSessionCommand({
          NetworkInterfaceId,
          TrafficMirrorTargetId: TrafficMirrorTarget?.TrafficMirrorTargetId,
          TrafficMirrorFilterId: TrafficMirrorFilter?.TrafficMirrorFilterId,
          SessionNumber: 3,
        }),
      );
    }
  }

  async ours(): Promise<readonly TrafficMirrorSession[]> {
    return (await this.aws.sessions()).filter(isOurs);
  }

  /** Interface → session of ours, for telling the same from another in its place. */
  async byInterface(of: Vpc): Promise<Readonly<Record<string, string>>> {
    const ids = new Set(of.interfaceIds);
    return Object.fromEntries(
      (await this.ours())
        .filter(({ NetworkInterfaceId = "" }) => ids.has(NetworkInterfaceId))
        .map((each) => [each.NetworkInterfaceId ?? "", each.TrafficMirrorSessionId ?? ""]),
    );
  }

  async apply(label: string, change: Variables = {}, replace: readonly string[] = []): Promise<void> {
    this.#variables = { ...this.#variables, ...change };
    await this.timed(label, () => this.terraform.apply(this.#variables, replace));
  }

  /** An apply during which the sources of a VPC are looked at without a pause to speak of. */
  async watched(of: Vpc, ...apply: Parameters<ClientWorld["apply"]>): Promise<Watched> {
    await this.cloud.resetCounts();
    return watch({ aws: this.aws, controller: CONTROLLER }, of.interfaceIds, () => this.apply(...apply), 500);
  }

  /** Calls to EC2 that made or removed sessions since the counts were reset. */
  async madeAndRemoved(): Promise<{ made: number; removed: number }> {
    const { actions } = await this.cloud.counts();
    const calls = (name: string) => actions[`ec2:${name}TrafficMirrorSession`]?.calls ?? 0;
    return { made: calls("Create"), removed: calls("Delete") };
  }

  plan(): Promise<readonly string[]> {
    return this.terraform.plan(this.#variables);
  }

  outputs(): Promise<Outputs> {
    return this.terraform.outputs<Outputs>();
  }

  /** What Terraform said when it failed; empty when it did not. */
  async destroy(label: string): Promise<string> {
    return this.#said(() => this.timed(label, () => this.terraform.destroy(this.#variables)));
  }

  /** An apply that may fail: what Terraform said, as for `destroy`. */
  async tryApply(label: string, change: Variables): Promise<string> {
    return this.#said(() => this.timed(label, () => this.terraform.apply({ ...this.#variables, ...change })));
  }

  async #said(work: () => Promise<void>): Promise<string> {
    try {
      await work();
      return "";
    } catch (error) {
      if (error instanceof TerraformError) return error.message;
      throw error;
    }
  }

  /** Seconds for which the sweep may run. A destroy changes no function, so it finds this as it was set. */
  async time(Timeout: number): Promise<void> {
    await this.aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: SWEEP, Timeout }));
  }

  async timed(label: string, work: () => Promise<void>): Promise<void> {
    const began = performance.now();
    try {
      await work();
    } finally {
      this.times[label] = `${Math.round((performance.now() - began) / 1000)} s`;
    }
  }
}
