/** An instance that a rule selects, from its launch to its end. */
import { StartInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import type { Case } from "../case.js";
import { MIRRORED, mirrored, unmirrored } from "../ours.js";
import type { Launched, Stage } from "../stage.js";

const selected = (stage: Stage): Promise<Launched> =>
  stage.shared("selected", () => stage.launch("t3.nano", { [MIRRORED]: stage.run }));

export const launch: Case = {
  name: "launch",
  play: async (stage) => {
    const { interfaceId } = await selected(stage);
    const { session, seconds } = await mirrored(stage, interfaceId);
    return `${session} was there ${seconds} s after the launch was answered.`;
  },
};

const BURST = 3;

export const burst: Case = {
  name: "burst",
  play: async (stage) => {
    const all = await Promise.all(
      Array.from({ length: BURST }, () => stage.launch("t3.nano", { [MIRRORED]: stage.run })),
    );
    const found = await Promise.all(all.map(({ interfaceId }) => mirrored(stage, interfaceId)));
    for (const { instanceId } of all) await stage.undo("instance", instanceId);
    return `${BURST} launches at once were mirrored after ${found.map(({ seconds }) => seconds).join(", ")} s.`;
  },
};

export const stop: Case = {
  name: "stop",
  play: async (stage) => {
    const { instanceId, interfaceId } = await selected(stage);
    const InstanceIds = [instanceId];
    await stage.inState(instanceId, "running");
    await stage.clients.ec2.send(new StopInstancesCommand({ InstanceIds }));
    const gone = await unmirrored(stage, interfaceId);
    await stage.inState(instanceId, "stopped");
    await stage.clients.ec2.send(new StartInstancesCommand({ InstanceIds }));
    const { seconds } = await mirrored(stage, interfaceId);
    return `The session was gone ${gone} s after the stop was asked for, and back ${seconds} s after the start.`;
  },
};

export const terminate: Case = {
  name: "terminate",
  play: async (stage) => {
    const { instanceId, interfaceId } = await selected(stage);
    await stage.undo("instance", instanceId);
    const seconds = await unmirrored(stage, interfaceId);
    return `The session was gone ${seconds} s after the termination was asked for.`;
  },
};
