/** The SDK clients of the node. Credentials are the instance profile's, by the metadata service. */
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { S3Client } from "@aws-sdk/client-s3";

const CONNECT_MS = 5_000;
/** How long a connection may be idle: an upload, and a call that only waits for its response. */
const UPLOAD_IDLE_MS = 30_000;
const CALL_IDLE_MS = 5_000;

/** The SDK logs nothing: the agent logs each failed call itself, with the file or step that it was for. */
const nothing = (): void => undefined;
const logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

export interface Clients {
  readonly s3: S3Client;
  readonly autoScaling: AutoScalingClient;
  readonly cloudWatch: CloudWatchClient;
}

export function createClients(region: string): Clients {
  const options = (socketTimeout: number) => ({
    region,
    maxAttempts: 3,
    retryMode: "standard",
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout },
    logger,
  });
  // A local stand-in for S3 has no bucket names in its DNS.
  const forcePathStyle = process.env["AWS_ENDPOINT_URL"] !== undefined;
  return {
    s3: new S3Client({ ...options(UPLOAD_IDLE_MS), forcePathStyle }),
    autoScaling: new AutoScalingClient(options(CALL_IDLE_MS)),
    cloudWatch: new CloudWatchClient(options(CALL_IDLE_MS)),
  };
}
