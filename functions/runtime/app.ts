/** What a function builds once, at its cold start, and keeps while it is warm. */
import { createEc2Client, createLoadBalancingClient, createSsmClient } from "../aws/client.js";
import { createObserver } from "../aws/observer.js";
import { createPace } from "../aws/pace.js";
import { createPolicyParameter } from "../aws/policy-parameter.js";
import { createReceiverSource } from "../aws/receivers.js";
import { createTopologySource } from "../aws/topology.js";
import { createWriter } from "../aws/writer.js";
import type { Clock, Ports } from "../core/ports.js";
import type { Settings } from "../core/reconcile.js";
import { isOurs } from "../core/tags.js";
import { readConfig } from "./config.js";
import { createPolicyLoader, type PolicyLoader } from "./policy-loader.js";
import { createTelemetry, type Telemetry } from "./telemetry.js";

export interface App {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly policies: PolicyLoader;
  readonly telemetry: Telemetry;
}

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** `policyCacheMs`: how old the policy may be. Throws when the environment is not what Terraform sets. */
export function createApp(policyCacheMs: number): App {
  const config = readConfig(process.env);
  const ec2 = createEc2Client();
  const topology = createTopologySource(
    ec2,
    createReceiverSource(ec2, createLoadBalancingClient(), clock),
    clock,
  );
  const observer = createObserver(ec2, topology, (session) => isOurs(session.tags, config.controller));
  const writer = createWriter(ec2, createPace(config.pace, clock), () => {
    topology.forget();
  });
  const { controller, mode, ownTags, quota, brakes } = config;
  return {
    settings: { controller, mode, ownTags, quota, brakes },
    ports: { observer, writer, clock },
    policies: createPolicyLoader(
      createPolicyParameter(createSsmClient(), config.policyParameter),
      clock,
      policyCacheMs,
    ),
    telemetry: createTelemetry(controller),
  };
}
