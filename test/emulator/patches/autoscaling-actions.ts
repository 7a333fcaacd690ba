import { randomUUID } from "node:crypto";
import { queryOk, serviceError } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Params } from "../xml.js";
import { is, type PatchSet } from "./types.js";

const NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

interface Refresh {
  readonly id: string;
  readonly at: string;
}

/** Actions of Auto Scaling that moto lacks: instance refresh and the completion of lifecycle actions. */
export const autoscalingActionPatches = (): PatchSet & {
  /** Lifecycle actions completed or prolonged, for tests. */
  lifecycle(where: { account: string; region: string }): readonly Params[];
} => {
  const refreshes = new Scoped(() => new Map<string, Refresh[]>());
  const lifecycle = new Scoped<Params[]>(() => []);

  return {
    lifecycle: (where) => lifecycle.of(where),
    reset: () => {
      refreshes.reset();
      lifecycle.reset();
    },
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
      {
        name: "autoscaling-lifecycle-actions",
        why: "moto has neither CompleteLifecycleAction nor RecordLifecycleActionHeartbeat",
        match: is("autoscaling", "CompleteLifecycleAction", "RecordLifecycleActionHeartbeat"),
        run(call) {
          lifecycle.of(call).push({ ...call.params });
          return Promise.resolve(queryOk(call.action, NAMESPACE, ""));
        },
      },
    ],
  };
};
