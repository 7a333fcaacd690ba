/**
 * How many packets passed each hop on their way through the node, and how many each hop lost. A sample holds the
 * values of the counters; an increase is by how much they grew between two samples.
 */

/** drops: what the interface dropped or could not take. */
export type Hop = Readonly<Record<"packets" | "bytes" | "drops", number>>;
/** The tool's own counters. packets: those that it took. */
export type ToolCounts = Readonly<Record<"packets" | "drops", number>>;

/** undefined: cannot be read here, and is then neither counted as zero nor published. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly outer: Hop | undefined;
  readonly decapsulated: Hop | undefined;
  readonly mirrored: Hop | undefined;
  /** Sockets that read the mirrored interface. */
  readonly readers: number;
  readonly tool: ToolCounts | undefined;
  /** Everything else that only grows, by the name of its metric. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface Increase {
  /** Seconds between the two samples. */
  readonly seconds: number;
  readonly outer: Hop | undefined;
  readonly decapsulated: Hop | undefined;
  readonly mirrored: Hop | undefined;
  readonly tool: ToolCounts | undefined;
  readonly counters: Readonly<Record<string, number>>;
}

/** By how much a counter grew. One that is lower than before began anew, and what it shows came since. */
export function growth(before: number, after: number): number {
  return after >= before ? after - before : after;
}

function grown<T extends Readonly<Record<string, number>>>(
  before: T | undefined,
  after: T | undefined,
): T | undefined {
  if (before === undefined || after === undefined) return undefined;
  const names = Object.keys(after).filter((name) => before[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, growth(before[name] ?? 0, after[name] ?? 0)])) as T;
}

/** What was counted between two samples. */
export function increase(before: Sample, after: Sample): Increase {
  return {
    seconds: (after.at - before.at) / 1000,
    outer: grown(before.outer, after.outer),
    decapsulated: grown(before.decapsulated, after.decapsulated),
    mirrored: grown(before.mirrored, after.mirrored),
    tool: grown(before.tool, after.tool),
    counters: grown(before.counters, after.counters) ?? {},
  };
}

/** The sum of the increases that are not published yet, by the name of the metric. */
export type Totals = Readonly<Record<string, number>>;

export function addIncrease(totals: Totals, increase: Increase): Totals {
  const sums: Record<string, number> = { ...totals };
  const add = (name: string, value: number | undefined): void => {
    if (value !== undefined) sums[name] = (sums[name] ?? 0) + value;
  };
  add("PacketsOuter", increase.outer?.packets);
  add("DropsOuter", increase.outer?.drops);
  add("PacketsDecapsulated", increase.decapsulated?.packets);
  add("DropsDecapsulated", increase.decapsulated?.drops);
  add("PacketsMirrored", increase.mirrored?.packets);
  add("BytesMirrored", increase.mirrored?.bytes);
  add("DropsMirrored", increase.mirrored?.drops);
  add("PacketsTool", increase.tool?.packets);
  add("DropsTool", increase.tool?.drops);
  for (const [name, value] of Object.entries(increase.counters)) add(name, value);
  return sums;
}

/** Share of the packets offered to the tool that it lost; undefined without its counters. 0 when nothing arrived. */
export function dropRatio(totals: Totals): number | undefined {
  const { PacketsTool: taken, DropsTool: lost } = totals as { PacketsTool?: number; DropsTool?: number };
  if (taken === undefined || lost === undefined) return undefined;
  return taken + lost === 0 ? 0 : lost / (taken + lost);
}
