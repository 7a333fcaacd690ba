import { StopInstancesCommand } from "@aws-sdk/client-ec2";
import { refusal } from "../clients.js";
import { acceptedOrRefused } from "../judge.js";
import { probe } from "../probe.js";

export const stoppedInstance = probe("stopped-instance", async (stage) => {
  const { instanceId, interfaceId } = await stage.launch();
  await stage.inState(instanceId, "running");
  await stage.clients.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  await stage.inState(instanceId, "stopped");
  const code = await refusal(stage.session(interfaceId));
  await stage.undo("instance", instanceId);
  return acceptedOrRefused("A session on the interface of a stopped instance", code);
});
