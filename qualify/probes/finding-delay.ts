import { seen, unproven } from "../model.js";
import { probe } from "../probe.js";

/**
 * GuardDuty's own test of the finding Backdoor:EC2/C&CActivity.B!DNS ("Testing GuardDuty findings" in its user guide): an
 * instance that asks for this name. It needs the VPC's resolver and no way out.
 */
const ASKING = `#!/bin/sh
while :; do getent hosts guarddutyc2activityb.com; sleep 20; done
`;

export const findingDelay = probe("finding-delay", async (stage) => {
  if (!stage.extras.detector) return unproven("DETECTOR=yes did not say that the account has a detector.");
  const { instanceId } = await stage.launch("t3.nano", {}, ASKING);
  await stage.inState(instanceId, "running");
  const finding = () => stage.published.holding("GuardDuty Finding", instanceId);
  const { seconds } = await stage.until("a finding", stage.patience(2700), finding, (all) => all.length > 0);
  await stage.undo("instance", instanceId);
  return seen(
    seconds.toFixed(0),
    `The first finding came ${seconds.toFixed(0)} s after the instance was running.`,
  );
});
