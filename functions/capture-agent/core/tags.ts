/**
 * The VLAN tags that the BPF data path puts on frames, and whose each is. A tag is on disk before the data path uses it,
 * and after it is given up it rests until nothing in the spool can carry it: then the tag of a file never means two
 * clients.
 */
import { identitiesOf, originOfIdentity, UNKNOWN, ALL } from "./identity.js";
import type { Endpoints, Identity, Origin, Register } from "./identity.js";

export interface Tag {
  readonly tag: number;
  readonly identity: Identity;
  /** Since when no frame gets it, milliseconds since the epoch. */
  readonly retiredAt?: number;
}

/** What no entry of the data path's fits. */
export const NOBODY = 0;
/** IEEE 802.1Q reserves 0 and 4,095. */
const LAST_TAG = 4094;
/**
 * Endpoints that are not in the map yet get a tag each, so that whose they were can be said later. So many at once, and no
 * more than there are tags to spare: they take none from who is registered.
 */
const UNMAPPED_AT_ONCE = 64;

const nameOf = (identity: Identity): string =>
  "account" in identity ? `${identity.account}/${identity.vni ?? "*"}` : identity.endpoint;

export interface TagInput {
  readonly register: Register;
  readonly endpoints: Endpoints;
  /** Endpoints that send and are not in the map, the busiest first. */
  readonly unmapped: readonly string[];
  readonly now: number;
  /** No frame in the spool is older, milliseconds since the epoch. */
  readonly oldestFrame: number;
  /** Whether the data path has the tags as they are; else frames may still get those that were given up. */
  readonly inForce: boolean;
}

/** The tags from now on; `without`: how many identities get none, because there are no more. */
export function nextTags(
  before: readonly Tag[],
  input: TagInput,
): { readonly tags: readonly Tag[]; readonly without: number } {
  const { now, oldestFrame } = input;
  const wanted = new Map<string, Identity>();
  for (const identity of identitiesOf(input.register)) wanted.set(nameOf(identity), identity);
  const mapped = input.endpoints;
  const unmapped = input.unmapped.filter((endpoint) => !mapped.has(endpoint)).slice(0, UNMAPPED_AT_ONCE);
  for (const endpoint of unmapped) wanted.set(endpoint, { endpoint });

  const kept = before.flatMap((tag): Tag[] => {
    const name = nameOf(tag.identity);
    if (wanted.delete(name)) return [{ tag: tag.tag, identity: tag.identity }];
    const retiredAt = input.inForce ? (tag.retiredAt ?? now) : now;
    return retiredAt < oldestFrame ? [] : [{ ...tag, retiredAt }];
  });
  const taken = new Set(kept.map(({ tag }) => tag));
  // One that was just given up may still be on a frame that is under way to the spool.
  for (const { tag } of before) taken.add(tag);
  const added: Tag[] = [];
  let tag = 1;
  for (const identity of wanted.values()) {
    while (taken.has(tag)) tag += 1;
    if (tag > LAST_TAG) break;
    taken.add(tag);
    added.push({ tag, identity });
  }
  return { tags: [...kept, ...added], without: wanted.size - added.length };
}

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

export function entriesOf(tags: readonly Tag[], endpoints: Endpoints): readonly TagEntry[] {
  const byAccount = new Map<string, { vni: number | null; tag: number }[]>();
  const entries: TagEntry[] = [];
  for (const { tag, identity, retiredAt } of tags) {
    if (retiredAt !== undefined) continue;
    if ("account" in identity) {
      const { account, vni } = identity;
      byAccount.set(account, [...(byAccount.get(account) ?? []), { vni, tag }]);
    } else {
      const digits = idDigits(identity.endpoint);
      if (digits !== undefined) entries.push([digits, null, tag]);
    }
  }
  for (const [endpoint, account] of endpoints) {
    const digits = idDigits(endpoint);
    for (const { vni, tag } of digits === undefined ? [] : (byAccount.get(account) ?? [])) {
      entries.push([digits ?? "", vni, tag]);
    }
  }
  return entries;
}

export interface Knowledge {
  readonly register: Register;
  readonly endpoints: Endpoints;
  readonly tags: readonly Tag[];
}

const NOBODYS: Origin = { client: UNKNOWN, vni: ALL };

/** The tag in the path of a file below done/: a folder `vlan=<n>`, or `.vlan=<n>` in its name. */
export function tagIn(path: string): number | undefined {
  const [, folder, name] = /(?:^|\/)vlan=(\d{1,4})\/|\.vlan=(\d{1,4})(?=[.,][^/]*$)/.exec(path) ?? [];
  return folder === undefined && name === undefined ? undefined : Number(folder ?? name);
}

/**
 * Whose packets a file holds. "wait": nobody's yet, since its endpoint is not in the map and may still come into it;
 * not with `late`, which is when it has waited long enough.
 */
export function originOf(path: string, knowledge: Knowledge, late: boolean): Origin | "wait" {
  const tag = tagIn(path);
  if (tag === undefined) {
    // A VNI alone says nothing of whose it is: every client can send with every one.
    const [, vni] = /(?:^|\/)vni=(\d{1,8})\//.exec(path) ?? [];
    return { client: ALL, vni: vni ?? ALL };
  }
  return originOfTag(tag, knowledge, late);
}

export function originOfTag(tag: number, knowledge: Knowledge, late: boolean): Origin | "wait" {
  const identity = tag === NOBODY ? undefined : knowledge.tags.find((each) => each.tag === tag)?.identity;
  if (identity === undefined) return NOBODYS;
  const origin = originOfIdentity(identity, knowledge.register, knowledge.endpoints);
  if (origin === undefined && !late) return "wait";
  return { ...(origin ?? NOBODYS), ...("endpoint" in identity && { endpoint: identity.endpoint }) };
}

/** Without a decision in time. */
export const decided = (origin: Origin | "wait"): Origin => (origin === "wait" ? NOBODYS : origin);

/** Packets that had no entry of their own, as the data path counts them since it was set up. */
export interface Stray {
  readonly endpoint: string;
  readonly vni: number;
  readonly packets: number;
}

/** Of those, the ones whose VNI is another account's: somebody is mistaken, or would like to be taken for another. */
export function foreignVnis(
  strays: readonly Stray[],
  { register, endpoints }: Omit<Knowledge, "tags">,
): readonly (Stray & { readonly account: string; readonly registeredFor: readonly string[] })[] {
  const owners = new Map<number, string[]>();
  for (const { account_id, vnis } of Object.values(register)) {
    for (const vni of Object.values(vnis)) owners.set(vni, [...(owners.get(vni) ?? []), account_id]);
  }
  return strays.flatMap((stray) => {
    const account = endpoints.get(stray.endpoint);
    const registeredFor = owners.get(stray.vni) ?? [];
    return account === undefined || registeredFor.length === 0 || registeredFor.includes(account)
      ? []
      : [{ ...stray, account, registeredFor }];
  });
}
