/** The event path of the bench's account from the bus on: the module's rules, the queue and its mapping. */
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { mapQueue, queueOf, sdk, type TestQueue } from "../../local-cloud/support/resources.js";
import { readBusRules, readRules, valuesFor } from "../integration/triggers/rules.js";
import { batchSizes, defaultPaces } from "./defaults.js";
import { CONTROLLER, variablesOf, WHERE, type Account, type Pace } from "./account.js";

export interface Batching {
  readonly size: number;
  readonly windowSeconds: number;
  readonly concurrency: number;
}

/** The modules' own (modules/mirror-controller/queue.tf). */
export const DEPLOYED = { size: 10, windowSeconds: 0 } as const;

export interface EventPath {
  readonly queue: TestQueue;
  readonly dlq: TestQueue;
  /** Of those who ask for mirrors. */
  readonly requests: { readonly queue: TestQueue; readonly dlq: TestQueue };
}

/** As modules/mirror-controller deploys it, except for what a scenario chooses. */
export const openEventPath = async (
  account: Account,
  batching: Batching,
  pace?: Pace,
): Promise<EventPath> => {
  const { cloud, aws } = account;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: "*",
    },
  });
  const queues = async (name: string) => {
    const dlq = await queueOf(cloud, WHERE.account, `${CONTROLLER}-${name}-dlq`);
    const queue = await queueOf(cloud, WHERE.account, `${CONTROLLER}-${name}`, {
      Policy,
      VisibilityTimeout: "360",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 9 }),
    });
    return { queue, dlq };
  };
  const [{ queue, dlq }, requests] = [await queues("events"), await queues("requests")];
  const paces = defaultPaces();
  const FunctionName = account.functionName("reconcile");
  const requestsFunction = account.functionName("requests");
  for (const name of [FunctionName, account.functionName("sweep"), requestsFunction]) {
    const { Environment } = await aws.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    const Variables = {
      ...Environment?.Variables,
      EVENTS_QUEUE_URL: name === requestsFunction ? requests.queue.url : queue.url,
      ...(pace && name === FunctionName && variablesOf(pace)),
      ...(pace && name === requestsFunction && variablesOf(paces.requests)),
    };
    await aws.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables } }),
    );
  }

  const events = sdk(cloud, WHERE.account, EventBridgeClient);
  const values = { ...valuesFor(WHERE), "var.name": CONTROLLER };
  const put = async (Name: string, EventPattern: string, EventBusName: string, { arn }: TestQueue) => {
    await events.send(new PutRuleCommand({ Name, EventPattern, EventBusName }));
    const Targets = [{ Id: "queue", Arn: arn }];
    await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }));
  };
  await events.send(new CreateEventBusCommand({ Name: CONTROLLER }));
  for (const { name, pattern } of await readRules(values)) await put(name, pattern, "default", queue);
  for (const { name, trigger, pattern } of await readBusRules(values)) {
    if (trigger === "requests") await put(name, pattern, CONTROLLER, requests.queue);
  }
  await mapQueue(cloud, WHERE.account, FunctionName, queue.arn, {
    BatchSize: batching.size,
    MaximumBatchingWindowInSeconds: batching.windowSeconds,
    ScalingConfig: { MaximumConcurrency: Math.max(2, batching.concurrency) },
  });
  await mapQueue(cloud, WHERE.account, requestsFunction, requests.queue.arn, {
    BatchSize: batchSizes().requests,
    MaximumBatchingWindowInSeconds: 0,
    ScalingConfig: { MaximumConcurrency: paces.requestsConcurrency },
  });
  return { queue, dlq, requests };
};

/** `EC2 Instance State-change Notification` and the other events of a launch. */
export const launchEvents = (instanceId: string) => {
  const instance = `arn:aws:ec2:${WHERE.region}:${WHERE.account}:instance/${instanceId}`;
  const change = (state: string) => ({
    source: "aws.ec2",
    detailType: "EC2 Instance State-change Notification",
    resources: [instance],
    detail: { "instance-id": instanceId, state },
  });
  return [
    change("pending"),
    change("running"),
    {
      source: "aws.autoscaling",
      detailType: "EC2 Instance Launch Successful",
      resources: [instance],
      detail: { AutoScalingGroupName: "web", EC2InstanceId: instanceId, StatusCode: "InProgress" },
    },
    {
      source: "aws.tag",
      detailType: "Tag Change on Resource",
      resources: [instance],
      detail: {
        service: "ec2",
        "resource-type": "instance",
        "changed-tag-keys": ["Name"],
        tags: { Name: "web" },
        version: 1,
      },
    },
  ];
};

/** When each interface got its session, milliseconds since the epoch, by the calls that were recorded. */
export const creationsOf = async ({ cloud }: Account): Promise<ReadonlyMap<string, number>> => {
  const { calls = [] } = await cloud.counts();
  return new Map(
    calls.flatMap(({ action, outcome, params, at }) =>
      action === "CreateTrafficMirrorSession" && outcome === "ok"
        ? [[params["NetworkInterfaceId"] ?? "", at] as const]
        : [],
    ),
  );
};

export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
};
