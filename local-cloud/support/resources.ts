/** Resources for tests against the local cloud, made through the SDK. */
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  type CreateEventSourceMappingRequest,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import { rawCall } from "../raw-call.js";
import type { LocalCloudClient } from "../client.js";

const REGION = "eu-west-1";

/** A client of the local cloud as the given account. */
export const sdk = <T>(
  cloud: Pick<LocalCloudClient, "url">,
  account: string,
  Client: new (config: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
  }) => T,
): T =>
  new Client({
    endpoint: cloud.url,
    region: REGION,
    credentials: { accessKeyId: account, secretAccessKey: "local" },
    maxAttempts: 1,
  });

export const lambdaOf = (cloud: LocalCloudClient, account: string): LambdaClient =>
  sdk(cloud, account, LambdaClient);

/** Calls IAM without an SDK client. */
export const iamCall = async (
  cloud: LocalCloudClient,
  account: string,
  params: Record<string, string>,
): Promise<string> => {
  const response = await fetch(cloud.url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Version: "2010-05-08", ...params }).toString(),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
};

/** A role with one inline policy; everything is allowed unless statements are given. */
export const createRole = async (
  cloud: LocalCloudClient,
  account: string,
  RoleName: string,
  statements: readonly unknown[] = [{ Effect: "Allow", Action: "*", Resource: "*" }],
): Promise<string> => {
  const document = (Statement: readonly unknown[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  await iamCall(cloud, account, {
    Action: "CreateRole",
    RoleName,
    AssumeRolePolicyDocument: document([
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]),
  });
  await iamCall(cloud, account, {
    Action: "PutRolePolicy",
    RoleName,
    PolicyName: "own",
    PolicyDocument: document(statements),
  });
  return `arn:aws:iam::${account}:role/${RoleName}`;
};

export interface Session {
  readonly userId: string;
  readonly accessKeyId: string;
  /** For an SDK client. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
}

/** A session of a role, as an instance has one whose id is the session's name. */
export const assumeRole = async (
  cloud: LocalCloudClient,
  account: string,
  role: string,
  RoleSessionName: string,
): Promise<Session> => {
  const RoleArn = `arn:aws:iam::${account}:role/${role}`;
  const form = { Action: "AssumeRole", Version: "2011-06-15", RoleArn, RoleSessionName };
  const text = await rawCall(cloud.env(account), "sts", { form });
  const found = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(text)?.[1] ?? "";
  const accessKeyId = found("AccessKeyId");
  return {
    userId: found("AssumedRoleId"),
    accessKeyId,
    config: {
      endpoint: cloud.url,
      region: REGION,
      credentials: { accessKeyId, secretAccessKey: "local" },
      maxAttempts: 1,
    },
  };
};

let made = 0;

/** `source`: the text of its module, or a whole zip. */
export const createFunction = async (
  cloud: LocalCloudClient,
  account: string,
  source: string | Uint8Array,
  options: {
    environment?: Record<string, string>;
    timeout?: number;
    deadLetterArn?: string;
    statements?: readonly unknown[];
  } = {},
): Promise<string> => {
  const FunctionName = `function-${++made}`;
  await lambdaOf(cloud, account).send(
    new CreateFunctionCommand({
      FunctionName,
      Role: await createRole(cloud, account, FunctionName, options.statements),
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Timeout: options.timeout ?? 10,
      MemorySize: 256,
      Code: {
        ZipFile: typeof source === "string" ? zipSync({ "index.mjs": strToU8(source) }) : source,
      },
      Environment: { Variables: options.environment ?? {} },
      ...(options.deadLetterArn === undefined
        ? {}
        : { DeadLetterConfig: { TargetArn: options.deadLetterArn } }),
    }),
  );
  return FunctionName;
};

export interface TestQueue {
  readonly url: string;
  readonly arn: string;
  /** Bodies of the messages that are visible now. */
  receive(): Promise<string[]>;
}

export const queueOf = async (
  cloud: LocalCloudClient,
  account: string,
  QueueName: string,
  Attributes: Record<string, string> = {},
): Promise<TestQueue> => {
  const client = sdk(cloud, account, SQSClient);
  const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return {
    url: QueueUrl,
    arn: `arn:aws:sqs:${REGION}:${account}:${QueueName}`,
    receive: async () => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body = "" }) => Body);
    },
  };
};

export const mapQueue = async (
  cloud: LocalCloudClient,
  account: string,
  FunctionName: string,
  EventSourceArn: string,
  options: Partial<CreateEventSourceMappingRequest> = {},
): Promise<void> => {
  await lambdaOf(cloud, account).send(
    new CreateEventSourceMappingCommand({
      FunctionName,
      EventSourceArn,
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ...options,
    }),
  );
};

/** A rule with a queue behind it; the queue permits the rule by default. */
export const eventToQueue = async (
  cloud: LocalCloudClient,
  account: string,
  pattern: unknown,
  options: { bus?: string; accounts?: readonly string[]; permitted?: boolean } = {},
): Promise<TestQueue> => {
  const client = sdk(cloud, account, EventBridgeClient);
  const bus = options.bus ?? "default";
  if (options.bus !== undefined) await client.send(new CreateEventBusCommand({ Name: bus }));
  for (const Principal of options.accounts ?? []) {
    await client.send(
      new PutPermissionCommand({
        EventBusName: bus,
        Action: "events:PutEvents",
        Principal,
        StatementId: Principal,
      }),
    );
  }
  const rule = await client.send(
    new PutRuleCommand({ Name: "rule", EventBusName: bus, EventPattern: JSON.stringify(pattern) }),
  );
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: "*",
        Condition: { ArnEquals: { "aws:SourceArn": rule.RuleArn } },
      },
    ],
  });
  // A message that was received once is not received again, however slow the suite is.
  const VisibilityTimeout = "43200";
  const permitted = options.permitted === false ? {} : { Policy };
  const queue = await queueOf(cloud, account, "events", { VisibilityTimeout, ...permitted });
  await client.send(
    new PutTargetsCommand({ Rule: "rule", EventBusName: bus, Targets: [{ Id: "queue", Arn: queue.arn }] }),
  );
  return queue;
};
