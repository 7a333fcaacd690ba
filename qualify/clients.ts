/** The SDK's clients, with the caller's own credentials, or for an endpoint that AWS_ENDPOINT_URL names. */
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { DescribeVpcEndpointsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Where {
  readonly region: string;
  /** Not AWS, but what stands there in its place. */
  readonly endpoint?: string;
  /** Default: the SDK's own chain (environment, profile, role …). */
  readonly credentials?: Keys;
  /** Of the caller's AWS configuration, before what the environment says. */
  readonly profile?: string;
}

export const createClients = (where: Where) => {
  const { region, endpoint, credentials, profile } = where;
  const config = {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(profile === undefined ? {} : { profile }),
  };
  return {
    where,
    autoscaling: new AutoScalingClient(config),
    ec2: new EC2Client(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: endpoint !== undefined }),
    sqs: new SQSClient(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
};

export type Clients = ReturnType<typeof createClients>;

export const accountOf = async ({ sts }: Pick<Clients, "sts">): Promise<string> => {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  if (Account === undefined) throw new Error("AWS does not say whose credentials these are");
  return Account;
};

/** The error code of a call that AWS refused; undefined where it went through. Anything else is thrown. */
export const refusal = async (call: Promise<unknown>): Promise<string | undefined> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
};

/** AWS's code in an error of the SDK. What is no answer of AWS (a broken connection, a bug) is thrown again. */
export const codeOf = (error: unknown): string => {
  if (error instanceof Error && "$metadata" in error) {
    const { httpStatusCode: status = 0 } = error.$metadata as { httpStatusCode?: number };
    if (status >= 400 && status < 500) return error.name;
    // EC2 answers a throttled call with 503, and Lambda one that the function's key refuses with 502.
    if (/Throttl|RequestLimitExceeded|^KMS/.test(error.name)) return error.name;
  }
  throw error;
};

/** State of an endpoint in small letters, as the reference has it; undefined where there is none. */
export const endpointState = async (
  { ec2 }: Pick<Clients, "ec2">,
  id: string,
): Promise<string | undefined> => {
  const call = ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
  const code = await refusal(call);
  if (code === "InvalidVpcEndpointId.NotFound") return undefined;
  const { VpcEndpoints = [] } = await call;
  return VpcEndpoints[0]?.State?.toLowerCase();
};
