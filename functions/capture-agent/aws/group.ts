/** The lifecycle hooks of the node's Auto Scaling group. */
import {
  CompleteLifecycleActionCommand,
  RecordLifecycleActionHeartbeatCommand,
  type AutoScalingClient,
} from "@aws-sdk/client-auto-scaling";

export interface Group {
  /** Throws unless the action is over, by this call or before it. */
  complete(hook: string, result: "CONTINUE" | "ABANDON"): Promise<void>;
  heartbeat(hook: string): Promise<void>;
}

export function createGroup(client: AutoScalingClient, group: string, instance: string): Group {
  const names = (hook: string) => ({
    AutoScalingGroupName: group,
    LifecycleHookName: hook,
    InstanceId: instance,
  });
  return {
    async complete(hook, LifecycleActionResult) {
      await unlessOver(
        client.send(new CompleteLifecycleActionCommand({ ...names(hook), LifecycleActionResult })),
      );
    },
    async heartbeat(hook) {
      await unlessOver(client.send(new RecordLifecycleActionHeartbeatCommand(names(hook))));
    },
  };
}

/** "No active Lifecycle Action found": completed before a crash, or timed out. Either way the group no longer waits for it. */
async function unlessOver(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const over =
      error instanceof Error &&
      error.name === "ValidationError" &&
      /no active lifecycle action/i.test(error.message);
    if (!over) throw error;
  }
}
