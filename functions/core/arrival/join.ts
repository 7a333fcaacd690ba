/**
 * Brings together what is mirrored and what arrived. A packet is known by its endpoint, its VNI and its outer address; a
 * session is joined only through endpoints that its own account owns by EC2's word, so that nobody is joined with another's.
 */
import { SEEN_SNAPSHOTS } from "./limits.js";
import { isFresh, type NodeFile } from "./nodes.js";
import type { Listed } from "./snapshot.js";

/** A row of a list, with whose list it is, by the list's key. */
export interface Claimed extends Listed {
  readonly account: string;
  readonly controller: string;
  /** When its list was written. */
  readonly listedAt: number;
}

/** Why a session cannot be joined with packets. */
export type Unjoined = "no-address" | "endpoint-unknown" | "endpoint-of-another" | "ambiguous";

export interface Seen {
  readonly packets: number;
  readonly bytes: number;
  /** Nodes on which it was counted, fresh or not. */
  readonly nodes: number;
  /** Latest on any node. */
  readonly lastAt: number;
  /** In one of the last snapshots of a node that is fresh. */
  readonly isThere: boolean;
}

export interface Arrivals {
  readonly packets: number;
  readonly bytes: number;
  /** What came in through the account's endpoints and is in no list of it: most on one node. */
  readonly unlisted: number;
}

export interface Join {
  /** Takes what one node counted. Each file once. */
  see(file: NodeFile, now: number): void;
  /** undefined: in no snapshot. */
  seen(row: Claimed): Seen | undefined;
  unjoined(row: Claimed): Unjoined | undefined;
  /** By account. */
  readonly arrivals: ReadonlyMap<string, Arrivals>;
  /** By node and account, what was counted since the node's map was made. */
  readonly byNode: ReadonlyMap<string, ReadonlyMap<string, readonly [packets: number, bytes: number]>>;
  /** Rows whose endpoint is none of the service's. */
  readonly strangers: number;
}

const keyOf = (endpoint: string, vni: number, address: string) => `${endpoint} ${String(vni)} ${address}`;
const keyOfRow = ({ endpoint, vni, address }: Claimed) => keyOf(endpoint ?? "", vni, address ?? "");

/** `owners`: account by endpoint. */
export function createJoin(rows: readonly Claimed[], owners: ReadonlyMap<string, string>): Join {
  const barrier = ({ account, address, endpoint }: Claimed): Unjoined | undefined => {
    if (address === null) return "no-address";
    if (endpoint === null || !owners.has(endpoint)) return "endpoint-unknown";
    return owners.get(endpoint) === account ? undefined : "endpoint-of-another";
  };
  const wanted = new Map<string, { interfaceId: string; isAmbiguous: boolean; seen?: Seen }>();
  for (const row of rows) {
    if (barrier(row) !== undefined) continue;
    const key = keyOfRow(row);
    const same = wanted.get(key);
    if (same === undefined) wanted.set(key, { interfaceId: row.interfaceId, isAmbiguous: false });
    // Of VPCs whose addresses overlap, mirrored through one endpoint with one VNI, nobody can tell which sent a packet.
    else if (same.interfaceId !== row.interfaceId) same.isAmbiguous = true;
  }
  const arrivals = new Map<string, Arrivals>();
  const byNode = new Map<string, Map<string, [number, number]>>();
  let strangers = 0;

  const see = (file: NodeFile, now: number): void => {
    const { node, at, snapshot } = file;
    if (snapshot === undefined) return;
    const fresh = isFresh(file, now);
    const sums = new Map<string, { packets: number; bytes: number; unlisted: number }>();
    for (const { endpoint, vni, address, packets, bytes, ageMs } of snapshot.rows) {
      const account = owners.get(endpoint);
      if (account === undefined) {
        strangers += 1;
        continue;
      }
      const sum = sums.get(account) ?? { packets: 0, bytes: 0, unlisted: 0 };
      sums.set(account, sum);
      sum.packets += packets;
      sum.bytes += bytes;
      const entry = wanted.get(keyOf(endpoint, vni, address));
      if (entry === undefined) {
        sum.unlisted += 1;
        continue;
      }
      const { seen } = entry;
      entry.seen = {
        packets: (seen?.packets ?? 0) + packets,
        bytes: (seen?.bytes ?? 0) + bytes,
        nodes: (seen?.nodes ?? 0) + 1,
        lastAt: Math.max(seen?.lastAt ?? -Infinity, at - ageMs),
        isThere: seen?.isThere === true || (fresh && ageMs <= SEEN_SNAPSHOTS * snapshot.intervalMs),
      };
    }
    byNode.set(node, new Map([...sums].map(([account, { packets, bytes }]) => [account, [packets, bytes]])));
    for (const [account, { packets, bytes, unlisted }] of sums) {
      const before = arrivals.get(account);
      arrivals.set(account, {
        packets: (before?.packets ?? 0) + packets,
        bytes: (before?.bytes ?? 0) + bytes,
        unlisted: Math.max(before?.unlisted ?? 0, unlisted),
      });
    }
  };

  return {
    see,
    seen: (row) => (barrier(row) === undefined ? wanted.get(keyOfRow(row))?.seen : undefined),
    unjoined: (row) =>
      barrier(row) ?? (wanted.get(keyOfRow(row))?.isAmbiguous === true ? "ambiguous" : undefined),
    arrivals,
    byNode,
    get strangers() {
      return strangers;
    },
  };
}
