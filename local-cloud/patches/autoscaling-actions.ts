import { randomUUID } from "node:crypto";
import { queryOk, serviceError } from "../answers.js";
import { Scoped } from "../scoped.js";
import { is, type PatchSet } from "./types.js";

const NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

/** A call about a lifecycle action, in the order in which they came. */
export interface LifecycleCall {
  readonly account: string;
  readonly region: string;
  readonly at: string;
  readonly action: "CompleteLifecycleAction" | "RecordLifecycleActionHeartbeat";
  readonly group: string;
  readonly hook: string;
  readonly instance: string;
  /** CONTINUE or ABANDON; none for a heartbeat. */
  readonly result?: string;
  /** False where the action was over already, which the caller got as an error. */
  readonly open: boolean;
}

interface Refresh {
  readonly id: string;
  readonly at: string;
}

/** Actions of Auto Scaling that moto lacks: instance refresh and the completion of lifecycle actions. */
export const autoscalingActionPatches = (): PatchSet & {
  /** Lifecycle actions completed or prolonged, of all accounts and regions. */
  lifecycle(): readonly LifecycleCall[];
} => {
  const refreshes = new Scoped(() => new Map<string, Refresh[]>());
  let lifecycle: LifecycleCall[] = [];

  /** An action is completed once. Each is taken for open until then: moto sends no instance through a hook. */
  const isOpen = (call: LifecycleCall): boolean =>
    !lifecycle.some(
      (before) =>
        before.action === "CompleteLifecycleAction" &&
        before.account === call.account &&
        before.region === call.region &&
        before.group === call.group &&
        before.hook === call.hook &&
        before.instance === call.instance,
    );

  return {
    lifecycle: () => lifecycle,
    reset: () => {
      refreshes.reset();
      lifecycle = [];
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
          const { account, region, params } = call;
          const result = params["LifecycleActionResult"];
          const asked: LifecycleCall = {
            account,
            region,
            at: new Date().toISOString(),
            action: call.action as LifecycleCall["action"],
            group: params["AutoScalingGroupName"] ?? "",
            hook: params["LifecycleHookName"] ?? "",
            instance: params["InstanceId"] ?? "",
            ...(result === undefined ? {} : { result }),
            open: true,
          };
          const open = isOpen(asked);
          lifecycle.push({ ...asked, open });
          if (open) return Promise.resolve(queryOk(call.action, NAMESPACE, ""));
          const message = `No active Lifecycle Action found with instance ID ${asked.instance}`;
          return Promise.resolve(serviceError(call, "ValidationError", message));
        },
      },
    ],
  };
};
