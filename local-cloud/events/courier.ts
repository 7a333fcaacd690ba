import { AsyncLocalStorage } from "node:async_hooks";
import type { BusEvent, Call } from "../types.js";

export type Where = Pick<Call, "account" | "region">;

/** Settings that tests may change while the local cloud runs. */
export interface InstanceEventSettings {
  enabled: boolean;
  /** Milliseconds between `pending` and `running`, `stopping` and `stopped`, `shutting-down` and `terminated`. */
  settleMilliseconds: number;
  /** Whether the account has a CloudTrail trail, whose records of management events EventBridge passes on. */
  trail: boolean;
  /** Milliseconds from a call to its record; CloudTrail takes seconds to minutes. */
  trailMilliseconds: number;
}

/** Carries the events that the local cloud makes by itself to the bus. */
export interface Courier {
  /**
   * Puts an event unless automatic events are off; `settled`: of a change that takes its time, a little later;
   * `recorded`: when the trail has it.
   */
  put(from: Where, event: BusEvent, when?: "now" | "settled" | "recorded"): void;
  /** The same for what is put whether or not automatic events are on. */
  forward(from: Where, event: BusEvent): void;
  /** Runs work whose events are asked for by name, and so put even when automatic events are off. */
  always<T>(work: () => Promise<T>): Promise<T>;
  readonly settings: InstanceEventSettings;
  /** Events that are still to come. */
  pending(): number;
  reset(): void;
}

const DEFAULTS: InstanceEventSettings = {
  enabled: true,
  settleMilliseconds: 100,
  trail: true,
  trailMilliseconds: 0,
};

/** Delivery is in the background, as in AWS: a call does not wait for the events that it causes. */
export const createCourier = (
  deliver: (from: Where, event: BusEvent) => Promise<void>,
  failed: (from: Where, event: BusEvent, error: unknown) => void,
): Courier => {
  const settings: InstanceEventSettings = { ...DEFAULTS };
  const timers = new Set<NodeJS.Timeout>();
  const asked = new AsyncLocalStorage<boolean>();
  let underway = 0;

  const forward = ({ account, region }: Where, event: BusEvent): void => {
    const where = { account, region };
    underway++;
    void deliver(where, event)
      .catch((error: unknown) => failed(where, event, error))
      .finally(() => underway--);
  };

  return {
    settings,
    forward,
    put(from, event, when = "now") {
      if (!settings.enabled && asked.getStore() !== true) return;
      const later = {
        now: 0,
        settled: settings.settleMilliseconds,
        recorded: settings.trailMilliseconds,
      }[when];
      if (when === "now" || (when === "recorded" && later === 0)) {
        forward(from, event);
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        forward(from, event);
      }, later);
      timers.add(timer);
    },
    always: (work) => asked.run(true, work),
    pending: () => timers.size + underway,
    reset() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      Object.assign(settings, DEFAULTS);
    },
  };
};
