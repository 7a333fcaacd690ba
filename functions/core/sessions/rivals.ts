/**
 * Whose session takes packets before ours. Each packet is mirrored once, by the lowest session number whose filter
 * accepts it (Traffic Mirroring guide, "Traffic mirroring concepts"): a session of ours above another's may stand and get
 * nothing.
 */
import type { MirrorFilter } from "../model.js";
import type { SourcePlan } from "./decisions.js";
import { mayOverlap, standing } from "./filters.js";
import { controllerOf, ownershipOf } from "./ownership.js";

export interface Rival {
  readonly sessionId: string;
  readonly number: number;
  /** Another controller of this product, or the one that tags name. */
  readonly controller?: string;
}

/** The lowest session below ours that may take packets of ours. One that has lost our tag leads where ours does. */
export function rivalOf(
  plan: SourcePlan,
  filters: ReadonlyMap<string, MirrorFilter>,
  controller: string,
): Rival | undefined {
  const ours = standing(plan);
  if (ours === undefined) return undefined;
  const [rival] = (plan.foreign ?? [])
    .filter(({ number }) => number < ours.number)
    .filter((session) => ownershipOf(session, controller) !== "lost")
    .filter(
      ({ filterId }) =>
        filterId === ours.filterId || mayOverlap(filters.get(filterId), filters.get(ours.filterId)),
    )
    .sort((a, b) => a.number - b.number);
  if (rival === undefined) return undefined;
  const theirs = controllerOf(rival);
  return { sessionId: rival.id, number: rival.number, ...(theirs !== undefined && { controller: theirs }) };
}
