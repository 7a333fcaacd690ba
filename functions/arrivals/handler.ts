/** Lambda `arrivals`: every few minutes by schedule, or by a person with an empty object. */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { listLists, listNodes } from "../aws/arrivals/bucket.js";
import { readInService } from "../aws/arrivals/in-service.js";
import { createS3Client, readPacked, writePacked } from "../aws/arrivals/packed.js";
import { createEc2Client, createLoadBalancingClient } from "../aws/client.js";
import { readConnections } from "../aws/endpoint-map/connections.js";
import { clock } from "../runtime/clock.js";
import { readEnvironment } from "../runtime/environment.js";
import { tell, type ArrivalsAnswer } from "./report.js";
import { runArrivals } from "./run.js";

const text = z.string().check(z.minLength(1));
const env = readEnvironment(
  z.object({
    FLEET: text,
    ENDPOINT_SERVICE_ID: text,
    TARGET_GROUP_ARN: text,
    ARRIVALS_BUCKET: text,
    GROUP_MINIMUM: z.coerce.number().check(z.gte(1)),
    CLIENT_METRICS: z.enum(["true", "false"]),
  }),
  process.env,
);
const s3 = createS3Client();
const ec2 = createEc2Client();
const elb = createLoadBalancingClient();
const ports = {
  nodes: () => listNodes(s3, env.ARRIVALS_BUCKET),
  lists: () => listLists(s3, env.ARRIVALS_BUCKET),
  connections: () => readConnections(ec2, env.ENDPOINT_SERVICE_ID),
  inService: () => readInService(elb, env.TARGET_GROUP_ARN),
  read: (key: string) => readPacked(s3, env.ARRIVALS_BUCKET, key),
  write: (key: string, content: string) => writePacked(s3, env.ARRIVALS_BUCKET, key, content),
  now: () => clock.now(),
};
const logger = new Logger();
const metrics = new Metrics({ defaultDimensions: { fleet: env.FLEET } });

export const handler = async (): Promise<ArrivalsAnswer> => {
  try {
    const result = await runArrivals(ports, env.GROUP_MINIMUM);
    metrics.addMetric("ArrivalsFailed", MetricUnit.Count, 0);
    return tell(result, { logger, metrics, eachClient: env.CLIENT_METRICS === "true" });
  } catch (error) {
    metrics.addMetric("ArrivalsFailed", MetricUnit.Count, 1);
    logger.error("arrivals were not joined: the verdicts before stay", error as Error);
    throw error;
  } finally {
    metrics.publishStoredMetrics();
  }
};
