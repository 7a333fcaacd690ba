/**
 * What a node hands in of what has arrived: JSON lines, first one that says whose they are, then one for each source as
 * bin/arrivals has written them. No time is in it but ages: the bucket says when it came.
 */
import * as z from "zod/mini";

const count = z.int().check(z.gte(0));
/** What bin/arrivals prints. */
const summary = z.object({
  rows: count,
  /** Sources that were ever put into the map, and packets that found no place in it. */
  added: count,
  uncounted: count,
  fragments: count,
});
export type Summary = z.infer<typeof summary>;

export const parseSummary = (json: string): Summary => summary.parse(JSON.parse(json));

export interface Grown {
  readonly evicted: number;
  readonly uncounted: number;
  readonly fragments: number;
  /** What is not in the map may have sent since it was read before. */
  readonly overflow: boolean;
}

/** Since the summary before. Of what was before an agent's first, which an earlier agent has counted, only the overflow. */
export function grownSince(before: Summary | undefined, now: Summary): Grown {
  const full = evicted(now) + now.uncounted > 0;
  if (before === undefined) return { evicted: 0, uncounted: 0, fragments: 0, overflow: full };
  // A map that was made anew begins at zero.
  const from = now.added < before.added ? { rows: 0, added: 0, uncounted: 0, fragments: 0 } : before;
  const grown = {
    evicted: Math.max(0, evicted(now) - evicted(from)),
    uncounted: Math.max(0, now.uncounted - from.uncounted),
    fragments: Math.max(0, now.fragments - from.fragments),
  };
  return { ...grown, overflow: grown.evicted + grown.uncounted > 0 };
}

/** Sources that were in the map and are not. */
const evicted = ({ added, rows }: Summary): number => Math.max(0, added - rows);

/** `overflow`: what is not in it may have sent all the same. */
export const header = (of: {
  readonly node: string;
  readonly boot: string;
  readonly interval: number;
  readonly rows: number;
  readonly overflow: boolean;
}): string => `${JSON.stringify({ version: 1, ...of })}\n`;
