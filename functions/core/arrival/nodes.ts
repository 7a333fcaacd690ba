/**
 * Up to when the nodes' snapshots tell everything: only what is before that time and in none of them is not there. Nothing
 * but S3's own time of each object is asked, so no node's clock matters.
 */
import { FRESH_SNAPSHOTS, MINUTE_MS, SEEN_SNAPSHOTS } from "./limits.js";
import type { NodeSnapshot } from "./snapshot.js";

export interface NodeFile {
  /** From the key, which S3 lets no other node write. */
  readonly node: string;
  readonly at: number;
  /** undefined: too large, no such file, or of another node by its own word. */
  readonly snapshot: NodeSnapshot | undefined;
}

/**
 * Why what is in no snapshot may be there all the same.
 * - no-nodes: nothing is in service, or it is not known what is
 * - node-unread: a node in service has handed in nothing lately
 * - node-partial: a snapshot is not whole
 * - node-overflow: a node has seen more sources than its map has places
 */
export type Gap = "no-nodes" | "node-unread" | "node-partial" | "node-overflow";

/** Counters that are read no more, of a node that has left or has started anew. */
export interface Ended {
  /** The run that noticed it. */
  readonly since: number;
  /** When they were read last. */
  readonly readAt: number;
}

/** What a run knows of the nodes from the one before. */
export interface KnownNodes {
  /** Nodes that have left, and so are not told to have left again. */
  readonly gone: ReadonlySet<string>;
  /** When each node's file was read last; also of those that have none any more. */
  readonly readAt: ReadonlyMap<string, number>;
  /** By node, while it matters. */
  readonly ended: ReadonlyMap<string, Ended>;
  /** Nodes whose counters began anew since. */
  readonly restarted: ReadonlySet<string>;
}

export interface Coverage {
  readonly gap: Gap | undefined;
  /** Every packet that came before is in a snapshot that was read. */
  readonly until: number;
  /** What was not seen since then is silent. */
  readonly silentBefore: number;
  readonly gone: ReadonlySet<string>;
  readonly ended: ReadonlyMap<string, Ended>;
}

export function isFresh({ at, snapshot }: NodeFile, now: number): boolean {
  return snapshot !== undefined && now - at <= FRESH_SNAPSHOTS * snapshot.intervalMs;
}

/** `inService`: instances that the load balancer sends to; undefined where it did not say. */
export function coverageOf(
  files: readonly NodeFile[],
  inService: readonly string[] | undefined,
  known: KnownNodes,
  now: number,
): Coverage {
  const byNode = new Map(files.map((file) => [file.node, file]));
  const readAt = (node: string) => byNode.get(node)?.at ?? known.readAt.get(node) ?? -Infinity;
  const served = new Set(inService);
  const ended = new Map(known.ended);
  const end = (node: string, at: number) =>
    ended.set(node, { since: now, readAt: Math.min(at, ended.get(node)?.readAt ?? Infinity) });
  for (const node of known.restarted) end(node, known.readAt.get(node) ?? -Infinity);
  const gone = new Set(inService === undefined ? known.gone : []);
  if (inService !== undefined) {
    for (const node of new Set([...known.readAt.keys(), ...byNode.keys()])) {
      if (served.has(node)) continue;
      gone.add(node);
      if (!known.gone.has(node)) end(node, readAt(node));
    }
  }
  const nothing = { until: -Infinity, silentBefore: -Infinity, gone, ended };
  if (served.size === 0) return { gap: "no-nodes", ...nothing };

  const fresh: NodeSnapshot[] = [];
  let until = Infinity;
  for (const node of served) {
    const file = byNode.get(node);
    if (file?.snapshot === undefined || !isFresh(file, now)) return { gap: "node-unread", ...nothing };
    fresh.push(file.snapshot);
    until = Math.min(until, file.at);
  }
  const window = SEEN_SNAPSHOTS * Math.max(MINUTE_MS, ...fresh.map(({ intervalMs }) => intervalMs));
  // What was counted there and not read is lost. The sources have sent again by then, and that is in a snapshot.
  const servedUntil = until;
  for (const [node, { since, readAt: last }] of ended) {
    if (servedUntil >= since + window) ended.delete(node);
    else until = Math.min(until, last);
  }
  const covered = { until, silentBefore: until - window, gone, ended };
  if (fresh.some(({ bad }) => bad > 0)) return { gap: "node-partial", ...covered };
  if (fresh.some(({ overflow }) => overflow)) return { gap: "node-overflow", ...covered };
  return { gap: undefined, ...covered };
}
