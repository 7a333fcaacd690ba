/** What the suite and the demo ask of a cloud, through the SDK as anybody would. */
import {
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  RunInstancesCommand,
  type _InstanceType,
  type Instance,
  type Tag,
  type TrafficMirrorSession,
} from "@aws-sdk/client-ec2";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { rawCall, type CloudEnv } from "../../local-cloud/raw-call.js";

export type { CloudEnv };

export interface LaunchOptions {
  readonly subnetId: string;
  /** Default m5.large. */
  readonly type?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Default 1. All in the same subnet. */
  readonly interfaces?: number;
}

export interface Launched {
  readonly instanceId: string;
  readonly interfaceIds: readonly string[];
  /** Milliseconds since the epoch when EC2 answered. */
  readonly at: number;
}

export const tagsOf = (tags: readonly Tag[] | undefined): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

export const createAws = (env: CloudEnv) => {
  const options = {
    endpoint: env["AWS_ENDPOINT_URL"] ?? "",
    region: env["AWS_REGION"] ?? "",
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  };
  const ec2 = new EC2Client(options);
  const lambda = new LambdaClient(options);
  const sqs = new SQSClient(options);
  const ssm = new SSMClient(options);
  const dynamodb = new DynamoDBClient(options);

  return {
    ec2,
    lambda,
    sqs,
    ssm,

    async launch({
      subnetId,
      type = "m5.large",
      tags = {},
      interfaces = 1,
    }: LaunchOptions): Promise<Launched> {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: "ami-12c6146b",
          InstanceType: type as _InstanceType,
          MinCount: 1,
          MaxCount: 1,
          NetworkInterfaces: Array.from({ length: interfaces }, (_, DeviceIndex) => ({
            DeviceIndex,
            SubnetId: subnetId,
            DeleteOnTermination: true,
          })),
          ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: "instance", Tags }] }),
        }),
      );
      const [{ InstanceId: instanceId, NetworkInterfaces = [] } = {} as Instance] = Instances;
      if (instanceId === undefined) throw new Error("EC2 launched no instance");
      const interfaceIds = NetworkInterfaces.map(({ NetworkInterfaceId = "" }) => NetworkInterfaceId);
      return { instanceId, interfaceIds, at: Date.now() };
    },

    async sessions(): Promise<readonly TrafficMirrorSession[]> {
      const found: TrafficMirrorSession[] = [];
      let NextToken: string | undefined;
      do {
        const page = await ec2.send(
          new DescribeTrafficMirrorSessionsCommand({ MaxResults: 1000, NextToken }),
        );
        found.push(...(page.TrafficMirrorSessions ?? []));
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    },

    /** Names and ids of everything of the product's kinds that exists in the account. */
    async inventory(): Promise<Record<string, readonly string[]>> {
      const [sessions, targets, filters, endpoints, functions, queues, tables, logs] = await Promise.all([
        ec2.send(new DescribeTrafficMirrorSessionsCommand({ MaxResults: 1000 })),
        ec2.send(new DescribeTrafficMirrorTargetsCommand({ MaxResults: 1000 })),
        ec2.send(new DescribeTrafficMirrorFiltersCommand({ MaxResults: 1000 })),
        ec2.send(new DescribeVpcEndpointsCommand({ MaxResults: 1000 })),
        lambda.send(new ListFunctionsCommand({})),
        sqs.send(new ListQueuesCommand({})),
        dynamodb.send(new ListTablesCommand({})),
        logGroups(env),
      ]);
      return {
        sessions: (sessions.TrafficMirrorSessions ?? []).map((each) => each.TrafficMirrorSessionId ?? ""),
        targets: (targets.TrafficMirrorTargets ?? []).map((each) => each.TrafficMirrorTargetId ?? ""),
        filters: (filters.TrafficMirrorFilters ?? []).map((each) => each.TrafficMirrorFilterId ?? ""),
        endpoints: (endpoints.VpcEndpoints ?? [])
          .filter((each) => each.State?.toLowerCase() !== "deleted")
          .map((each) => each.VpcEndpointId ?? ""),
        functions: (functions.Functions ?? []).map((each) => each.FunctionName ?? ""),
        queues: queues.QueueUrls ?? [],
        tables: tables.TableNames ?? [],
        "log groups": logs,
      };
    },

    /** Messages in a queue, hidden ones included. */
    async queued(name: string): Promise<number> {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        }),
      );
      return Object.values(Attributes).reduce((sum, text) => sum + Number(text), 0);
    },

    /** Invokes a function and gives its answer; throws with its message when it failed. */
    async invoke<T>(name: string, payload: unknown): Promise<T> {
      const answer = await lambda.send(
        new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(payload)) }),
      );
      const value = JSON.parse(Buffer.from(answer.Payload ?? []).toString() || "null") as T;
      if (answer.FunctionError !== undefined) throw new Error(`${name}: ${JSON.stringify(value)}`);
      return value;
    },
  };
};

export type Aws = ReturnType<typeof createAws>;

const logGroups = async (env: CloudEnv): Promise<readonly string[]> => {
  const text = await rawCall(env, "logs", { target: "Logs_20140328.DescribeLogGroups" });
  const { logGroups: groups = [] } = JSON.parse(text) as { logGroups?: { logGroupName: string }[] };
  return groups.map(({ logGroupName }) => logGroupName);
};
