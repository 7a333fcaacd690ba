/** What the hub keeps from one run to the next. Its own file, and read as carefully as the others'. */
import * as z from "zod/mini";
import type { Claimed } from "./join.js";
import type { Ended } from "./nodes.js";
import type { Memory } from "./verdict.js";

export interface NodeMemory {
  /** When its file was written that was read last; undefined: it was in service and had none. */
  readonly readAt?: number;
  readonly boot?: string;
  readonly isGone: boolean;
  readonly ended?: Ended;
  /** Of its counters, by account. */
  readonly sums: ReadonlyMap<string, readonly [packets: number, bytes: number]>;
}

export interface HubState {
  readonly at: number;
  readonly wholeSince: number;
  readonly nodes: ReadonlyMap<string, NodeMemory>;
  /** By `memoryKey`. */
  readonly sources: ReadonlyMap<string, Memory>;
}

/** Another address, VNI or endpoint is another beginning: what came with the one before says nothing of it. */
export const memoryKey = ({ account, controller, interfaceId, address, vni, endpoint }: Claimed): string =>
  [account, controller, interfaceId, address, vni, endpoint].join(" ");

/** Nothing is remembered, so nothing that was not seen is known. */
export const noState = (now: number): HubState => ({
  at: now,
  wholeSince: now,
  nodes: new Map(),
  sources: new Map(),
});

const time = z.number();
const header = z.object({ version: z.literal(1), at: time, whole: time });
const pair = z.tuple([z.number(), z.number()]);
const nodeRow = z.tuple([
  z.literal("node"),
  z.string(),
  z.nullable(time),
  z.nullable(z.string()),
  z.boolean(),
  z.nullable(z.tuple([time, z.nullable(time)])),
  z.record(z.string(), pair),
]);
const sourceRow = z.tuple([z.literal("source"), z.string(), time, z.nullable(time)]);
const row = z.union([nodeRow, sourceRow]);

/** undefined: there is none that can be read. */
export function parseState(content: string): HubState | undefined {
  try {
    const [first = "", ...lines] = content.split("\n").filter((line) => line !== "");
    const { at, whole } = header.parse(JSON.parse(first));
    const nodes = new Map<string, NodeMemory>();
    const sources = new Map<string, Memory>();
    for (const line of lines) {
      const parsed = row.parse(JSON.parse(line));
      if (parsed[0] === "node") {
        const [, node, readAt, boot, isGone, ended, sums] = parsed;
        nodes.set(node, {
          isGone,
          sums: new Map(Object.entries(sums)),
          ...(readAt !== null && { readAt }),
          ...(boot !== null && { boot }),
          ...(ended !== null && { ended: { since: ended[0], readAt: ended[1] ?? -Infinity } }),
        });
      } else {
        const [, key, startAt, lastAt] = parsed;
        sources.set(key, {
          startAt,
          ...(lastAt !== null && { lastAt }),
        });
      }
    }
    return { at, wholeSince: whole, nodes, sources };
  } catch {
    return undefined;
  }
}

export function formatState({ at, wholeSince, nodes, sources }: HubState): string {
  const lines = [
    { version: 1, at, whole: wholeSince },
    ...[...nodes].map(([node, { readAt, boot, isGone, ended, sums }]) => [
      "node",
      node,
      readAt ?? null,
      boot ?? null,
      isGone,
      ended ? [ended.since, Number.isFinite(ended.readAt) ? ended.readAt : null] : null,
      Object.fromEntries(sums),
    ]),
    ...[...sources].map(([key, { startAt, lastAt }]) => ["source", key, startAt, lastAt ?? null]),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
