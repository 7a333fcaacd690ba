/**
 * EC2 Instance Launch Successful and EC2 Instance Terminate Successful (Amazon EC2 Auto Scaling User Guide, "Event
 * reference"). A second chance for what the instance's own state changes report: it comes by another way, and later.
 */
import * as z from "zod/mini";
import { instanceId, parsedEvent, type EventKind } from "./envelope.js";

const detail = z.object({ EC2InstanceId: instanceId });

function kind(detailType: string, active: boolean): EventKind {
  return {
    source: "aws.autoscaling",
    detailType,
    parse(event) {
      const parsed = detail.safeParse(event.detail);
      return parsed.success
        ? parsedEvent({ instanceIds: [parsed.data.EC2InstanceId] }, { early: active, expected: { active } })
        : "malformed";
    },
  };
}

export const autoscalingLaunch = kind("EC2 Instance Launch Successful", true);
export const autoscalingTerminate = kind("EC2 Instance Terminate Successful", false);
