/**
 * EC2 Instance-launch Lifecycle Action (Amazon EC2 Auto Scaling User Guide, "Event reference"): a hook holds an
 * instance in Pending:Wait. It runs already, so its interfaces can be mirrored; whoever completes the hook decides
 * when it goes into service.
 */
import * as z from "zod/mini";
import { instanceId, parsedEvent, type EventKind } from "./envelope.js";

const name = z.string().check(z.minLength(1), z.maxLength(255));

const detail = z.object({
  /** 36 characters, by the API's reference; those in AWS's own examples are no UUID. */
  LifecycleActionToken: z.string().check(z.length(36)),
  AutoScalingGroupName: name,
  LifecycleHookName: name,
  EC2InstanceId: instanceId,
  LifecycleTransition: z.string(),
});

export const lifecycleHook: EventKind = {
  source: "aws.autoscaling",
  detailType: "EC2 Instance-launch Lifecycle Action",
  parse(event) {
    const parsed = detail.safeParse(event.detail);
    if (!parsed.success) return "malformed";
    const { data } = parsed;
    // Instances that come out of a warm pool or go into one are held under the same detail-type.
    if (data.LifecycleTransition !== "autoscaling:EC2_INSTANCE_LAUNCHING") return "unknown-kind";
    return parsedEvent(
      { instanceIds: [data.EC2InstanceId] },
      {
        early: true,
        followUps: [
          {
            kind: "hook",
            group: data.AutoScalingGroupName,
            hook: data.LifecycleHookName,
            token: data.LifecycleActionToken,
            instanceId: data.EC2InstanceId,
          },
        ],
      },
    );
  },
};
