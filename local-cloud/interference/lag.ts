/**
 * How far describes lag behind writes. The interference sets it, the EC2 side asks for it at each read; the two
 * are made apart and meet only in the cloud that both were given.
 */
import type { Call, Cloud } from "../types.js";

export type Lagging =
  | "sessions"
  | "targets"
  | "filters"
  | "endpoints"
  | "instances"
  | "interfaces"
  | "subnets"
  | "vpcs"
  | "routeTables"
  | "securityGroups";

export interface Lag {
  /** Milliseconds by which this one read is late. */
  now(what: Lagging, call: Call): number;
  /** The most that a read may be. */
  longest(what: Lagging): number;
}

const lags = new WeakMap<object, Lag>();

export function setLag(cloud: Cloud, lag: Lag): void {
  lags.set(cloud, lag);
}

export function lagOf(cloud: Cloud, what: Lagging, call: Call): number {
  return lags.get(cloud)?.now(what, call) ?? 0;
}

/** For how long what a write replaces may still be asked for. */
export function longestLagOf(cloud: Cloud, ...what: readonly Lagging[]): number {
  return Math.max(...what.map((each) => lags.get(cloud)?.longest(each) ?? 0));
}
