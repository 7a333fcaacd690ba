import { AsyncLocalStorage } from "node:async_hooks";
import type { Patch } from "../patches/types.js";
import { Scoped } from "../scoped.js";
import type { Answer, BusEvent, Call, Cloud } from "../types.js";
import { items, parseXml, texts } from "../xml.js";

type Where = Pick<Call, "account" | "region">;

/** Settings that tests may change while the local cloud runs. */
export interface InstanceEventSettings {
  enabled: boolean;
  /** Milliseconds between `pending` and `running`, `stopping` and `stopped`, `shutting-down` and `terminated`. */
  settleMilliseconds: number;
}

export interface InstanceEvents {
  readonly patch: Patch;
  emit(from: Where, event: BusEvent): Promise<void>;
  /** Runs work whose events are asked for by name, and so put even when automatic events are off. */
  always<T>(work: () => Promise<T>): Promise<T>;
  readonly settings: InstanceEventSettings;
  /** Events that are still to come. */
  pending(): number;
  reset(): void;
}

const DEFAULTS: InstanceEventSettings = { enabled: true, settleMilliseconds: 100 };
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

/**
 * State-change events of instances: from the answers of EC2's calls, and for what Auto Scaling does inside moto
 * by comparing its list after each of its calls. Delivery is in the background, as in AWS: a call does not wait
 * for the events that it causes, and the second state comes a little later.
 */
export const createInstanceEvents = (
  cloud: Pick<Cloud, "moto">,
  deliver: (from: Where, event: BusEvent) => Promise<void>,
  failed: (from: Where, event: BusEvent, error: unknown) => void,
): InstanceEvents => {
  const settings: InstanceEventSettings = { ...DEFAULTS };
  const scaled = new Scoped(() => new Set<string>());
  const timers = new Set<NodeJS.Timeout>();
  const asked = new AsyncLocalStorage<boolean>();
  let underway = 0;

  const background = (where: Where, event: BusEvent): void => {
    underway++;
    void deliver(where, event)
      .catch((error: unknown) => failed(where, event, error))
      .finally(() => underway--);
  };

  const emit = (from: Where, event: BusEvent): Promise<void> => {
    const where = { account: from.account, region: from.region };
    const changes = event.source === "aws.ec2" && event.detailType === DETAIL_TYPE;
    if (changes && !settings.enabled && asked.getStore() !== true) return Promise.resolve();
    if (!changes || !SETTLED.has(String(event.detail["state"]))) {
      background(where, event);
      return Promise.resolve();
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      background(where, event);
    }, settings.settleMilliseconds);
    timers.add(timer);
    return Promise.resolve();
  };

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

  const listScaled = async (where: Where): Promise<Set<string>> => {
    const found = new Set<string>();
    let token: string | undefined;
    do {
      const answer = await cloud.moto(where, "autoscaling", {
        params: {
          Action: "DescribeAutoScalingInstances",
          Version: "2011-01-01",
          ...(token === undefined ? {} : { NextToken: token }),
        },
      });
      const text = answer.body.toString();
      for (const [, id = ""] of text.matchAll(/<InstanceId>(i-[0-9a-f]+)<\/InstanceId>/g)) found.add(id);
      token = /<NextToken>([^<]+)<\/NextToken>/.exec(text)?.[1];
    } while (token !== undefined);
    return found;
  };

  const compareScaled = async (call: Call): Promise<void> => {
    const where = { account: call.account, region: call.region };
    const known = scaled.of(where);
    const now = await listScaled(where);
    const launched = [...now].filter((id) => !known.has(id));
    const ended = [...known].filter((id) => !now.has(id));
    for (const id of launched) known.add(id);
    for (const id of ended) known.delete(id);
    await announce(where, launched, "RunInstances");
    if (call.service === "autoscaling") await announce(where, ended, "TerminateInstances");
  };

  return {
    settings,
    pending: () => timers.size + underway,
    emit,
    always: (work) => asked.run(true, work),
    patch: {
      name: "instance-events",
      why: "moto puts no event on the bus when an instance changes its state",
      match: (call) =>
        (call.service === "ec2" && CHANGES[call.action] !== undefined) ||
        (call.service === "autoscaling" && !call.action.startsWith("Describe")),
      async run(call, next) {
        const answer = await next();
        if (answer.status < 300 && call.service === "ec2") {
          await announce(call, changedIn(answer, call.action), call.action);
        }
        // moto replaces an instance of a group that was terminated
        const scales = call.service === "autoscaling" || scaled.of(call).size > 0;
        if (answer.status < 300 && scales) await compareScaled(call);
        return answer;
      },
    },
    reset() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      scaled.reset();
      Object.assign(settings, DEFAULTS);
    },
  };
};
