import type { Patch } from "../patches/types.js";
import type { Answer, BusEvent } from "../types.js";
import { items, parseXml, texts } from "../xml.js";
import type { Courier, Where } from "./courier.js";
import type { Scaling } from "./scaling.js";

const DETAIL_TYPE = "EC2 Instance State-change Notification";
const CHANGES: Readonly<Record<string, readonly [passing: string, final: string]>> = {
  RunInstances: ["pending", "running"],
  StartInstances: ["pending", "running"],
  StopInstances: ["stopping", "stopped"],
  TerminateInstances: ["shutting-down", "terminated"],
};
/** States that follow another by themselves. */
const SETTLED = new Set(["running", "stopped", "terminated"]);

/** Instances of an answer whose state the call changed: one that was there already is left out. */
const changedIn = (answer: Answer, action: string): string[] =>
  items(parseXml(answer.body.toString()), `${action}Response`, "instancesSet").flatMap((instance) => {
    const [previous] = texts(instance, ["previousState", "name"]);
    return previous !== undefined && CHANGES[action]?.includes(previous)
      ? []
      : texts(instance, ["instanceId"]);
  });

/** A state change is put as such; whatever else the local cloud says goes on as it is. */
export const emitBy =
  (courier: Courier) =>
  async (from: Where, event: BusEvent): Promise<void> => {
    const changes = event.source === "aws.ec2" && event.detailType === DETAIL_TYPE;
    if (!changes) courier.forward(from, event);
    else courier.put(from, event, SETTLED.has(String(event.detail["state"])) ? "settled" : "now");
  };

/**
 * State-change events of instances: from the answers of EC2's calls, and for what Auto Scaling does inside moto
 * by comparing its list after each of its calls. The second state comes a little later.
 */
export const instanceEvents = (
  courier: Courier,
  scaling: Scaling,
): Patch & {
  /** Announces what a group did by itself. */
  follow(where: Where): Promise<void>;
} => {
  const emit = emitBy(courier);
  const announce = async (where: Where, instances: readonly string[], action: string): Promise<void> => {
    for (const instance of instances) {
      for (const state of CHANGES[action] ?? []) {
        await emit(where, {
          source: "aws.ec2",
          detailType: DETAIL_TYPE,
          resources: [`arn:aws:ec2:${where.region}:${where.account}:instance/${instance}`],
          detail: { "instance-id": instance, state },
        });
      }
    }
  };

  const follow = async (where: Where, ends = true): Promise<void> => {
    const { launched, ended } = await scaling.compare(where);
    await announce(where, launched, "RunInstances");
    if (ends) await announce(where, ended, "TerminateInstances");
    scaling.publish(where);
  };

  return {
    follow: (where) => follow(where),
    name: "instance-events",
    why: "moto puts no event on the bus when an instance changes its state",
    match: (call) =>
      (call.service === "ec2" && CHANGES[call.action] !== undefined) ||
      (call.service === "autoscaling" && !call.action.startsWith("Describe")),
    async run(call, next) {
      const answer = await next();
      if (answer.status >= 300) return answer;
      if (call.service === "ec2") await announce(call, changedIn(answer, call.action), call.action);
      // moto replaces an instance of a group that was terminated
      if (call.service !== "autoscaling" && !scaling.active(call)) return answer;
      await follow(call, call.service === "autoscaling");
      return answer;
    },
  };
};
