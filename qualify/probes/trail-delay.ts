import { ModifyTrafficMirrorSessionCommand } from "@aws-sdk/client-ec2";
import { seen, unproven } from "../model.js";
import { probe } from "../probe.js";

export const trailDelay = probe("trail-delay", async (stage) => {
  if (!stage.extras.trail) return unproven("TRAIL=yes did not say that the account has a trail.");
  const { interfaceId } = await stage.unselected();
  const id = await stage.session(interfaceId, 1006);
  await stage.clients.ec2.send(
    new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id, PacketLength: 100 }),
  );
  const record = () =>
    stage.published.holding("AWS API Call via CloudTrail", "ModifyTrafficMirrorSession", id);
  const { seconds } = await stage.until(
    "CloudTrail's record",
    stage.patience(900),
    record,
    (all) => all.length > 0,
  );
  await stage.undo("session", id);
  return seen(
    seconds.toFixed(1),
    `The record of a change came to its rule ${seconds.toFixed(1)} s after the call.`,
  );
});
