/**
 * The event path as it is deployed, without Terraform: the rules of the module on the default bus, the queue, its
 * mapping, and the bundle. What Terraform makes of the module is the end-to-end suite's business.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { createAws, type Aws, type Launched } from "../../support/aws.js";
import { anEvent, ACCOUNT_REGION } from "../../support/events.js";
import { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalCloud } from "../../../local-cloud/index.js";
import { createFunction, mapQueue, queueOf, sdk } from "../../../local-cloud/support/resources.js";
import { readRules, valuesFor } from "./rules.js";
import { makeMirrorFilter } from "../../support/mirror-filter.js";

const ZONE = "eu-west-1a";
const NAME = "mirror";
const arn = (service: string, rest: string) =>
  `arn:aws:${service}:${DEFAULT_REGION}:${DEFAULT_ACCOUNT}:${rest}`;

const ENVIRONMENT = {
  CONTROLLER_NAME: NAME,
  ACCOUNT_ID: DEFAULT_ACCOUNT,
  POLICY_PARAMETER: `/${NAME}/policy`,
  SWEEP_STATE_PARAMETER: `/${NAME}/sweep-state`,
  MODE: "enforce",
  MUTATIONS_PER_SECOND: "500",
  MUTATIONS_BURST: "500",
  SESSION_TAGS: "{}",
  SESSION_QUOTA: "10000",
  GUARDRAILS: JSON.stringify({
    removal_percent: 20,
    removal_minimum: 10,
    acknowledged_until: null,
    rollout_percent: 100,
    max_sessions: null,
    first_apply_sessions: null,
  }),
  SESSION_USD_PER_HOUR: "0.015",
  EVENT_BUS_NAME: NAME,
  DEMANDS: JSON.stringify({
    table: `${NAME}-demands`,
    default_minutes: 1440,
    maximum_minutes: 10_080,
    limit: 500,
    requester_limit: 20,
    requests_per_minute: 30,
  }),
  POWERTOOLS_SERVICE_NAME: "traffic-mirror",
  POWERTOOLS_METRICS_NAMESPACE: "TrafficMirror",
};

/** A VPC with a target in it. Tags decide which instances are mirrored. */
const makeNetwork = async ({ ec2, ssm }: Aws): Promise<string> => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/20", AvailabilityZone: ZONE }),
  );
  const SubnetId = Subnet?.SubnetId ?? "";
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId }));
  const { TrafficMirrorTarget } = await ec2.send(
    new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId }),
  );
  const filterId = await makeMirrorFilter(ec2);
  const policy = {
    version: 1,
    vpcs: [
      {
        key: "test",
        vpc_id: Vpc?.VpcId,
        filter_id: filterId,
        vni: 100,
        endpoint_service_name: null,
        targets: [{ target_id: TrafficMirrorTarget?.TrafficMirrorTargetId, availability_zone: ZONE }],
      },
    ],
    sources: { tags: [{ name: "marked", tags: { Mirror: "true" } }] },
    exclude: { tags: [{ tags: { Quiet: null }, match: "all" }] },
  };
  const Value = JSON.stringify(policy);
  await ssm.send(new PutParameterCommand({ Name: `/${NAME}/policy`, Value, Type: "String" }));
  const record = {
    Name: ENVIRONMENT.SWEEP_STATE_PARAMETER,
    Value: '{"version":1,"first_apply":"over"}',
    Type: "String",
  } as const;
  await ssm.send(new PutParameterCommand(record));
  return SubnetId;
};

const deployReconcile = async (cloud: LocalCloud): Promise<string> => {
  const rules = await readRules(valuesFor({ account: DEFAULT_ACCOUNT, region: DEFAULT_REGION }));
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: arn("sqs", `${NAME}-events`),
      Condition: { ArnEquals: { "aws:SourceArn": rules.map(({ name }) => arn("events", `rule/${name}`)) } },
    },
  });
  const queue = await queueOf(cloud, DEFAULT_ACCOUNT, `${NAME}-events`, { Policy, VisibilityTimeout: "360" });
  const zip = readFileSync(join(import.meta.dirname, "..", "..", "..", "functions", "dist", "reconcile.zip"));
  const name = await createFunction(cloud, DEFAULT_ACCOUNT, zip, {
    environment: { ...ENVIRONMENT, EVENTS_QUEUE_URL: queue.url },
    timeout: 60,
  });
  await mapQueue(cloud, DEFAULT_ACCOUNT, name, queue.arn);
  const events = sdk(cloud, DEFAULT_ACCOUNT, EventBridgeClient);
  await events.send(new CreateEventBusCommand({ Name: NAME }));
  for (const { name: Name, pattern } of rules) {
    await events.send(new PutRuleCommand({ Name, EventPattern: pattern }));
    await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: "queue", Arn: queue.arn }] }));
  }
  return name;
};

export interface World {
  readonly aws: Aws;
  readonly subnetId: string;
  /** An instance in the VPC that no event announces. */
  launch(tags?: Readonly<Record<string, string>>, interfaces?: number): Promise<Launched>;
  /** Puts a fixture on the bus, about this instance and interface, and waits until all is quiet. */
  put(fixture: string, instanceId: string, networkInterfaceId?: string, over?: object): Promise<void>;
  /** Interfaces of the instance that have a session. */
  mirrored(launched: Launched): Promise<readonly string[]>;
  /** Ends what was launched, and its sessions with it: an interface is the target of ten at most. */
  clear(): Promise<void>;
  /** How often the function ran. */
  runs(): Promise<number>;
}

export const createWorld = async (cloud: LocalCloud): Promise<World> => {
  const aws = createAws(cloud.env());
  await cloud.settings({ instanceEvents: false });
  const subnetId = await makeNetwork(aws);
  const functionName = await deployReconcile(cloud);
  const running: string[] = [];
  return {
    aws,
    subnetId,
    async launch(tags = { Mirror: "true" }, interfaces = 1) {
      const launched = await aws.launch({ subnetId, tags, interfaces });
      running.push(launched.instanceId);
      return launched;
    },
    async clear() {
      await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: running.splice(0) }));
    },
    async put(fixture, instanceId, networkInterfaceId = "eni-00000000", over = {}) {
      const text = anEvent(fixture, over)
        .replaceAll(ACCOUNT_REGION.account, DEFAULT_ACCOUNT)
        // An interface's id ends like an instance's, so it goes first.
        .replaceAll("eni-0abcd1234ef567890", networkInterfaceId)
        .replaceAll("i-0abcd1234ef567890", instanceId);
      const event = JSON.parse(text) as {
        source: string;
        "detail-type": string;
        detail: Record<string, unknown>;
        resources: string[];
      };
      const { source, "detail-type": detailType, detail, resources } = event;
      await cloud.emit({ source, detailType, detail, resources });
      await cloud.idle();
    },
    async mirrored({ interfaceIds }) {
      const sessions = await aws.sessions();
      return sessions
        .map(({ NetworkInterfaceId = "" }) => NetworkInterfaceId)
        .filter((id) => interfaceIds.includes(id));
    },
    runs: async () => (await cloud.invocations(functionName)).length,
  };
};
