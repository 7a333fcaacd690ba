import { randomUUID } from "node:crypto";
import { queryOk, serviceError } from "../answers.js";
import { Scoped } from "../scoped.js";
import { is, type PatchSet } from "./types.js";

const NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

interface Refresh {
  readonly id: string;
  readonly at: string;
}

/** Instance refresh, which moto lacks. Lifecycle actions are in events/hooks.ts. */
export const autoscalingActionPatches = (): PatchSet => {
  const refreshes = new Scoped(() => new Map<string, Refresh[]>());

  return {
    reset: () => refreshes.reset(),
    patches: [
      {
        name: "autoscaling-instance-refresh",
        why: "moto has no instance refresh; here one is over as soon as it starts",
        match: is(
          "autoscaling",
          "StartInstanceRefresh",
          "DescribeInstanceRefreshes",
          "CancelInstanceRefresh",
        ),
        run(call) {
          const group = call.params["AutoScalingGroupName"] ?? "";
          const known = refreshes.of(call);
          if (call.action === "StartInstanceRefresh") {
            const id = randomUUID();
            known.set(group, [{ id, at: new Date().toISOString() }, ...(known.get(group) ?? [])]);
            return Promise.resolve(
              queryOk(call.action, NAMESPACE, `<InstanceRefreshId>${id}</InstanceRefreshId>`),
            );
          }
          if (call.action === "CancelInstanceRefresh") {
            const message = `No in progress or pending Instance Refresh found for Auto Scaling group ${group}`;
            return Promise.resolve(serviceError(call, "ActiveInstanceRefreshNotFound", message));
          }
          const members = (known.get(group) ?? []).map(
            ({ id, at }) =>
              `<member><InstanceRefreshId>${id}</InstanceRefreshId><AutoScalingGroupName>${group}</AutoScalingGroupName>` +
              "<Status>Successful</Status><PercentageComplete>100</PercentageComplete>" +
              `<StartTime>${at}</StartTime><EndTime>${at}</EndTime></member>`,
          );
          const inner = `<InstanceRefreshes>${members.join("")}</InstanceRefreshes>`;
          return Promise.resolve(queryOk(call.action, NAMESPACE, inner));
        },
      },
    ],
  };
};
