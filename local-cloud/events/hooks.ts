import { randomUUID } from "node:crypto";
import { queryOk, serviceError } from "../answers.js";
import { initialHooks } from "../patches/autoscaling.js";
import { edited, is, type Patch } from "../patches/types.js";
import { Scoped } from "../scoped.js";
import type { Answer, Call } from "../types.js";
import type { Params } from "../xml.js";
import { placeOf } from "../call.js";
import type { Where } from "./courier.js";

const NAMESPACE = "http://autoscaling.amazonaws.com/doc/2011-01-01/";
const LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING";

export interface HookSettings {
  /** Multiplies the time that a hook waits, which is 30 s at least. */
  heartbeatScale: number;
  /**
   * Whether instances that reach Auto Scaling complete launching hooks from within, as an agent on them would; nothing
   * runs on them here.
   */
  agents: boolean;
}

/** Launching hooks that an instance completes from within. */
const OF_AGENT = /-launch$/;
const AGENT_MS = 200;

/** One hook of a group that holds one instance. */
export interface Held {
  readonly where: Where;
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly metadata?: string;
  readonly token: string;
}
type Result = "CONTINUE" | "ABANDON";

/** An instance whose agent could not complete its hook, because Auto Scaling is out of reach. */
export interface Stranded {
  readonly account: string;
  readonly group: string;
  readonly instanceId: string;
}

export interface Hooks {
  readonly patches: readonly Patch[];
  readonly settings: HookSettings;
  readonly stranded: readonly Stranded[];
  /** Begins to wait for every launching hook of the group; none where the group has no hook. */
  hold(where: Where, group: string, instanceId: string): readonly Held[];
  /** The instance is gone, whatever its hooks were waiting for. */
  forget(where: Where, instanceId: string): void;
  reset(): void;
}

interface Waiting extends Held {
  readonly seconds: number;
  readonly otherwise: Result;
  timer: NodeJS.Timeout;
}

/** The `<member>` of an instance, in a list of them; no member of a member is touched. */
const INSTANCE =
  /<member>(?:(?!<\/?member>).)*?<InstanceId>(i-[^<]+)<\/InstanceId>(?:(?!<\/?member>).)*?<\/member>/gs;

/**
 * Launching lifecycle hooks ("Amazon EC2 Auto Scaling lifecycle hooks" in the user guide): an instance is
 * Pending:Wait until each of its hooks is completed, or its time is over and the hook's DefaultResult counts. One
 * ABANDON ends the instance. `done`: every hook said CONTINUE, or one did not, and why. `reachesApi`: whether an agent on
 * the instance could say so.
 */
export const createHooks = (
  done: (held: Held, result: Result, reason: string) => Promise<void>,
  reachesApi: (held: Held) => Promise<boolean>,
): Hooks => {
  const known = new Scoped(() => new Map<string, Map<string, Params>>());
  const waiting = new Scoped(() => new Map<string, Waiting>());
  const settings: HookSettings = { heartbeatScale: 1, agents: true };
  const stranded: Stranded[] = [];

  const put = (where: Where, group: string, name: string, fields: Params): void => {
    const hooks = known.of(where).get(group) ?? new Map<string, Params>();
    hooks.set(name, { ...hooks.get(name), ...fields });
    known.of(where).set(group, hooks);
  };

  const conclude = (held: Waiting, result: Result, how: string): void => {
    const all = waiting.of(held.where);
    clearTimeout(held.timer);
    all.delete(held.token);
    const others = [...all.values()].filter(({ instanceId }) => instanceId === held.instanceId);
    if (result === "CONTINUE" && others.length > 0) return;
    for (const other of others) {
      clearTimeout(other.timer);
      all.delete(other.token);
    }
    void done(held, result, `Lifecycle Action with token ${held.token} was abandoned: ${how}`);
  };

  const arm = (held: Waiting): void => {
    clearTimeout(held.timer);
    held.timer = setTimeout(
      () => conclude(held, held.otherwise, "Heartbeat Timeout"),
      Math.min(held.seconds * 1000 * settings.heartbeatScale, 2_147_483_647),
    );
    held.timer.unref();
  };

  const completeFromWithin = async (held: Waiting): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, AGENT_MS).unref());
    const waits = () => waiting.of(held.where).has(held.token);
    if (!waits()) return;
    const reached = await reachesApi(held);
    // meanwhile somebody else may have completed it, or ended the instance
    if (!waits()) return;
    if (reached) conclude(held, "CONTINUE", "by the agent");
    else stranded.push({ account: held.where.account, group: held.group, instanceId: held.instanceId });
  };

  const find = (call: Call): Waiting | Answer => {
    const { AutoScalingGroupName: group, LifecycleHookName: hook } = call.params;
    const { LifecycleActionToken: token, InstanceId: instance } = call.params;
    const found = [...waiting.of(call).values()].find(
      (held) =>
        held.group === group &&
        held.hook === hook &&
        (token === undefined ? held.instanceId === instance : held.token === token),
    );
    if (found !== undefined) return found;
    const named = token === undefined ? `instance ID ${instance ?? "null"}` : `token ${token}`;
    // as callers have seen it, for what never was, is over, or was completed before
    return serviceError(call, "ValidationError", `No active Lifecycle Action found with ${named}`);
  };

  const patches: Patch[] = [
    {
      name: "autoscaling-launching-hooks",
      why: "moto holds no instance back for a hook",
      match: is(
        "autoscaling",
        "PutLifecycleHook",
        "DeleteLifecycleHook",
        "CreateAutoScalingGroup",
        "DeleteAutoScalingGroup",
      ),
      async run(call, next) {
        const group = call.params["AutoScalingGroupName"] ?? "";
        // hooks given with the group hold its first instances
        if (call.action === "CreateAutoScalingGroup") {
          for (const hook of initialHooks(call.params))
            put(call, group, hook["LifecycleHookName"] ?? "", hook);
        }
        const answer = await next();
        if (answer.status >= 300) return answer;
        const name = call.params["LifecycleHookName"] ?? "";
        if (call.action === "PutLifecycleHook") put(call, group, name, call.params);
        if (call.action === "DeleteLifecycleHook") {
          known.of(call).get(group)?.delete(name);
          // "If there are any outstanding lifecycle actions, they are completed first (ABANDON for launching …)"
          for (const held of [...waiting.of(call).values()]) {
            if (held.group === group && held.hook === name) conclude(held, "ABANDON", "hook deleted");
          }
        }
        if (call.action === "DeleteAutoScalingGroup") known.of(call).delete(group);
        return answer;
      },
    },
    {
      name: "autoscaling-lifecycle-actions",
      why: "moto has neither CompleteLifecycleAction nor RecordLifecycleActionHeartbeat",
      match: is("autoscaling", "CompleteLifecycleAction", "RecordLifecycleActionHeartbeat"),
      run(call, next) {
        // a group that nobody made is one of patches/autoscaling-actions.ts
        if (!known.of(call).has(call.params["AutoScalingGroupName"] ?? "")) return next();
        const held = find(call);
        if ("status" in held) return Promise.resolve(held);
        if (call.action === "RecordLifecycleActionHeartbeat") arm(held);
        else {
          const result = call.params["LifecycleActionResult"] ?? "";
          if (result !== "CONTINUE" && result !== "ABANDON") {
            const message = "LifecycleActionResult must be either CONTINUE or ABANDON";
            return Promise.resolve(serviceError(call, "ValidationError", message));
          }
          conclude(held, result, `Lifecycle Action Completed with ${result} Result`);
        }
        return Promise.resolve(queryOk(call.action, NAMESPACE, ""));
      },
    },
    {
      name: "autoscaling-pending-wait",
      why: "moto shows every instance of a group in service",
      match: is("autoscaling", "DescribeAutoScalingGroups", "DescribeAutoScalingInstances"),
      run: edited((text, call) => {
        const held = new Set([...waiting.of(call).values()].map(({ instanceId }) => instanceId));
        if (held.size === 0) return text;
        return text.replace(INSTANCE, (member, id: string) =>
          held.has(id) ? member.replace(/(<LifecycleState>)[^<]*/, "$1Pending:Wait") : member,
        );
      }),
    },
  ];

  return {
    patches,
    settings,
    stranded,
    hold(where, group, instanceId) {
      const launching = [...(known.of(where).get(group) ?? [])].filter(
        ([, hook]) => hook["LifecycleTransition"] === LAUNCHING,
      );
      return launching.map(([name, hook]) => {
        const metadata = hook["NotificationMetadata"];
        const held: Waiting = {
          where: placeOf(where),
          instanceId,
          group,
          hook: name,
          ...(metadata === undefined ? {} : { metadata }),
          token: randomUUID(),
          seconds: Number(hook["HeartbeatTimeout"] ?? 3600),
          otherwise: hook["DefaultResult"] === "CONTINUE" ? "CONTINUE" : "ABANDON",
          timer: setTimeout(() => undefined, 0),
        };
        waiting.of(where).set(held.token, held);
        arm(held);
        if (settings.agents && OF_AGENT.test(name)) void completeFromWithin(held);
        return held;
      });
    },
    forget(where, instanceId) {
      for (const held of [...waiting.of(where).values()]) {
        if (held.instanceId !== instanceId) continue;
        clearTimeout(held.timer);
        waiting.of(where).delete(held.token);
      }
    },
    reset() {
      for (const { value } of waiting.entries()) {
        for (const { timer } of value.values()) clearTimeout(timer);
      }
      waiting.reset();
      known.reset();
      stranded.length = 0;
      settings.heartbeatScale = 1;
      settings.agents = true;
    },
  };
};
