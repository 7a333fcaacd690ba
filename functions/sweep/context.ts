/** What `sweep` has besides what every function has. */
import { createEc2Client, createSsmClient } from "../aws/client.js";
import { createEarlierDemands } from "../aws/earlier-demands.js";
import { createPace, type Pace } from "../aws/pace.js";
import { createFindOutside, type FindOutside } from "../aws/sessions/outside-vpcs.js";
import { createSweepStateParameter } from "../aws/sessions/sweep-state-parameter.js";
import { BESIDE, standingBack } from "../aws/stand-back.js";
import type { SweepStateStore } from "../core/sessions/ports.js";
import { createApp, type App } from "../runtime/app.js";
import { clock } from "../runtime/clock.js";
import { readConfig, readLeftOutVpcs, readQueueUrl, readSweepStateParameter } from "../runtime/config.js";
import { lazily } from "../runtime/lazy.js";
import { createTakeOver } from "./earlier-demands.js";

export interface SweepContext extends App {
  /** A sweep that was asked for runs beside the schedule's, in a process of its own: it takes these turns as well. */
  readonly turnBeside: Pace["turn"];
  /** What sweeps know of each other. */
  readonly sweepState: SweepStateStore;
  /** Makes claims of the demands that a version before this one kept. */
  readonly takeOverDemands: (app: App) => Promise<void>;
  readonly findOutside: FindOutside;
  /** VPCs that are not mirrored on purpose. */
  readonly leftOutVpcs: readonly string[];
}

/** Throws when the environment is not what Terraform sets. */
export function createSweepContext(): SweepContext {
  const parameter = readSweepStateParameter(process.env);
  const queueUrl = readQueueUrl(process.env);
  const { pace, controller } = readConfig(process.env);
  const { perSecond } = pace;
  const backlog = lazily(async () => {
    const { createSqsClient, readBacklog } = await import("../aws/events-queue.js");
    const client = createSqsClient();
    return () => readBacklog(client, queueUrl);
  });
  const beside = createPace({ perSecond: BESIDE.share * perSecond, burst: BESIDE.burst }, clock);
  return {
    // The policy is read every time: an apply asks for a sweep under the document that it has just written.
    ...createApp(0, (own) => standingBack(own, async () => (await backlog())(), clock)),
    sweepState: createSweepStateParameter(createSsmClient(), parameter),
    takeOverDemands: createTakeOver(createEarlierDemands(createSsmClient(), `/${controller}/demands`)),
    findOutside: createFindOutside(createEc2Client()),
    leftOutVpcs: readLeftOutVpcs(process.env),
    turnBeside: (until) => beside.turn(until),
  };
}
