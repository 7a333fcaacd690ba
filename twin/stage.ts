/** What every chapter of the demonstration works with. */
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { S3Client } from "@aws-sdk/client-s3";
import type { LocalCloud } from "../local-cloud/index.js";
import type { Outputs as FleetOutputs } from "../scripts/demo/fleet.js";
import type { Screen } from "../scripts/demo/screen.js";
import type { Aws } from "../test/support/aws.js";
import type { TerraformRoot } from "../test/support/terraform.js";
import type { Intervals } from "./intervals.js";
import type { World } from "./world.js";

export interface Outputs extends FleetOutputs {
  readonly capture_bucket: string;
  readonly capture_load_balancer_arn: string;
}

export interface Stage {
  readonly screen: Screen;
  readonly cloud: LocalCloud;
  readonly aws: Aws;
  readonly s3: S3Client;
  readonly scaling: AutoScalingClient;
  readonly world: World;
  readonly terraform: TerraformRoot;
  /** Shows what Terraform is at while it works; `verb`: what it does to each resource. */
  readonly during: (verb: string, work: () => Promise<void>) => Promise<void>;
  readonly outputs: Outputs;
  readonly intervals: Intervals;
  /** Where the programs of the nodes log. */
  readonly logs: string;
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What `look` gives once it gives anything; undefined where it did not within so many seconds. */
export const within = async <T>(
  seconds: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> => {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() > until) return found;
    await pause(250);
  }
};

export const secondsSince = (began: number): string => ((performance.now() - began) / 1000).toFixed(1);
