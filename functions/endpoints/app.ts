/** What the function builds once, at its cold start, and keeps while it is warm. */
import { createEc2Client } from "../aws/client.js";
import { createEndpointObserver } from "../aws/endpoints/observer.js";
import { createEndpointWriter } from "../aws/endpoints/writer.js";
import { createPace, type PaceOptions } from "../aws/pace.js";
import type { EndpointSettings } from "../core/endpoints/model.js";
import type { Proven } from "../core/endpoints/ownership.js";
import type { EndpointPorts } from "../core/endpoints/ports.js";
import { clock } from "../runtime/clock.js";
import { readEndpointConfig } from "./config.js";
import { createEndpointTelemetry, type EndpointTelemetry } from "./telemetry.js";

export interface EndpointApp {
  readonly settings: EndpointSettings;
  /** Of the schedule, of apply and destroy, and of a person. */
  readonly sweep: EndpointPorts;
  readonly events: EndpointPorts;
  readonly telemetry: EndpointTelemetry;
  /** Endpoints that a target of ours has proved ours, as long as the process lives. */
  readonly proven: Proven;
}

/**
 * EC2 gives an account 4 calls of CreateVpcEndpoint and as many of DeleteVpcEndpoints at once, and 0.3 a second from
 * then on ("Request throttling for the Amazon EC2 API", Amazon EC2 Developer Guide). Of that, the schedule takes 0.2 a
 * second and two runs for events, which may be under way beside it, 0.05 each.
 */
export const endpointPaces = {
  sweep: { perSecond: 0.2, burst: 2 },
  events: { perSecond: 0.05, burst: 1 },
} as const satisfies Readonly<Record<string, PaceOptions>>;
/** Targets and tags: 5 and 10 a second for the account. */
const otherPace: PaceOptions = { perSecond: 2, burst: 20 };

/** Throws when the environment is not what Terraform sets. */
export function createEndpointApp(): EndpointApp {
  const settings = readEndpointConfig(process.env);
  const ec2 = createEc2Client();
  const observer = createEndpointObserver(ec2);
  const other = createPace(otherPace, clock);
  const ports = (pace: PaceOptions): EndpointPorts => ({
    observer,
    writer: createEndpointWriter(
      ec2,
      {
        "create-endpoint": createPace(pace, clock),
        "delete-endpoint": createPace(pace, clock),
        other,
      },
      clock,
    ),
    clock,
  });
  const telemetry = createEndpointTelemetry(settings.name);
  return {
    settings,
    sweep: ports(endpointPaces.sweep),
    events: ports(endpointPaces.events),
    telemetry,
    proven: new Set(),
  };
}
