import { DeleteTrafficMirrorSessionCommand } from "@aws-sdk/client-ec2";
import type { Case } from "../case.js";
import { MIRRORED, mirrored, oursOn } from "../ours.js";

/** By the next sweep, a minute later at most, where nothing reports the call. */
export const tamper: Case = {
  name: "tamper",
  play: async (stage) => {
    const { instanceId, interfaceId } = await stage.launch("t3.nano", { [MIRRORED]: stage.run });
    const { session } = await mirrored(stage, interfaceId);
    await stage.clients.ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session }));
    const ask = () => oursOn(stage, interfaceId);
    const { seconds } = await stage.until("another session", 180, ask, (all) =>
      all.some(({ TrafficMirrorSessionId }) => TrafficMirrorSessionId !== session),
    );
    const healed = `A session that was deleted by hand was back after ${seconds} s`;
    if (!stage.extras.trail) {
      await stage.undo("instance", instanceId);
      return `${healed}. Who did it is not reported without a trail.`;
    }
    const report = () => stage.published.holding("Mirror Session Tampered", session);
    const told = await stage.until("the report of it", 900, report, (all) => all.length > 0);
    await stage.undo("instance", instanceId);
    return `${healed}, and reported ${told.seconds} s later.`;
  },
};
