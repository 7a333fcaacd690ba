/** What grows of the packets that had no entry of their own, between two looks at the data path's counts. */
import { growth } from "./packet-counts.js";
import { foreignVnis, type Knowledge, type Stray } from "./tags.js";

export interface StrayGrowth {
  /** Packets of endpoints that are not in the map. */
  readonly unknown: number;
  /** Packets with a VNI that is registered for another account than the endpoint's. */
  readonly foreign: number;
  /** Endpoints that are not in the map and were seen a while ago or later, the busiest first. */
  readonly unmapped: readonly string[];
  /** The foreign ones that were not said for an hour. */
  readonly news: readonly {
    readonly reason: "vni-of-another-account";
    readonly endpoint: string;
    readonly account: string;
    readonly vni: number;
    readonly registered_for: string;
    readonly packets: number;
  }[];
}

/** One that has been silent for so long gives its tag back. */
const SEEN_MS = 3600_000;
const SAID_MS = 3600_000;

export function createStrayCounts() {
  /** The first look only says where counting begins: the agent may have been started again. */
  let before: ReadonlyMap<string, number> | undefined;
  const seen = new Map<string, { at: number; packets: number }>();
  const said = new Map<string, number>();
  const nameOf = ({ endpoint, vni }: Stray): string => `${endpoint}/${vni}`;
  return {
    since(strays: readonly Stray[], knowledge: Omit<Knowledge, "tags">, now: number): StrayGrowth {
      const earlier = before;
      const grown = strays
        .map((stray) => ({
          ...stray,
          packets: earlier === undefined ? 0 : growth(earlier.get(nameOf(stray)) ?? 0, stray.packets),
        }))
        .filter(({ packets }) => packets > 0 || earlier === undefined);
      before = new Map(strays.map((stray) => [nameOf(stray), stray.packets]));
      const sum = (of: readonly Stray[]): number => of.reduce((total, { packets }) => total + packets, 0);
      const unknown = grown.filter(({ endpoint }) => !knowledge.endpoints.has(endpoint));
      for (const { endpoint, packets } of unknown) {
        seen.set(endpoint, { at: now, packets: (seen.get(endpoint)?.packets ?? 0) + packets });
      }
      for (const [endpoint, { at }] of seen) {
        if (now - at > SEEN_MS || knowledge.endpoints.has(endpoint)) seen.delete(endpoint);
      }
      const foreign = foreignVnis(grown, knowledge);
      const news = foreign.filter((each) => now - (said.get(nameOf(each)) ?? -Infinity) > SAID_MS);
      for (const each of news) said.set(nameOf(each), now);
      for (const [name, at] of said) if (now - at > SAID_MS) said.delete(name);
      return {
        unknown: sum(unknown),
        foreign: sum(foreign),
        unmapped: [...seen].sort(([, a], [, b]) => b.packets - a.packets).map(([endpoint]) => endpoint),
        news: news.map(({ endpoint, account, vni, packets, registeredFor }) => ({
          reason: "vni-of-another-account",
          endpoint,
          account,
          vni,
          registered_for: registeredFor.join(", "),
          packets,
        })),
      };
    },
  };
}
