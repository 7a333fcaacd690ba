/** What a function builds once, at its cold start, and keeps while it is warm. */
import {
  createEc2Client,
  createLoadBalancingClient,
  createPacedEc2Client,
  createSsmClient,
} from "../aws/client.js";
import { createPace, spacingOf, type Pace } from "../aws/pace.js";
import { createPolicyParameter } from "../aws/policy-parameter.js";
import { createObserver } from "../aws/sessions/observer.js";
import { createReceiverSource } from "../aws/sessions/receivers.js";
import { createTopologySource } from "../aws/sessions/topology.js";
import { createWriter } from "../aws/sessions/writer.js";
import type { ClaimLimits } from "../core/demands/claim.js";
import type { ClaimStore } from "../core/demands/ports.js";
import type { Quotas } from "../core/demands/quota.js";
import type { Session } from "../core/model.js";
import type { Publish } from "../core/sessions/bus-events.js";
import { concerns } from "../core/sessions/ownership.js";
import type { Ports } from "../core/sessions/ports.js";
import type { Settings } from "../core/sessions/settings.js";
import { clock } from "./clock.js";
import { readConfig } from "./config.js";
import { lazily } from "./lazy.js";
import { createPolicyLoader, type PolicyLoader } from "./policy-loader.js";
import { createTelemetry, type Telemetry } from "./telemetry.js";

export interface App {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly policies: PolicyLoader;
  readonly telemetry: Telemetry;
  readonly claimStore: ClaimStore;
  readonly claimLimits: ClaimLimits & Quotas;
  readonly publish: Publish;
  /** 0 up to 1, for the jitter of delays. */
  readonly random: () => number;
}

/**
 * `policyCacheMs`: how old the policy may be. `paced`: what else a write waits for. Throws when the environment is not
 * what Terraform sets.
 */
export function createApp(policyCacheMs: number, paced: (own: Pace) => Pace = (own) => own): App {
  const config = readConfig(process.env);
  const ec2 = createEc2Client();
  const topology = createTopologySource(
    ec2,
    createReceiverSource(ec2, createLoadBalancingClient(), clock, config.account),
    clock,
    config.account,
  );
  const ours = (session: Session) => concerns(session, config.controller);
  const observer = createObserver(ec2, topology, { account: config.account, ours });
  const spacing = spacingOf(config.pace.perSecondWaiting);
  const pace = createPace({ ...config.pace, spacing }, clock);
  const writer = createWriter(createPacedEc2Client(), paced(pace), clock, () => {
    topology.forget();
  });
  const { controller, mode, ownTags, defaultTags, quota, guardrails, sessionUsdPerHour, demands } = config;
  const ssm = createSsmClient();
  // Batches without requests and findings need none of it.
  const table = lazily(async () => {
    const { createDemandTable, createDynamoDbClient } = await import("../aws/demand-table.js");
    const { table: name, maximumMinutes } = demands;
    return createDemandTable(createDynamoDbClient(), { table: name, quotas: demands, maximumMinutes, clock });
  });
  const telemetry = createTelemetry(controller);
  const publisher = lazily(async () => {
    const { createEventBridgeClient, createPublisher } = await import("../aws/bus.js");
    return createPublisher(createEventBridgeClient(), config.bus, clock, (event, why) => {
      telemetry.logger.error("message not sent", { ...event, why });
    });
  });
  return {
    settings: { controller, mode, ownTags, defaultTags, quota, guardrails, sessionUsdPerHour },
    ports: { observer, writer, clock },
    policies: createPolicyLoader(createPolicyParameter(ssm, config.policyParameter), clock, policyCacheMs),
    telemetry,
    claimStore: {
      read: async (...of) => (await table()).read(...of),
      all: async (...of) => (await table()).all(...of),
      overdue: async (...of) => (await table()).overdue(...of),
      count: async (...of) => (await table()).count(...of),
      write: async (...of) => (await table()).write(...of),
      receipts: async (...of) => (await table()).receipts(...of),
      keepReceipt: async (...of) => (await table()).keepReceipt(...of),
    },
    claimLimits: demands,
    publish: async (events, until) => (events.length === 0 ? 0 : (await publisher())(events, until)),
    random: Math.random,
  };
}
