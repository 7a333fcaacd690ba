/** What `reconcile` has besides what every function has. Most batches need none of it. */
import { createSsmClient } from "../aws/client.js";
import type { EventsQueue } from "../aws/events-queue.js";
import type { EventKind } from "../core/events/envelope.js";
import { createSweepStateParameter } from "../aws/sessions/sweep-state-parameter.js";
import type { LifecycleHooks } from "../core/events/ports.js";
import { createAbandonedLaunches, type AbandonedLaunches } from "../core/sessions/abandoned-launches.js";
import type { HoldReason } from "../core/sessions/first-apply.js";
import { createQuotaMemory, LONGEST_OF_EVENTS_MS, type QuotaMemory } from "../core/sessions/quota-memory.js";
import { createTypeMemory, type TypeMemory } from "../core/sessions/refused-types.js";
import { createApp, type App } from "../runtime/app.js";
import { readQueueUrl, readSweepStateParameter } from "../runtime/config.js";
import { lazily } from "../runtime/lazy.js";
import { createReadHold } from "./first-apply.js";
import { createSweepRequests, type RequestSweep } from "./sweep-requests.js";

export interface ReconcileContext extends App {
  /** What may come out of this function's queue. */
  readonly kinds: readonly EventKind[];
  readonly hooks: LifecycleHooks;
  /** What this process has abandoned, which Auto Scaling may not show yet. */
  readonly abandoned: AbandonedLaunches;
  readonly queue: EventsQueue;
  /** What EC2 refused in this process: a storm of launches of such a type costs a few calls. */
  readonly types: TypeMemory;
  /** Quotas that EC2 said are used up, likewise: when the account is full, each launch would cost a call. */
  readonly quotas: QuotaMemory;
  readonly requestSweep: RequestSweep;
  /** Why events make no sessions yet; undefined: they do. */
  readonly readHold: () => Promise<HoldReason | undefined>;
}

/** `policyCacheMs`: how old the policy may be. Throws when the environment is not what Terraform sets. */
export function createReconcileContext(policyCacheMs: number, kinds: readonly EventKind[]): ReconcileContext {
  const queueUrl = readQueueUrl(process.env);
  const hooks = lazily(async () => {
    const { createAutoScalingClient, createLifecycleHooks } = await import("../aws/lifecycle-hooks.js");
    return createLifecycleHooks(createAutoScalingClient());
  });
  const queue = lazily(async () => {
    const { createEventsQueue, createSqsClient } = await import("../aws/events-queue.js");
    return createEventsQueue(createSqsClient(), queueUrl);
  });
  const app = createApp(policyCacheMs);
  const record = createSweepStateParameter(createSsmClient(), readSweepStateParameter(process.env));
  return {
    ...app,
    readHold: createReadHold(record, app.ports.clock, app.telemetry),
    kinds,
    hooks: {
      complete: async (hook, result) => (await hooks()).complete(hook, result),
      failedLaunches: async (group, since) => (await hooks()).failedLaunches(group, since),
    },
    abandoned: createAbandonedLaunches(),
    queue: { delay: async (returns) => (await queue()).delay(returns) },
    types: createTypeMemory("pending"),
    quotas: createQuotaMemory(LONGEST_OF_EVENTS_MS),
    requestSweep: createSweepRequests(),
  };
}
