/** A launch that is abandoned by its lifecycle hook: what Auto Scaling says of it, and what it publishes. */
import {
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { seen, unknown, type Finding } from "../model.js";
import type { Probe } from "../probe.js";
import type { Event } from "../published.js";

const STATUSES = ["Cancelled", "Failed"];

export const judgeStatus = (status: string | undefined): Finding =>
  status !== undefined && STATUSES.includes(status)
    ? seen(status, `The activity of the abandoned launch ended as ${status}.`)
    : unknown(`The activity of the abandoned launch is ${status ?? "not listed"}.`);

export const judgeEvent = (events: readonly Event[]): Finding => {
  const types = [...new Set(events.map((event) => event["detail-type"]))].filter(
    (type) => !/Lifecycle Action/.test(type),
  );
  return types.length === 0
    ? seen("none", "Nothing was published but the hook's own event.")
    : seen(types.join(", "), `Published: ${types.join(", ")}.`);
};

export const abandonedLaunch: Probe = {
  facts: ["abandoned-launch-status", "abandoned-launch-event"],
  ask: async (stage) => {
    const { autoscaling } = stage.clients;
    const { groups, abandoned_hook: LifecycleHookName } = stage.outputs;
    const AutoScalingGroupName = groups.abandoned;
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
    const { answer } = await stage.until("a launch to wait for its hook", 300, members, (all) =>
      all.some(({ LifecycleState }) => LifecycleState === "Pending:Wait"),
    );
    const InstanceId =
      answer.find(({ LifecycleState }) => LifecycleState === "Pending:Wait")?.InstanceId ?? "";
    await autoscaling.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName,
        LifecycleHookName,
        InstanceId,
        LifecycleActionResult: "ABANDON",
      }),
    );
    await desire(0);
    const activity = async () => {
      const { Activities = [] } = await autoscaling.send(
        new DescribeScalingActivitiesCommand({ AutoScalingGroupName }),
      );
      return Activities.find(
        ({ Description = "", StatusMessage = "" }) =>
          /^Launching/.test(Description) && `${Description} ${StatusMessage}`.includes(InstanceId),
      )?.StatusCode;
    };
    const { answer: status } = await stage.until("the abandoned launch to end", 300, activity, (code) =>
      STATUSES.includes(code ?? ""),
    );
    const result = () => stage.published.holding(AutoScalingGroupName, InstanceId, "EC2 Instance Launch");
    const events = await stage
      .until("an event of the abandoned launch", stage.patience(60), result, (all) => all.length > 0)
      .then(
        (found) => found.answer,
        () => [],
      );
    await stage.until("the group to be empty", 300, members, (all) => all.length === 0);
    await stage.undo("capacity", AutoScalingGroupName);
    return { "abandoned-launch-status": judgeStatus(status), "abandoned-launch-event": judgeEvent(events) };
  },
};
