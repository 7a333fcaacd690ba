import type { Patch } from "../patches/types.js";
import type { Answer, BusEvent, Cloud } from "../types.js";
import type { Params } from "../xml.js";
import { createCourier, type InstanceEventSettings, type Where } from "./courier.js";
import type { HookSettings, Stranded } from "./hooks.js";
import { emitBy, instanceEvents } from "./instances.js";
import { createScaling } from "./scaling.js";
import { tagEvents } from "./tags.js";
import { trailEvents } from "./trail.js";

/** Events that AWS puts on the default bus by itself because of a call; moto puts none. */
export interface AutomaticEvents {
  readonly patches: readonly Patch[];
  emit(from: Where, event: BusEvent): Promise<void>;
  /** Runs work whose events are asked for by name, and so put even when automatic events are off. */
  always<T>(work: () => Promise<T>): Promise<T>;
  readonly settings: InstanceEventSettings;
  readonly hooks: HookSettings;
  /** Instances whose agents could not reach Auto Scaling. */
  readonly stranded: readonly Stranded[];
  /** Events that are still to come. */
  pending(): number;
  reset(): void;
}

export const createAutomaticEvents = (
  cloud: Pick<Cloud, "moto" | "now" | "switches">,
  use: {
    readonly deliver: (from: Where, event: BusEvent) => Promise<void>;
    readonly failed: (from: Where, event: BusEvent, error: unknown) => void;
    /** Asks the EC2 of the local cloud, without interference or permissions. */
    readonly ec2: (from: Where, params: Params) => Promise<Answer>;
  },
): AutomaticEvents => {
  const courier = createCourier(use.deliver, use.failed);
  const scaling = createScaling(cloud, courier, (where) => instances.follow(where));
  const instances = instanceEvents(courier, scaling);
  const tags = tagEvents(courier, use.ec2);
  return {
    patches: [trailEvents(courier), tags, instances, scaling.activities.patch, ...scaling.hooks.patches],
    hooks: scaling.hooks.settings,
    stranded: scaling.hooks.stranded,
    emit: emitBy(courier),
    always: courier.always,
    settings: courier.settings,
    pending: courier.pending,
    reset() {
      courier.reset();
      scaling.reset();
      tags.reset();
    },
  };
};
