/**
 * An account of the local cloud with everything that the functions need, made through the SDK in a second or two:
 * the bench measures the functions, and Terraform's own time would only stand in the way. The functions get what
 * modules/mirror-controller gives them, except for the pace, which a scenario chooses.
 */
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateSubnetCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalCloud } from "../../local-cloud/index.js";
import { rawCall } from "../../local-cloud/raw-call.js";
import { createAws, type Aws } from "../support/aws.js";
import { functionNames, zipOf } from "./sections/size.js";
import { makeMirrorFilter } from "../support/mirror-filter.js";
import { sdk } from "../../local-cloud/support/resources.js";
import { defaultDemands, type Pace } from "./defaults.js";

export type { Pace };

export const WHERE = { account: DEFAULT_ACCOUNT, region: DEFAULT_REGION };
export const CONTROLLER = "bench";
const DEMANDS_TABLE = `${CONTROLLER}-demands`;
const ZONES = ["eu-west-1a", "eu-west-1b"];

export interface Added {
  readonly instances: readonly { readonly id: string; readonly interfaceIds: readonly string[] }[];
}

export interface Account {
  readonly aws: Aws;
  readonly cloud: LocalCloud;
  /** Name of a deployed function, by its folder. */
  functionName(folder: string): string;
  /** Instances in memory, spread over the zones; no event tells of them. */
  add(count: number, interfacesPerInstance?: number): Promise<Added>;
  /** Hands one batch of state changes to `reconcile`, as its event source mapping would. */
  deliver(instanceIds: readonly string[], state?: string): Promise<void>;
  sweep(payload?: object): Promise<Record<string, unknown>>;
}

/** As modules/mirror-controller puts it into the environment. */
export const variablesOf = ({ perSecond, burst, perSecondWaiting = perSecond }: Pace) => ({
  MUTATIONS_PER_SECOND: String(perSecond),
  MUTATIONS_PER_SECOND_WAITING: String(perSecondWaiting),
  MUTATIONS_BURST: String(burst),
});

const environmentOf = (pace: Pace, url: string): Record<string, string> => ({
  CONTROLLER_NAME: CONTROLLER,
  ACCOUNT_ID: WHERE.account,
  POLICY_PARAMETER: `/${CONTROLLER}/policy`,
  SWEEP_STATE_PARAMETER: `/${CONTROLLER}/sweep-state`,
  MODE: "enforce",
  ...variablesOf(pace),
  SESSION_TAGS: "{}",
  SESSION_QUOTA: "100000",
  GUARDRAILS: JSON.stringify({
    removal_percent: 20,
    removal_minimum: 10,
    acknowledged_until: null,
    rollout_percent: 100,
    max_sessions: null,
    first_apply_sessions: null,
  }),
  SESSION_USD_PER_HOUR: "0.015",
  EVENT_BUS_NAME: CONTROLLER,
  EVENTS_QUEUE_URL: `${url}/${WHERE.account}/${CONTROLLER}-events`,
  DEMANDS: JSON.stringify({
    table: DEMANDS_TABLE,
    ...defaultDemands(),
  }),
  POWERTOOLS_SERVICE_NAME: "traffic-mirror",
  POWERTOOLS_METRICS_NAMESPACE: "TrafficMirror",
});

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
});

const tagged = (ResourceType: ResourceType, tags: Readonly<Record<string, string>>) => [
  { ResourceType, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
];

/** Returns the policy document of the network that it makes. */
const makeNetwork = async ({ ec2 }: Aws, cloud: LocalCloud) => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const vpcId = Vpc?.VpcId ?? "";
  const subnets = await Promise.all(
    ZONES.map(async (AvailabilityZone, index) => {
      const CidrBlock = `10.0.${index * 64}.0/18`;
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({ VpcId: vpcId, AvailabilityZone, CidrBlock }),
      );
      return { subnetId: Subnet?.SubnetId ?? "", zone: AvailabilityZone };
    }),
  );
  const env = cloud.env();
  const elb = new ElasticLoadBalancingV2Client({
    endpoint: cloud.url,
    region: WHERE.region,
    credentials: { accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: "local" },
  });
  const { LoadBalancers = [] } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: CONTROLLER,
      Type: "gateway",
      Subnets: subnets.map(({ subnetId }) => subnetId),
    }),
  );
  // As modules/capture-fleet has it unless it is told otherwise.
  await elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
      Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "true" }],
    }),
  );
  const { TargetGroups: [group] = [] } = await elb.send(
    new CreateTargetGroupCommand({ Name: CONTROLLER, Protocol: "GENEVE", Port: 6081, VpcId: vpcId }),
  );
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
      DefaultActions: [{ Type: "forward", TargetGroupArn: group?.TargetGroupArn }],
    }),
  );
  const { ServiceConfiguration: service } = await ec2.send(
    new CreateVpcEndpointServiceConfigurationCommand({
      AcceptanceRequired: false,
      GatewayLoadBalancerArns: LoadBalancers.map(({ LoadBalancerArn = "" }) => LoadBalancerArn),
    }),
  );
  const targets = await Promise.all(
    subnets.map(async ({ subnetId, zone }) => {
      const { VpcEndpoint } = await ec2.send(
        new CreateVpcEndpointCommand({
          VpcEndpointType: "GatewayLoadBalancer",
          VpcId: vpcId,
          ServiceName: service?.ServiceName ?? "",
          SubnetIds: [subnetId],
        }),
      );
      const { TrafficMirrorTarget } = await ec2.send(
        new CreateTrafficMirrorTargetCommand({
          GatewayLoadBalancerEndpointId: VpcEndpoint?.VpcEndpointId,
          TagSpecifications: tagged("traffic-mirror-target", {
            "traffic-mirror:vpc": vpcId,
            "traffic-mirror:zone": zone,
          }),
        }),
      );
      return { target_id: TrafficMirrorTarget?.TrafficMirrorTargetId, availability_zone: zone };
    }),
  );
  const filterId = await makeMirrorFilter(ec2);
  const vpc = {
    key: "bench",
    vpc_id: vpcId,
    filter_id: filterId,
    vni: 100,
    endpoint_service_name: service?.ServiceName,
    targets,
  };
  return { vpcId, subnets, policy: { version: 1, vpcs: [vpc], sources: null } };
};

export const createAccount = async (cloud: LocalCloud, pace: Pace): Promise<Account> => {
  const aws = createAws(cloud.env());
  const { vpcId, subnets, policy } = await makeNetwork(aws, cloud);
  const Name = `/${CONTROLLER}/policy`;
  await aws.ssm.send(new PutParameterCommand({ Name, Value: JSON.stringify(policy), Type: "String" }));
  const sweepState = {
    Name: `/${CONTROLLER}/sweep-state`,
    Value: '{"version":1,"first_apply":"over"}',
    Type: "String",
  } as const;
  await aws.ssm.send(new PutParameterCommand(sweepState));
  await sdk(cloud, WHERE.account, DynamoDBClient).send(
    new CreateTableCommand({
      TableName: DEMANDS_TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "requester", AttributeType: "S" },
        { AttributeName: "item", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "requester", KeyType: "HASH" },
        { AttributeName: "item", KeyType: "RANGE" },
      ],
    }),
  );
  const functionName = (folder: string): string => `${CONTROLLER}-${folder}`;
  // What the roles may do is the business of the end-to-end suite.
  await cloud.settings({ iam: false });
  for (const folder of functionNames()) {
    const form = { Action: "CreateRole", Version: "2010-05-08", RoleName: functionName(folder) };
    await rawCall(cloud.env(), "iam", { form: { ...form, AssumeRolePolicyDocument: TRUST } });
    await aws.lambda.send(
      new CreateFunctionCommand({
        FunctionName: functionName(folder),
        Role: `arn:aws:iam::${WHERE.account}:role/${functionName(folder)}`,
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Timeout: folder === "sweep" ? 900 : 60,
        MemorySize: folder === "sweep" ? 1024 : 512,
        Environment: { Variables: environmentOf(pace, cloud.url) },
        Code: { ZipFile: zipOf(folder) },
      }),
    );
  }
  return {
    aws,
    cloud,
    functionName,
    add: (count, interfacesPerInstance = 1) =>
      cloud.fleet<Added>({ do: "add", ...WHERE, spec: { count, interfacesPerInstance, vpcId, subnets } }),
    async deliver(instanceIds, state = "running") {
      const Records = instanceIds.map((instanceId, index) => record(instanceId, state, index));
      const answer = await aws.invoke<object>(functionName("reconcile"), { Records });
      const failed = JSON.stringify(answer) !== JSON.stringify({ batchItemFailures: [] });
      if (failed) throw new Error(`reconcile could not do its batch: ${JSON.stringify(answer)}`);
    },
    sweep: (payload = {}) => aws.invoke(functionName("sweep"), payload),
  };
};

const record = (instanceId: string, state: string, index: number) => ({
  messageId: `00000000-0000-0000-0000-${String(index).padStart(12, "0")}`,
  receiptHandle: "none",
  attributes: { ApproximateReceiveCount: "1" },
  messageAttributes: {},
  eventSource: "aws:sqs",
  awsRegion: WHERE.region,
  body: JSON.stringify({
    version: "0",
    id: "00000000-0000-0000-0000-000000000000",
    source: "aws.ec2",
    "detail-type": "EC2 Instance State-change Notification",
    ...WHERE,
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    resources: [],
    detail: { "instance-id": instanceId, state },
  }),
});
