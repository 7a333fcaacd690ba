/** Lambda `endpoint-map`: each minute by schedule, two looks; or by a person with an empty object, one. */
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import * as z from "zod/mini";
import { createEc2Client } from "../aws/client.js";
import { readConnections } from "../aws/endpoint-map/connections.js";
import { createMapObject } from "../aws/endpoint-map/object.js";
import { clock } from "../runtime/clock.js";
import { readEnvironment } from "../runtime/environment.js";
import { lookTwice, runEndpointMap, type EndpointMapResult } from "./run.js";

const text = z.string().check(z.minLength(1));
const env = readEnvironment(
  z.object({ FLEET: text, ENDPOINT_SERVICE_ID: text, CODE_BUCKET: text, MAP_KEY: text }),
  process.env,
);
const ec2 = createEc2Client();
const ports = {
  connections: () => readConnections(ec2, env.ENDPOINT_SERVICE_ID),
  object: createMapObject(env.CODE_BUCKET, env.MAP_KEY),
  now: () => clock.now(),
};
const logger = new Logger();
const metrics = new Metrics({ defaultDimensions: { fleet: env.FLEET } });

/** As EventBridge sends it for a schedule (its user guide, "Events from Amazon EventBridge"). */
const scheduled = z.object({ source: z.literal("aws.events") });

const look = async (): Promise<EndpointMapResult> => {
  try {
    const result = await runEndpointMap(ports);
    metrics.addMetric("EndpointMapFailed", MetricUnit.Count, 0);
    metrics.addMetric("EndpointMapWritten", MetricUnit.Count, result.written ? 1 : 0);
    metrics.addMetric("EndpointsConnected", MetricUnit.Count, result.connected);
    if (result.written) logger.info("endpoint map written", { ...result });
    return result;
  } catch (error) {
    metrics.addMetric("EndpointMapFailed", MetricUnit.Count, 1);
    logger.error("endpoint map not written: nodes go on with the one before", error as Error);
    throw error;
  } finally {
    metrics.publishStoredMetrics();
  }
};

export const handler = (event: unknown): Promise<EndpointMapResult> =>
  scheduled.safeParse(event).success ? lookTwice(look, clock) : look();
