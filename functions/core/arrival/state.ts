/** What the hub keeps from one run to the next. Its own file, and read as carefully as the others'. */
import * as z from "zod/mini";
import type { Claimed } from "./join.js";
import type { Ended } from "./nodes.js";
import { witnesses, type Witness } from "./witness.js";
import type { Memory } from "./verdict.js";

export interface Remembered extends Memory {
  readonly witness?: { readonly says: Witness; readonly at: number };
}

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
  /** When EC2 was asked about sources in doubt. */
  readonly askedAt: number;
  readonly nodes: ReadonlyMap<string, NodeMemory>;
  /** By `memoryKey`. */
  readonly sources: ReadonlyMap<string, Remembered>;
}

/** Another address, VNI or endpoint is another beginning: what came with the one before says nothing of it. */
export const memoryKey = ({ account, controller, interfaceId, address, vni, endpoint }: Claimed): string =>
  [account, controller, interfaceId, address, vni, endpoint].join(" ");

/** Nothing is remembered, so nothing that was not seen is known. */
export const noState = (now: number): HubState => ({
  at: now,
  wholeSince: now,
  askedAt: -Infinity,
  nodes: new Map(),
  sources: new Map(),
});

const time = z.number();
const header = z.object({ version: z.literal(1), at: time, whole: time, asked: z.nullable(time) });
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
const said = z.tuple([z.enum(witnesses), time]);
const sourceRow = z.tuple([z.literal("source"), z.string(), time, z.nullable(time), z.nullable(said)]);
const row = z.union([nodeRow, sourceRow]);

/** undefined: there is none that can be read. */
export function parseState(content: string): HubState | undefined {
  try {
    const [first = "", ...lines] = content.split("\n").filter((line) => line !== "");
    const { at, whole, asked } = header.parse(JSON.parse(first));
    const nodes = new Map<string, NodeMemory>();
    const sources = new Map<string, Remembered>();
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
        const [, key, startAt, lastAt, witness] = parsed;
        sources.set(key, {
          startAt,
          ...(lastAt !== null && { lastAt }),
          ...(witness !== null && { witness: { says: witness[0], at: witness[1] } }),
        });
      }
    }
    return { at, wholeSince: whole, askedAt: asked ?? -Infinity, nodes, sources };
  } catch {
    return undefined;
  }
}

export function formatState({ at, wholeSince, askedAt, nodes, sources }: HubState): string {
  const asked = Number.isFinite(askedAt) ? askedAt : null;
  const lines = [
    { version: 1, at, whole: wholeSince, asked },
    ...[...nodes].map(([node, { readAt, boot, isGone, ended, sums }]) => [
      "node",
      node,
      readAt ?? null,
      boot ?? null,
      isGone,
      ended ? [ended.since, Number.isFinite(ended.readAt) ? ended.readAt : null] : null,
      Object.fromEntries(sums),
    ]),
    ...[...sources].map(([key, { startAt, lastAt, witness }]) => [
      "source",
      key,
      startAt,
      lastAt ?? null,
      witness ? [witness.says, witness.at] : null,
    ]),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
