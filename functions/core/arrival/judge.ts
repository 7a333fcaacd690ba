/** One run of the hub, pure: lists and joined snapshots to verdicts, and what is remembered of them. */
import { silentGroups, type Judged, type SilentGroup } from "./groups.js";
import type { Claimed, Join, Seen } from "./join.js";
import { FORGOTTEN_MS, GAP_MS } from "./limits.js";
import { coverageOf, type Gap, type Coverage, type Ended, type KnownNodes, type NodeFile } from "./nodes.js";
import type { SourcesList } from "./snapshot.js";
import { memoryKey, type HubState, type NodeMemory } from "./state.js";
import { arrivalStates, lastOf, verdictOf, type ArrivalState, type Memory } from "./verdict.js";

/** One controller's list as it lies in the bucket: whose it is the key says, which S3 lets no one else write. */
export interface ListFile {
  readonly account: string;
  readonly controller: string;
  readonly at: number;
  /** undefined: too large, or no such file. */
  readonly list: SourcesList | undefined;
}

export const claimedOf = ({ account, controller, at, list }: ListFile): readonly Claimed[] =>
  (list?.rows ?? []).map((row) => ({ ...row, account, controller, listedAt: at }));

export interface JudgedSource extends Judged {
  readonly seen: Seen | undefined;
}

export interface ClientReport {
  readonly account: string;
  readonly controller: string;
  readonly sources: readonly JudgedSource[];
  readonly counts: Readonly<Record<ArrivalState, number>>;
  readonly groups: readonly SilentGroup[];
  /** Lines of its list that are no rows, or more than an account has room for. */
  readonly refused: number;
  readonly isReadable: boolean;
}

export interface Judgement {
  readonly clients: readonly ClientReport[];
  readonly gap: Gap | undefined;
  /** By account, what arrived since the run before. */
  readonly arrived: ReadonlyMap<string, { readonly packets: number; readonly bytes: number }>;
  readonly state: HubState;
}

interface Run {
  readonly before: HubState;
  readonly lists: readonly ListFile[];
  /** Without their rows, which the join has seen. */
  readonly nodes: readonly NodeFile[];
  readonly join: Join;
  readonly inService: readonly string[] | undefined;
  readonly now: number;
  readonly groupMinimum: number;
}

export function judge({ before, lists, nodes, join, inService, now, groupMinimum }: Run): Judgement {
  const coverage = coverageOf(nodes, inService, knownNodes(before, nodes, join), now);
  const { gap } = coverage;
  const wholeSince = gap !== undefined || now - before.at > GAP_MS ? now : Math.min(before.wholeSince, now);
  const watch = { now, coverage, wholeSince };
  const sources = new Map<string, Memory>();
  const clients = lists.map((file): ClientReport => {
    const judged = claimedOf(file).map((row): JudgedSource => {
      const key = memoryKey(row);
      const remembered = recall(before.sources.get(key), row);
      const unjoined = join.unjoined(row);
      const seen = unjoined === undefined ? join.seen(row) : undefined;
      const verdict = verdictOf(row, { memory: remembered, seen, unjoined }, watch);
      const lastAt = lastOf(remembered, seen);
      const memory = { ...remembered, ...(lastAt !== undefined && { lastAt }) };
      sources.set(key, memory);
      return { row, seen, memory, verdict };
    });
    const counts = Object.fromEntries(arrivalStates.map((state) => [state, 0])) as Record<
      ArrivalState,
      number
    >;
    for (const { verdict } of judged) counts[verdict.is] += 1;
    return {
      account: file.account,
      controller: file.controller,
      sources: judged,
      counts,
      groups: gap === undefined ? silentGroups(judged, now, groupMinimum) : [],
      refused: file.list?.bad ?? 0,
      isReadable: file.list !== undefined,
    };
  });
  const memory = nodesAfter(before.nodes, coverage, { inService, nodes, join, now });
  const state = { at: now, wholeSince, nodes: memory, sources };
  return { clients, gap, arrived: arrivedSince(before.nodes, memory), state };
}

/** A controller may only make a session older: it forgets when it starts anew, and the hub need not. */
function recall(known: Memory | undefined, { listedAt, sinceMs }: Claimed): Memory {
  const startAt = listedAt - sinceMs;
  return known === undefined ? { startAt } : { ...known, startAt: Math.min(known.startAt, startAt) };
}

const totalOf = (sums: NodeMemory["sums"] | undefined): number =>
  [...(sums ?? [])].reduce((sum, [, [packets]]) => sum + packets, 0);

function knownNodes({ nodes }: HubState, files: readonly NodeFile[], { byNode }: Join): KnownNodes {
  const known = [...nodes];
  const restarted = files.filter(({ node, snapshot }) => {
    const before = nodes.get(node);
    if (snapshot === undefined || before?.boot === undefined) return false;
    return before.boot !== snapshot.boot || totalOf(byNode.get(node)) < totalOf(before.sums);
  });
  return {
    gone: new Set(known.flatMap(([node, { isGone }]) => (isGone ? [node] : []))),
    readAt: new Map(known.map(([node, { readAt }]) => [node, readAt ?? -Infinity])),
    ended: new Map(known.flatMap(([node, { ended }]): [string, Ended][] => (ended ? [[node, ended]] : []))),
    restarted: new Set(restarted.map(({ node }) => node)),
  };
}

/** Sums of a snapshot that cannot be read are those of the one before. */
function nodesAfter(
  before: HubState["nodes"],
  { gone, ended }: Coverage,
  { nodes: files, join, inService, now }: Pick<Run, "nodes" | "join" | "inService" | "now">,
): HubState["nodes"] {
  const read = new Map(files.map((file) => [file.node, file]));
  const after = new Map<string, NodeMemory>();
  for (const node of new Set([...before.keys(), ...read.keys(), ...(inService ?? [])])) {
    const [known, file] = [before.get(node), read.get(node)];
    const readAt = file?.at ?? known?.readAt;
    const isGone = gone.has(node);
    const end = ended.get(node);
    if (file === undefined && isGone && now - (end?.since ?? -Infinity) > FORGOTTEN_MS) continue;
    const boot = file?.snapshot?.boot ?? known?.boot;
    after.set(node, {
      isGone,
      sums: join.byNode.get(node) ?? known?.sums ?? new Map(),
      ...(readAt !== undefined && { readAt }),
      ...(boot !== undefined && { boot }),
      ...(end !== undefined && { ended: end }),
    });
  }
  return after;
}

/**
 * Counters that are lower than before began anew, and so did all of another boot. What a node had counted when the hub began
 * to look is of no time that it knows.
 */
function arrivedSince(before: HubState["nodes"], after: HubState["nodes"]): Judgement["arrived"] {
  const arrived = new Map<string, { packets: number; bytes: number }>();
  if (before.size === 0) return arrived;
  for (const [node, { boot, sums }] of after) {
    const known = before.get(node);
    for (const [account, [packets, bytes]] of sums) {
      const [p, b] = (known?.boot === boot ? known?.sums.get(account) : undefined) ?? [0, 0];
      const anew = packets < p || bytes < b;
      const sum = arrived.get(account) ?? { packets: 0, bytes: 0 };
      sum.packets += anew ? packets : packets - p;
      sum.bytes += anew ? bytes : bytes - b;
      arrived.set(account, sum);
    }
  }
  return arrived;
}
