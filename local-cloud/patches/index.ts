import type { Keys } from "../call.js";
import type { Call, Cloud } from "../types.js";
import { autoscalingActionPatches, type LifecycleCall } from "./autoscaling-actions.js";
import { autoscalingPatches } from "./autoscaling.js";
import { cloudwatchPatches } from "./cloudwatch.js";
import { dynamodbPatches } from "./dynamodb.js";
import { ec2Patches } from "./ec2.js";
import { elbv2Patches } from "./elbv2.js";
import { lambdaPatches } from "./lambda.js";
import { limitPatches } from "./limits.js";
import { s3ChecksumPatches } from "./s3-checksum.js";
import { s3PolicyPatches } from "./s3-policy.js";
import { s3Patches } from "./s3.js";
import { sqsPatches } from "./sqs.js";
import { sqsMovePatches } from "./sqs-moves.js";
import { ssmPatches } from "./ssm.js";
import { stsPatches } from "./sts.js";
import type { PatchSet } from "./types.js";

/** Every patch, outermost first. */
export const createPatches = (
  cloud: Cloud,
  keys: Keys,
  userIdOf: (call: Call) => Promise<string>,
): PatchSet & { lifecycle(): readonly LifecycleCall[] } => {
  const actions = autoscalingActionPatches();
  const sets = [
    stsPatches(keys, userIdOf),
    limitPatches(),
    elbv2Patches(cloud),
    autoscalingPatches(),
    actions,
    ec2Patches(cloud),
    sqsPatches(cloud),
    sqsMovePatches(cloud),
    ssmPatches(),
    dynamodbPatches(),
    lambdaPatches(cloud),
    s3PolicyPatches(),
    s3ChecksumPatches(),
    s3Patches(cloud),
    cloudwatchPatches(),
  ];
  return {
    lifecycle: () => actions.lifecycle(),
    patches: sets.flatMap(({ patches }) => patches),
    reset: () => sets.forEach((set) => set.reset()),
  };
};
