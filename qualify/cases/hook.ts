import {
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import type { Case } from "../case.js";
import { oursOn } from "../ours.js";

export const hook: Case = {
  name: "hook",
  play: async (stage) => {
    const { autoscaling } = stage.clients;
    const AutoScalingGroupName = stage.outputs.groups.held;
    const desire = (DesiredCapacity: number) =>
      autoscaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, DesiredCapacity }));
    const members = async () => {
      const { AutoScalingGroups = [] } = await autoscaling.send(
        new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
      );
      return AutoScalingGroups[0]?.Instances ?? [];
    };
    stage.made("capacity", AutoScalingGroupName);
    await desire(1);
    const { answer, seconds } = await stage.until("an instance in service", 420, members, (all) =>
      all.some(({ LifecycleState }) => LifecycleState === "InService"),
    );
    const instance = await stage.instance(answer[0]?.InstanceId ?? "");
    const sessions = await oursOn(stage, instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "");
    await desire(0);
    await stage.until("the group to be empty", 420, members, (all) => all.length === 0);
    await stage.undo("capacity", AutoScalingGroupName);
    if (sessions.length === 0) throw new Error("the instance went into service without a session");
    return `Held until it was mirrored, the instance was in service after ${seconds} s.`;
  },
};
