import type { Cloud } from "../types.js";
import type { Where } from "./moto-view.js";

/** "EC2 Instance State-change Notification" in the EC2 user guide: an id and a state, nothing more. */
export async function emitState(
  cloud: Cloud,
  where: Where,
  instanceId: string,
  state: string,
): Promise<void> {
  await cloud.emit(where, {
    source: "aws.ec2",
    detailType: "EC2 Instance State-change Notification",
    detail: { "instance-id": instanceId, state },
    resources: [`arn:aws:ec2:${where.region}:${where.account}:instance/${instanceId}`],
  });
}
