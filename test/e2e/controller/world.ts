/** The controller as Terraform deploys it, and around it what it works for: a network, groups, requesters, a hub. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  type TrafficMirrorSession,
} from "@aws-sdk/client-ec2";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand, PutPermissionCommand } from "@aws-sdk/client-eventbridge";
import {
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { root } from "../../../scripts/lib/run.js";
import {
  DEFAULT_ACCOUNT,
  DEFAULT_REGION,
  startLocalCloud,
  type LocalCloud,
} from "../../../local-cloud/index.js";
import {
  assumeRole,
  createRole,
  eventToQueue,
  sdk,
  type Session,
  type TestQueue,
} from "../../../local-cloud/support/resources.js";
import { createAws, tagsOf, type Aws, type Launched } from "../../support/aws.js";
import { makeEventual } from "../../support/eventual.js";
import { anEvent, ACCOUNT_REGION } from "../../support/events.js";
import { LOCAL_PROVIDER, TerraformRoot } from "../../support/terraform.js";
import { Claims } from "./claims.js";
import { makeMirrorFilter } from "../../support/mirror-filter.js";

const HUB = "999999999999";
const HUB_BUS = `arn:aws:events:${DEFAULT_REGION}:${HUB}:event-bus/hub`;
const ZONE = "eu-west-1a";
export const CONTROLLER = "mirror";
/** Of request-mirror.sh: it waits for the answer, however busy the machine is, and not for a time. */
export const PATIENTLY = ["-t", "600"] as const;
/** Groups by what becomes of an instance that cannot be mirrored; one whose type EC2 refuses is of type t2.micro. */
export const GROUPS = { held: "m5.large", lenient: "t2.micro", strict: "t2.micro" } as const;
export type Group = keyof typeof GROUPS;

interface Outputs {
  readonly event_bus_arn: string;
  readonly request_policy_json: string;
  readonly queue_arns: Readonly<
    Record<"events" | "events_dlq" | "requests" | "requests_dlq" | "hub_dlq", string>
  >;
  readonly function_names: Readonly<Record<"reconcile" | "requests" | "sweep", string>>;
  readonly demands_table_name: string;
}

/** A report as the hub received it. */
export interface HubReport {
  readonly account: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export class World {
  cloud!: LocalCloud;
  aws!: Aws;
  scaling!: AutoScalingClient;
  terraform!: TerraformRoot;
  outputs!: Outputs;
  claims!: Claims;
  hub!: TestQueue;
  subnetId = "";
  /** In a VPC that the policy does not name. */
  foreignSubnetId = "";

  async start(): Promise<void> {
    const logFile = join(root, "reports", "e2e-controller-cloud.log");
    mkdirSync(join(root, "reports"), { recursive: true });
    rmSync(logFile, { force: true });
    this.cloud = await startLocalCloud({ logFile });
    await this.cloud.setSchedules({ paused: true });
    await makeEventual(this.cloud);
    this.aws = createAws(this.cloud.env());
    this.scaling = sdk(this.cloud, DEFAULT_ACCOUNT, AutoScalingClient);
    const vpcs = await this.#network();
    for (const group of Object.keys(GROUPS)) await this.#group(group as Group);
    await this.#hub();
    this.terraform = new TerraformRoot({
      example: "test/e2e/controller",
      name: "e2e-controller",
      env: this.cloud.env(),
      overrides: { provider: LOCAL_PROVIDER },
    });
    await this.terraform.init();
    const hook = (group: Group, more: object = {}) => ({ autoscaling_group_name: group, ...more });
    await this.terraform.apply({
      vpcs,
      hub_event_bus_arn: HUB_BUS,
      lifecycle_hooks: {
        held: hook("held"),
        lenient: hook("lenient"),
        strict: hook("strict", { when_not_mirrored: "abandon", abandons_per_hour: 2 }),
      },
    });
    this.outputs = await this.terraform.outputs<Outputs>();
    this.claims = new Claims(
      sdk(this.cloud, DEFAULT_ACCOUNT, DynamoDBClient),
      this.outputs.demands_table_name,
    );
    const statements = JSON.parse(this.outputs.request_policy_json) as { Statement: readonly unknown[] };
    await createRole(this.cloud, DEFAULT_ACCOUNT, "app", statements.Statement);
    await createRole(this.cloud, DEFAULT_ACCOUNT, "nobody", [
      { Effect: "Allow", Action: "ec2:DescribeRegions", Resource: "*" },
    ]);
  }

  async stop(): Promise<void> {
    await (this.cloud as LocalCloud | undefined)?.stop();
    (this.terraform as TerraformRoot | undefined)?.remove();
  }

  async #network(): Promise<object> {
    const { ec2 } = this.aws;
    const subnet = async (CidrBlock: string) => {
      const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock }));
      const made = { VpcId: Vpc?.VpcId, CidrBlock, AvailabilityZone: ZONE };
      const { Subnet } = await ec2.send(new CreateSubnetCommand(made));
      return { vpcId: Vpc?.VpcId ?? "", subnetId: Subnet?.SubnetId ?? "" };
    };
    const [ours, theirs] = [await subnet("10.0.0.0/16"), await subnet("10.1.0.0/16")];
    this.subnetId = ours.subnetId;
    this.foreignSubnetId = theirs.subnetId;
    const { NetworkInterface } = await ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId: this.subnetId }),
    );
    const { TrafficMirrorTarget } = await ec2.send(
      new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId }),
    );
    const filterId = await makeMirrorFilter(ec2);
    return {
      test: {
        vpc_id: ours.vpcId,
        filter_id: filterId,
        targets: {
          one: { target_id: TrafficMirrorTarget?.TrafficMirrorTargetId, availability_zone: ZONE },
        },
      },
    };
  }

  async #group(name: Group): Promise<void> {
    await this.scaling.send(
      new CreateLaunchConfigurationCommand({
        LaunchConfigurationName: name,
        ImageId: "ami-12c6146b",
        InstanceType: GROUPS[name],
      }),
    );
    await this.scaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchConfigurationName: name,
        MinSize: 0,
        MaxSize: 5,
        DesiredCapacity: 0,
        VPCZoneIdentifier: this.subnetId,
        Tags: [{ Key: "Mirror", Value: "true", PropagateAtLaunch: true }],
      }),
    );
  }

  /** A bus in another account, which permits this one, and a queue that hears everything on it. */
  async #hub(): Promise<void> {
    this.hub = await eventToQueue(this.cloud, HUB, { source: [{ prefix: "" }] }, { bus: "hub" });
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Clients",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${DEFAULT_ACCOUNT}:root` },
          Action: "events:PutEvents",
          Resource: HUB_BUS,
          // As capture-fleet writes it.
          Condition: {
            "ForAllValues:StringEquals": { "events:source": "traffic-mirror.controller" },
            Null: { "events:source": "false" },
          },
        },
      ],
    });
    const events = sdk(this.cloud, HUB, EventBridgeClient);
    await events.send(new PutPermissionCommand({ EventBusName: "hub", Policy }));
  }

  /** What the hub has received since it was last asked. */
  async hubReports(): Promise<readonly HubReport[]> {
    await this.cloud.idle();
    const all: HubReport[] = [];
    for (;;) {
      const bodies = await this.hub.receive();
      if (bodies.length === 0) return all;
      all.push(...bodies.map((body) => JSON.parse(body) as HubReport));
    }
  }

  async hubReportsOf(detailType: string): Promise<readonly HubReport["detail"][]> {
    return (await this.hubReports())
      .filter((each) => each["detail-type"] === detailType)
      .map(({ detail }) => detail);
  }

  /** An instance that no event reports. */
  async quietly(tags: Readonly<Record<string, string>> = {}, subnetId = this.subnetId): Promise<Launched> {
    await this.cloud.settings({ instanceEvents: false });
    const launched = await this.aws.launch({ subnetId, tags });
    await this.cloud.settings({ instanceEvents: true });
    return launched;
  }

  async sessionsOn(...interfaceIds: readonly string[]): Promise<readonly TrafficMirrorSession[]> {
    const all = await this.aws.sessions();
    return all.filter(({ NetworkInterfaceId = "" }) => interfaceIds.includes(NetworkInterfaceId));
  }

  /** Puts a fixture on the default bus, about this instance, interface and session. */
  async put(
    fixture: string,
    ids: { instance?: string; eni?: string; session?: string },
    over: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const text = anEvent(fixture)
      .replaceAll(ACCOUNT_REGION.account, DEFAULT_ACCOUNT)
      .replace(/\btms-[0-9a-f]+/g, ids.session ?? "$&")
      .replace(/\beni-[0-9a-f]+/g, ids.eni ?? "$&")
      .replace(/\bi-[0-9a-f]{8,17}\b/g, ids.instance ?? "$&");
    const event = JSON.parse(text) as {
      source: string;
      "detail-type": string;
      detail: Record<string, unknown>;
      resources: string[];
    };
    const { source, "detail-type": detailType, detail, resources } = event;
    await this.cloud.emit({ source, detailType, detail: { ...detail, ...over }, resources });
    await this.cloud.idle();
  }

  /** Takes all claims away, so that the next sweep ends what they asked for. */
  async forget(): Promise<void> {
    await this.claims.clear();
    await this.sweep();
  }

  /** A request as a trusted requester makes it. */
  async ask(detailType: "Mirror Requested" | "Mirror Withdrawn", detail: object): Promise<void> {
    const events = sdk(this.cloud, DEFAULT_ACCOUNT, EventBridgeClient);
    const entry = {
      EventBusName: CONTROLLER,
      Source: "traffic-mirror",
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    };
    const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount !== 0) throw new Error("the bus did not take the request");
    await this.cloud.idle();
  }

  /** Does something while nothing reads the queue of requests. */
  async inSilence(work: () => Promise<void>): Promise<void> {
    const { EventSourceMappings: [mapping] = [] } = await this.aws.lambda.send(
      new ListEventSourceMappingsCommand({ EventSourceArn: this.outputs.queue_arns.requests }),
    );
    const set = async (Enabled: boolean) => {
      await this.aws.lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping?.UUID, Enabled }));
    };
    await set(false);
    try {
      await work();
    } finally {
      await set(true);
      await this.cloud.idle();
    }
  }

  /** The session that an instance's role gives it. */
  as(role: "app" | "nobody", name: string): Promise<Session> {
    return assumeRole(this.cloud, DEFAULT_ACCOUNT, role, name);
  }

  async scale(group: Group, DesiredCapacity: number): Promise<void> {
    await this.scaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: group, DesiredCapacity }));
  }

  async members(group: Group): Promise<readonly { id: string; state: string; interfaceId: string }[]> {
    const { AutoScalingGroups: [found] = [] } = await this.scaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    );
    return Promise.all(
      (found?.Instances ?? []).map(async ({ InstanceId = "", LifecycleState = "" }) => {
        const { Reservations = [] } = await this.aws.ec2.send(
          new DescribeInstancesCommand({ InstanceIds: [InstanceId] }),
        );
        const [instance] = Reservations[0]?.Instances ?? [];
        const interfaceId = instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
        return { id: InstanceId, state: LifecycleState, interfaceId };
      }),
    );
  }

  /** New processes for the functions, which remember nothing of what was before. */
  async settle(): Promise<void> {
    await this.cloud.idle();
    for (const FunctionName of Object.values(this.outputs.function_names)) {
      const { Description } = await this.aws.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName }),
      );
      await this.aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description }));
    }
  }

  async sweep(): Promise<void> {
    await this.cloud.settle();
    if (!(await this.cloud.fireSchedule(this.outputs.function_names.sweep))) throw new Error("no schedule");
    await this.cloud.idle();
  }

  /** The sum of a metric since records were cleared. */
  async count(name: string): Promise<number> {
    const found = (await this.cloud.metrics()).filter((metric) => metric.name === name);
    return found.flatMap(({ values }) => values).reduce((sum, value) => sum + value, 0);
  }
}

/** Asks until the answer is good enough; the last answer, good or not, after minutes, which only a busy machine takes. */
export const until = async <T>(
  ask: () => Promise<T>,
  enough: (found: T) => boolean,
  seconds = 180,
): Promise<T> => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await ask();
    if (enough(found) || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

export const isOurs = (session: TrafficMirrorSession): boolean =>
  tagsOf(session.Tags)["traffic-mirror:controller"] === CONTROLLER;
