/**
 * The VLAN tags that the BPF data path puts on frames, and whose each is. A tag is on disk before the data path uses it,
 * and after it is given up it rests until nothing can carry it any more: then the tag of a file never means two clients.
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
/** Of the tags that nobody registered needs, so much is what these have, with those that rest: an account can make any number. */
const UNMAPPED_SHARE = 0.5;

const nameOf = (identity: Identity): string =>
  "account" in identity ? `${identity.account}/${identity.vni ?? "*"}` : identity.endpoint;

export interface TagInput {
  readonly register: Register;
  /** Those that have entries of their own in the data path (entries.ts). */
  readonly endpoints: Endpoints;
  /** Others that send, the busiest first. */
  readonly unmapped: readonly string[];
  readonly now: number;
  /** No frame in the spool is older, milliseconds since the epoch. */
  readonly oldestFrame: number;
  /** For how long a sensor may remember the tag of a flow, and write it when that ends, milliseconds. */
  readonly remembered: number;
  /** Whether the data path has the tags as they are; else frames may still get those that were given up. */
  readonly inForce: boolean;
}

/**
 * The tags from now on; `without`: how many identities get none, because there are no more. One that was given up stays
 * until another takes it: first come those that nobody ever had, then the one that was not used for longest.
 */
export function nextTags(
  before: readonly Tag[],
  input: TagInput,
): { readonly tags: readonly Tag[]; readonly without: number } {
  const registered = identitiesOf(input.register);
  const unmapped = input.unmapped
    .filter((endpoint) => !input.endpoints.has(endpoint))
    .slice(0, UNMAPPED_AT_ONCE);
  const wanted = new Map<string, Identity>(registered.map((each) => [nameOf(each), each]));
  for (const endpoint of unmapped) wanted.set(endpoint, { endpoint });

  const all = new Map<number, Tag>();
  for (const { tag, identity, retiredAt } of before) {
    if (wanted.delete(nameOf(identity))) all.set(tag, { tag, identity });
    else all.set(tag, { tag, identity, retiredAt: input.inForce ? (retiredAt ?? input.now) : input.now });
  }
  const free = freeTags(all, Math.min(input.oldestFrame, input.now - input.remembered));
  let spare = Math.floor((LAST_TAG - registered.length) * UNMAPPED_SHARE);
  const reusable = new Set(free);
  for (const { tag, identity } of all.values()) if ("endpoint" in identity && !reusable.has(tag)) spare -= 1;
  let without = 0;
  for (const identity of wanted.values()) {
    const tag = "endpoint" in identity && spare-- <= 0 ? undefined : free.shift();
    if (tag === undefined) without += 1;
    else all.set(tag, { tag, identity });
  }
  return { tags: [...all.values()], without };
}

/** What may be given, in this order. What was given up after `since` may still be met on a frame or in a log. */
function freeTags(all: ReadonlyMap<number, Tag>, since: number): number[] {
  const never = Array.from({ length: LAST_TAG }, (_, n) => n + 1).filter((tag) => !all.has(tag));
  const rested = [...all.values()].filter(({ retiredAt = Infinity }) => retiredAt < since);
  rested.sort((a, b) => (a.retiredAt ?? 0) - (b.retiredAt ?? 0));
  return [...never, ...rested.map(({ tag }) => tag)];
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
