/** What Terraform set in the environment of `endpoints`. */
import * as z from "zod/mini";
import type { EndpointSettings } from "../core/endpoints/model.js";
import { json, readEnvironment } from "../runtime/environment.js";

/** Comma between ids; nothing is no id. */
const list = z.pipe(
  z.string(),
  z.transform((text: string) => text.split(",").filter((id) => id !== "")),
);
const orNull = z.nullable(z.string());

const environment = z.object({
  ENDPOINTS_NAME: z.string().check(z.minLength(1)),
  ENDPOINT_SERVICE_NAME: z.string().check(z.minLength(1)),
  VPC_IDS: list,
  /** Empty: EC2 is asked which zones the service offers. */
  SERVICE_ZONE_IDS: list,
  ENDPOINT_ZONES: z.enum(["subnets", "instances"]),
  SUBNET_TAGS: json(z.record(z.string(), orNull)),
  EVACUATION_TAG: json(z.object({ key: z.string().check(z.minLength(1)), value: orNull })),
  IDLE_MINUTES: z.coerce.number().check(z.gte(0)),
  RESOURCE_TAGS: json(z.record(z.string(), z.string())),
  DEFAULT_TAGS: z._default(json(z.record(z.string(), z.string())), {}),
});

export function readEndpointConfig(env: NodeJS.ProcessEnv): EndpointSettings {
  const data = readEnvironment(environment, env);
  return {
    name: data.ENDPOINTS_NAME,
    service: data.ENDPOINT_SERVICE_NAME,
    vpcIds: data.VPC_IDS,
    serviceZoneIds: data.SERVICE_ZONE_IDS.length > 0 ? new Set(data.SERVICE_ZONE_IDS) : null,
    zones: data.ENDPOINT_ZONES,
    subnetTags: data.SUBNET_TAGS,
    evacuationTag: data.EVACUATION_TAG,
    idleMs: data.IDLE_MINUTES * 60_000,
    ownTags: data.RESOURCE_TAGS,
    defaultTags: data.DEFAULT_TAGS,
  };
}
