/** One run: everything that nodes and controllers have handed in, joined, and an answer for each controller. */
import type { ListKey, NodeKey } from "../aws/arrivals/bucket.js";
import type { Packed } from "../aws/arrivals/packed.js";
import { createJoin } from "../core/arrival/join.js";
import { claimedOf, judge, type ClientReport, type Judgement, type ListFile } from "../core/arrival/judge.js";
import { limits } from "../core/arrival/limits.js";
import type { NodeFile } from "../core/arrival/nodes.js";
import { parseNodeSnapshot, parseSources } from "../core/arrival/snapshot.js";
import { formatState, noState, parseState } from "../core/arrival/state.js";
import { formatVerdicts } from "../core/arrival/verdict-file.js";
import type { Connection } from "../core/endpoint-map.js";

export interface ArrivalsPorts {
  readonly nodes: () => Promise<readonly NodeKey[]>;
  readonly lists: () => Promise<{ readonly lists: readonly ListKey[]; readonly refused: number }>;
  readonly connections: () => Promise<readonly Connection[]>;
  readonly inService: () => Promise<readonly string[]>;
  /** undefined: there is none. */
  readonly read: (key: string) => Promise<Packed | undefined>;
  readonly write: (key: string, text: string) => Promise<void>;
  readonly now: () => number;
}

export interface ArrivalsResult extends Pick<Judgement, "clients" | "gap" | "arrived"> {
  /** By account, sources that sent and are in no list of it. */
  readonly unlisted: ReadonlyMap<string, number>;
  /** Rows whose endpoint is none of the service's. */
  readonly strangers: number;
  /** Files that are none, or are more than one may hand in. */
  readonly filesRefused: number;
  /** Answers that could not be written; the next run writes them. */
  readonly unwritten: number;
  /** Why it is not known what is in service. */
  readonly inServiceError?: Error;
}

const STATE = "state.json.gz";
/** Few enough that no more than these lie in memory at the same time. */
const AT_ONCE = 8;

/** Throws where it could not be read what is there: nothing is said then, and the answers get older. */
export async function runArrivals(ports: ArrivalsPorts, groupMinimum: number): Promise<ArrivalsResult> {
  const now = ports.now();
  let inServiceError: Error | undefined;
  const [nodeKeys, { lists: listKeys, refused }, connections, inService, stored] = await Promise.all([
    ports.nodes(),
    ports.lists(),
    ports.connections(),
    ports.inService().catch((error: unknown) => {
      inServiceError = error as Error;
      return undefined;
    }),
    ports.read(STATE),
  ]);
  const before = (stored?.text === undefined ? undefined : parseState(stored.text)) ?? noState(now);
  const lists = await readLists(ports, listKeys);
  const owners = new Map(connections.map(({ endpointId, account }) => [endpointId, account]));
  const join = createJoin(lists.flatMap(claimedOf), owners);
  const nodes: NodeFile[] = [];
  await inTurns(nodeKeys, async ({ key, node }) => {
    const file = await ports.read(key);
    if (file === undefined) return;
    const parsed = file.text === undefined ? undefined : parseNodeSnapshot(file.text);
    // A file that says it is another node's says nothing.
    const snapshot = parsed?.node === node ? parsed : undefined;
    join.see({ node, at: file.at, snapshot }, now);
    nodes.push({ node, at: file.at, snapshot: snapshot && { ...snapshot, rows: [] } });
  });
  const { clients, gap, arrived, state } = judge({
    before,
    lists,
    nodes,
    join,
    inService,
    now,
    groupMinimum,
  });
  let unwritten = 0;
  await inTurns(clients, async (client) => {
    const key = `verdicts/${client.account}/${client.controller}.json.gz`;
    await ports.write(key, formatVerdicts(client, gap, now)).catch(() => {
      unwritten += 1;
    });
  });
  await ports.write(STATE, formatState(state));
  const unread = nodes.filter(({ snapshot }) => snapshot === undefined).length;
  const filesRefused = refused + unread + clients.filter(({ isReadable }) => !isReadable).length;
  const unlisted = new Map([...join.arrivals].map(([account, each]) => [account, each.unlisted]));
  const { strangers } = join;
  return {
    clients,
    gap,
    arrived,
    unlisted,
    strangers,
    filesRefused,
    unwritten,
    ...(inServiceError && { inServiceError }),
  };
}

/** An account's lists share its room, in the order of their names. */
async function readLists(ports: ArrivalsPorts, keys: readonly ListKey[]): Promise<readonly ListFile[]> {
  const byAccount = new Map<string, ListKey[]>();
  for (const key of keys) byAccount.set(key.account, [...(byAccount.get(key.account) ?? []), key]);
  const lists: ListFile[] = [];
  await inTurns([...byAccount.values()], async (ofAccount) => {
    let room: number = limits.accountRows;
    for (const { key, account, controller } of ofAccount) {
      const file = await ports.read(key);
      if (file === undefined) continue;
      const list = file.text === undefined ? undefined : parseSources(file.text, room);
      room -= list?.rows.length ?? 0;
      lists.push({ account, controller, at: file.at, list });
    }
  });
  return lists;
}

async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
}

/** What is told of all clients. */
export function totalsOf(clients: readonly ClientReport[]): Readonly<Record<string, number>> {
  const sum = (of: (client: ClientReport) => number) =>
    clients.reduce((total, client) => total + of(client), 0);
  return {
    SourcesArrived: sum(({ counts }) => counts.arrived),
    SourcesSilent: sum(({ counts }) => counts.silent),
    SourcesNeverSeen: sum(({ counts }) => counts.never),
    SourcesUnknown: sum(({ counts }) => counts.unknown),
    GroupsSilent: sum(({ groups }) => groups.length),
    SourcesRefused: sum(({ refused }) => refused),
  };
}
