/**
 * What the data path's map of tags is to hold: bin/tags writes it, bpf/decap.bpf.c asks it. It has room for so many
 * entries, and whoever has endpoints and VNIs without end takes none that another needs.
 */
import type { Endpoints } from "./identity.js";
import type { Tag } from "./tags.js";

/** Of the map tm_tags_1 (modules/capture-fleet/node/bpf/decap.bpf.c). */
export const ROOM = 65536;

/** For so long an endpoint that EC2 shows no more keeps its entries: a list may lack one that is there. */
const LEFT_OUT_MS = 15 * 60 * 1000;

/** [endpoint as 16 hex digits, VNI or null for every other one, tag]: an entry of the data path's map. */
export type TagEntry = readonly [string, number | null, number];

/**
 * GENEVE's option has 8 bytes for an id of 17 hex digits, the first of which is 0 (?). One that does not fit is never
 * found there, and its packets are nobody's.
 */
export const idDigits = (endpoint: string): string | undefined => {
  const [, digits = ""] = /^vpce-([0-9a-f]{8,17})$/.exec(endpoint) ?? [];
  const significant = digits.replace(/^0+/, "");
  return digits === "" || significant.length > 16 ? undefined : significant.padStart(16, "0");
};

/** What may still send, those first that EC2 shows. `gone`: since when it does not, milliseconds since the epoch. */
export function sending(endpoints: Endpoints, gone: ReadonlyMap<string, number>, now: number): Endpoints {
  const lately = [...endpoints].filter(([id]) => now - (gone.get(id) ?? -Infinity) <= LEFT_OUT_MS);
  return new Map([...[...endpoints].filter(([id]) => !gone.has(id)), ...lately]);
}

/** `without`: how many entries have no room, of those accounts that would have most. */
export function entriesOf(
  tags: readonly Tag[],
  endpoints: Endpoints,
  room = ROOM,
): { readonly entries: readonly TagEntry[]; readonly without: number } {
  const entries: TagEntry[] = [];
  const tagsOf = new Map<string, { vni: number | null; tag: number }[]>();
  for (const { tag, identity, retiredAt } of tags) {
    if (retiredAt !== undefined) continue;
    if ("account" in identity) {
      const its = tagsOf.get(identity.account) ?? [];
      its.push({ vni: identity.vni, tag });
      tagsOf.set(identity.account, its);
    } else {
      const digits = idDigits(identity.endpoint);
      if (digits !== undefined) entries.push([digits, null, tag]);
    }
  }
  const endpointsOf = new Map<string, string[]>();
  for (const [endpoint, account] of endpoints) {
    const digits = idDigits(endpoint);
    if (digits === undefined || !tagsOf.has(account)) continue;
    const its = endpointsOf.get(account) ?? [];
    its.push(digits);
    endpointsOf.set(account, its);
  }
  const needs = [...endpointsOf].map(([account, its]) => its.length * (tagsOf.get(account)?.length ?? 0));
  const most = fairShare(needs, room - entries.length);
  for (const [account, its] of endpointsOf) {
    // "Every other VNI" of each endpoint first: it says whose all of its packets are, but for the VNI.
    const labels = [...(tagsOf.get(account) ?? [])].sort((a, b) => (a.vni ?? -1) - (b.vni ?? -1));
    let left = most;
    for (const { vni, tag } of labels) {
      for (const digits of its) if (left-- > 0) entries.push([digits, vni, tag]);
    }
  }
  const without = needs.reduce((sum, need) => sum + Math.max(0, need - most), 0);
  return { entries, without };
}

/** The most that each may have so that all have room: who needs less leaves the rest to the others. */
function fairShare(needs: readonly number[], room: number): number {
  let left = room;
  const ascending = [...needs].sort((a, b) => a - b);
  for (const [n, need] of ascending.entries()) {
    const each = Math.floor(left / (ascending.length - n));
    if (need > each) return each;
    left -= need;
  }
  return Infinity;
}
