/** Writes demands although others write them at the same time: no claim of anybody is lost. */
import { merge, type Demand } from "./demand.js";
import type { DemandStore, StoredDemand } from "./ports.js";

const TRIES = 4;

export interface Written {
  readonly before: Demand | undefined;
  readonly after: Demand | undefined;
}

/**
 * Reads a demand, changes it and writes it, until nobody else has written in between. Nothing is written when
 * `change` gives undefined or the same object. `seen`: what was read before, if it was. Throws when it comes to
 * nothing several times.
 */
export async function writeDemand(
  store: DemandStore,
  id: string,
  change: (demand: Demand | undefined) => Demand | undefined,
  seen?: StoredDemand,
): Promise<Written> {
  let overwritten: readonly Demand[] = [];
  let known = seen;
  for (let tries = 1; tries <= TRIES; tries++) {
    const [now] = known ? [known] : await store.of([id]);
    known = undefined;
    // A claim that only the overwritten copies had is put back.
    const next = change(now && overwritten.reduce(merge, now.demand));
    if (next === undefined || next === now?.demand) return { before: now?.demand, after: next };
    const put = await store.put(next, now);
    if (put.written) return { before: now?.demand, after: next };
    overwritten = [...overwritten, ...put.overwritten];
  }
  throw new Error(`the demand for ${id} was written by others each time`);
}
