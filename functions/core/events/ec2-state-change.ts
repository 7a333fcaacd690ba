/**
 * EC2 Instance State-change Notification. Names an instance and its new state; neither VPC nor interfaces.
 * The state is not believed: by the time it arrives it may be old, so it only says where to look, and again where EC2
 * shows another.
 */
import * as z from "zod/mini";
import { isActive } from "./behind.js";
import { instanceId, parsedEvent, type EventKind } from "./envelope.js";

const detail = z.object({
  "instance-id": instanceId,
  state: z.enum(["pending", "running", "stopping", "stopped", "shutting-down", "terminated"]),
});

export const ec2StateChange: EventKind = {
  source: "aws.ec2",
  detailType: "EC2 Instance State-change Notification",
  parse(event) {
    const parsed = detail.safeParse(event.detail);
    if (!parsed.success) return "malformed";
    const active = isActive(parsed.data.state);
    return parsedEvent(
      { instanceIds: [parsed.data["instance-id"]] },
      { early: active, expected: { active } },
    );
  },
};
