import { DescribeWarmPoolCommand, PutWarmPoolCommand } from "@aws-sdk/client-auto-scaling";
import { seen, unknown, type Finding } from "../model.js";
import { probe } from "../probe.js";
import type { Event } from "../published.js";

export const judge = (events: readonly Event[], entered: boolean): Finding => {
  if (!entered) return unknown("No instance went into the warm pool.");
  const kinds = events.map(({ "detail-type": type, detail }) => {
    const [from, to] = [detail["Origin"], detail["Destination"]];
    return typeof from === "string" && typeof to === "string" ? `${type} (${from} to ${to})` : type;
  });
  const all = [...new Set(kinds)];
  return all.length === 0
    ? seen("none", "Nothing was published of an instance that went into the warm pool.")
    : seen(all.join("; "), `Published: ${all.join("; ")}.`);
};

export const warmPoolEvents = probe("warm-pool-events", async (stage) => {
  const { autoscaling } = stage.clients;
  const AutoScalingGroupName = stage.outputs.groups.held;
  stage.made("warm pool", AutoScalingGroupName);
  await autoscaling.send(
    new PutWarmPoolCommand({
      AutoScalingGroupName,
      MinSize: 1,
      MaxGroupPreparedCapacity: 1,
      PoolState: "Stopped",
    }),
  );
  const pooled = async () =>
    (await autoscaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName }))).Instances ?? [];
  const warmed = await stage
    .until("an instance in the warm pool", stage.patience(420), pooled, (all) =>
      all.some(({ LifecycleState }) => LifecycleState === "Warmed:Stopped"),
    )
    .then(
      ({ answer }) => answer[0]?.InstanceId,
      () => undefined,
    );
  const events = warmed === undefined ? [] : await stage.published.holding(AutoScalingGroupName, warmed);
  await stage.undo("warm pool", AutoScalingGroupName);
  return judge(events, warmed !== undefined);
});
