/**
 * The verdict that `/healthz` reports. A node is unhealthy when it cannot deliver what it is sent, never because it is busy: a node that
 * is taken out of service for its drop ratio hands its load to its neighbours, which then drop in turn, and a Gateway Load Balancer
 * whose targets are all unhealthy sends to any of them. Drops are an alarm and a reason to scale out.
 */
import { growth, type Sample } from "./packet-counts.js";

export interface Check {
  readonly ok: boolean;
  /** Why, in a sentence, also when the check passes. */
  readonly reason: string;
}

export const checkNames = [
  "lifecycle",
  "network",
  "readers",
  "tool",
  "decapsulation",
  "disk",
  "writable",
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Verdict {
  readonly healthy: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly checks: Readonly<Record<CheckName, Check>>;
}

export interface Facts {
  /** The output of the network check: undefined when everything is in place. */
  readonly network: string | undefined;
  /** Oldest first; the last one is now. More than `still_intervals` of them, once there were as many. */
  readonly samples: readonly Sample[];
  /** Whether the tool has counters of its own to compare with. */
  readonly toolCounts: boolean;
  /** Whether the tool captures what passes a filter, which may be nothing. */
  readonly filtered: boolean;
  readonly disk: { readonly usedPercent: number; readonly writable: boolean; readonly error?: string };
  /** Whether the last verdict found the disk full: the check passes again only clearly below the mark. */
  readonly diskWasFull: boolean;
  /** undefined while the node is in service; else why it should receive nothing. */
  readonly leaving: string | undefined;
}

export interface Limits {
  readonly still_intervals: number;
  readonly loss_ratio: number;
  readonly high_water_percent: number;
}

/** Below this many packets in a window a ratio means nothing: counters are not read at one instant. */
const ENOUGH_PACKETS = 1000;
/** Percent of the disk that must be free again below the mark, so that the verdict does not flap. */
const HYSTERESIS = 5;

const pass = (reason: string): Check => ({ ok: true, reason });
const fail = (reason: string): Check => ({ ok: false, reason });

export function judge(facts: Facts, limits: Limits, at: number): Verdict {
  const checks: Record<CheckName, Check> = {
    lifecycle: facts.leaving === undefined ? pass("in service") : fail(facts.leaving),
    network: facts.network === undefined ? pass("interface, route and filter in place") : fail(facts.network),
    readers: readers(facts.samples.at(-1)),
    tool: tool(facts, limits.still_intervals),
    decapsulation: decapsulation(facts.samples, limits),
    disk: disk(facts, limits.high_water_percent),
    writable: facts.disk.writable ? pass("writable") : fail(facts.disk.error ?? "the spool is not writable"),
  };
  return { healthy: Object.values(checks).every(({ ok }) => ok), at, checks };
}

function readers(now: Sample | undefined): Check {
  if (now === undefined) return fail("nothing was read yet");
  if (now.mirrored === undefined) return fail("the mirrored interface is missing");
  return now.readers > 0
    ? pass(`${now.readers} sockets read the mirrored interface`)
    : fail("nobody reads the mirrored interface");
}

/**
 * The interface's counter grows and the tool's does not, in more than `intervals` samples one after another. A counter
 * that cannot be read while packets arrive stands still. One that is lower than before began anew, and moves. With a filter
 * a counter that is read may stand still: tcpdump counts what passes it.
 */
function tool({ samples, toolCounts, filtered }: Facts, intervals: number): Check {
  if (!toolCounts) return pass("not known: the tool has no counters");
  let still = 0;
  for (let at = samples.length - 1; at > 0; at--) {
    const [before, after] = [samples[at - 1], samples[at]];
    if (before?.mirrored === undefined || after?.mirrored === undefined) break;
    const arrived = growth(before.mirrored.packets, after.mirrored.packets);
    if (arrived === 0 || after.tool?.packets !== before.tool?.packets) break;
    still += 1;
  }
  if (still <= intervals)
    return pass(still === 0 ? "moves, or has nothing to do" : `still for ${still} intervals`);
  if (filtered && samples.at(-1)?.tool !== undefined)
    return pass("not known: the filter may let nothing through");
  const what = samples.at(-1)?.tool === undefined ? "cannot be read" : "stands still";
  return fail(`packets arrive and the tool's counter ${what} for ${still} intervals`);
}

/** What was taken out of GENEVE and did not reach the interface, over the samples at hand. */
function decapsulation(samples: readonly Sample[], { loss_ratio }: Limits): Check {
  let offered = 0;
  let arrived = 0;
  for (let at = 1; at < samples.length; at++) {
    const [before, after] = [samples[at - 1], samples[at]];
    if (!before?.decapsulated || !after?.decapsulated || !before.mirrored || !after.mirrored) continue;
    offered += growth(before.decapsulated.packets, after.decapsulated.packets);
    arrived += growth(before.mirrored.packets, after.mirrored.packets);
  }
  const lost = Math.max(0, offered - arrived);
  if (offered < ENOUGH_PACKETS) return pass("too few packets to compare");
  const ratio = lost / offered;
  const reason = `${lost} of ${offered} packets taken out of GENEVE did not arrive (tolerated: ${100 * loss_ratio} %)`;
  return ratio > loss_ratio ? fail(reason) : pass(reason);
}

function disk({ disk: { usedPercent }, diskWasFull }: Facts, highWater: number): Check {
  const mark = diskWasFull ? highWater - HYSTERESIS : highWater;
  const reason = `${usedPercent.toFixed(1)} % used, mark ${mark} %`;
  return usedPercent > mark ? fail(reason) : pass(reason);
}
