/** What `sweep` has besides what every function has. */
import { createSsmClient } from "../aws/client.js";
import { createSweepStateParameter } from "../aws/sessions/sweep-state-parameter.js";
import type { SweepStateStore } from "../core/sessions/ports.js";
import { createApp, type App } from "../runtime/app.js";
import { readSweepStateParameter } from "../runtime/config.js";

export interface SweepContext extends App {
  /** What sweeps know of each other. */
  readonly sweepState: SweepStateStore;
}

/** Throws when the environment is not what Terraform sets. */
export function createSweepContext(): SweepContext {
  const parameter = readSweepStateParameter(process.env);
  // The policy is read every time: an apply asks for a sweep under the document that it has just written.
  return { ...createApp(0), sweepState: createSweepStateParameter(createSsmClient(), parameter) };
}
