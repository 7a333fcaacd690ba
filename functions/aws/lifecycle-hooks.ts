/** Completes lifecycle hooks, and counts the launches of a group that came to nothing. */
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeScalingActivitiesCommand,
  type Activity,
} from "@aws-sdk/client-auto-scaling";
import type { LifecycleHooks } from "../core/events/ports.js";
import { options } from "./client.js";
import { classify } from "./errors.js";

/** As many activities as one call answers, newest first (API reference, DescribeScalingActivities). */
const PAGE = 100;

export function createAutoScalingClient(): AutoScalingClient {
  return new AutoScalingClient(options);
}

export function createLifecycleHooks(client: AutoScalingClient): LifecycleHooks {
  return {
    async complete({ group, hook, token, instanceId }, result) {
      try {
        await client.send(
          new CompleteLifecycleActionCommand({
            AutoScalingGroupName: group,
            LifecycleHookName: hook,
            LifecycleActionToken: token,
            InstanceId: instanceId,
            LifecycleActionResult: result,
          }),
        );
        return { kind: "done", value: undefined };
      } catch (error) {
        const failure = classify(error);
        // A hook that was completed or timed out, an instance or a group that is gone: all one code.
        return failure.code === "ValidationError" ? { ...failure, kind: "gone" } : failure;
      }
    },
    async failedLaunches(group, since) {
      const { Activities = [] } = await client.send(
        new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group, MaxRecords: PAGE }),
      );
      return Activities.filter((activity) => isFailedLaunch(activity, since)).length;
    },
  };
}

/** Which of the two an abandoned launch gets is documented nowhere (?), so both count. */
function isFailedLaunch({ StatusCode, StartTime, Description = "" }: Activity, since: number): boolean {
  const failed = StatusCode === "Cancelled" || StatusCode === "Failed";
  return failed && (StartTime?.getTime() ?? 0) >= since && Description.startsWith("Launching");
}
