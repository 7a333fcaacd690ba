/**
 * How far describes lag behind writes. The interference sets it, the EC2 side asks for it at each read; the two
 * are made apart and meet only in the cloud that both were given.
 */
import type { Cloud } from "../types.js";

export type Lagging = "sessions" | "targets" | "instances" | "interfaces";

/** Milliseconds by which this one read is late. */
type Lag = (what: Lagging) => number;

const lags = new WeakMap<object, Lag>();

export function setLag(cloud: Cloud, lag: Lag): void {
  lags.set(cloud, lag);
}

export function lagOf(cloud: Cloud, what: Lagging): number {
  return lags.get(cloud)?.(what) ?? 0;
}
