/**
 * Whether EC2 still shows what was before an event ("Ensuring eventual consistency", Amazon EC2 Developer Guide). An event is
 * not believed, since it may be the older of the two: that they differ only says that looking again is worth it.
 */
import type { Instance, InstanceState } from "../model.js";

/** What EC2 shows of an instance once it is as far as the event. */
export interface Expected {
  readonly active?: boolean;
  /** undefined: the instance has no such tag. */
  readonly tags?: Readonly<Record<string, string | undefined>>;
}

/** An instance on its way to run, or running: others have no traffic. */
export const isActive = (state: InstanceState): boolean => state === "pending" || state === "running";

export function isBehind({ active, tags = {} }: Expected, instance: Instance): boolean {
  if (active !== undefined && isActive(instance.state) !== active) return true;
  return Object.entries(tags).some(([key, value]) => instance.tags[key] !== value);
}
