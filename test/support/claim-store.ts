/** Keeps claims in memory, as functions/aws/demand-table.ts keeps them in DynamoDB: conditions, copies and quotas. */
import { isCopied, isOpen, type Claim, type ClaimCopy } from "../../functions/core/demands/claim.js";
import type { ClaimKey, ClaimStore, SeenClaim } from "../../functions/core/demands/ports.js";
import { countsInAll, isLimited, type Quotas } from "../../functions/core/demands/quota.js";

export const QUOTAS: Quotas = { requestsPerMinute: 30, openPerRequester: 20, openInAll: 500 };

export interface FakeStore extends ClaimStore {
  /** The claim of a requester on an interface, by default the trusted one's. */
  claim(interfaceId: string, requester?: string): Claim | undefined;
  readonly claims: Map<string, Claim>;
  /** Copies by the key of their claims. */
  readonly copies: Map<string, ClaimCopy & { readonly interfaceId: string }>;
  readonly open: Map<string, number>;
  /** Interfaces with copies that cannot be read. */
  readonly unread: Set<string>;
  /** How often anything was read or written, and refused because others were faster. */
  readonly calls: { read: number; write: number; count: number; changed: number };
  /** Called before each write, as another run would. */
  interfere?: (key: ClaimKey) => void;
  /** Writes as another process would. */
  put(claim: Claim): void;
}

const idOf = ({ requester, interfaceId }: ClaimKey) => `${interfaceId} ${requester}`;
export const EVERYBODY = "everybody";

/** `failing`: every call throws while it answers true. */
export function aClaimStore(
  claims: readonly Claim[] = [],
  failing: () => boolean = () => false,
  quotas: Quotas = QUOTAS,
): FakeStore {
  const stored = new Map<string, Claim>();
  const versions = new Map<string, number>();
  const copies: FakeStore["copies"] = new Map();
  const open = new Map<string, number>();
  const minutes = new Map<string, number>();
  const receipts = new Map<string, number>();
  const unread = new Set<string>();
  const calls = { read: 0, write: 0, count: 0, changed: 0 };
  const call = (kind: "read" | "write" | "count") => {
    calls[kind] += 1;
    if (failing()) throw new Error("DynamoDB says no");
  };
  const countedBy = (requester: string) => [
    ...(isLimited(requester)
      ? [{ of: requester, most: quotas.openPerRequester, reason: "too-many-claims" as const }]
      : []),
    ...(countsInAll(requester)
      ? [{ of: EVERYBODY, most: quotas.openInAll, reason: "too-many-demands" as const }]
      : []),
  ];
  const step = (claim: Claim) => Number(isCopied(claim)) - Number(copies.has(idOf(claim)));
  const put = (claim: Claim): number => {
    const by = step(claim);
    for (const { of } of countedBy(claim.requester)) open.set(of, (open.get(of) ?? 0) + by);
    stored.set(idOf(claim), claim);
    if (isCopied(claim)) copies.set(idOf(claim), claim);
    else copies.delete(idOf(claim));
    const version = (versions.get(idOf(claim)) ?? 0) + 1;
    versions.set(idOf(claim), version);
    return version;
  };
  for (const claim of claims) put(claim);
  const copiesOn = (interfaceId: string) =>
    [...copies.values()].filter((copy) => copy.interfaceId === interfaceId);

  const store: FakeStore = {
    claims: stored,
    copies,
    open,
    unread,
    calls,
    put,
    claim: (interfaceId, requester = "traffic-mirror") => stored.get(idOf({ requester, interfaceId })),
    async read(keys) {
      call("read");
      return {
        claims: keys.map((key): SeenClaim => {
          const version = versions.get(idOf(key));
          return {
            claim: stored.get(idOf(key)),
            version: version === undefined ? undefined : String(version),
            copied: copies.has(idOf(key)),
          };
        }),
        interfaces: [...new Set(keys.map((key) => key.interfaceId))].map((interfaceId) => ({
          interfaceId,
          copies: copiesOn(interfaceId),
          unread: unread.has(interfaceId),
        })),
      };
    },
    async all() {
      call("read");
      const ids = new Set([...copies.values()].map(({ interfaceId }) => interfaceId));
      return [...new Set([...ids, ...unread])].map((interfaceId) => ({
        interfaceId,
        copies: copiesOn(interfaceId),
        unread: unread.has(interfaceId),
      }));
    },
    async overdue(now, requester) {
      call("read");
      return [...copies.values()].filter(
        (copy) => !isOpen(copy, now) && (requester === undefined || copy.requester === requester),
      );
    },
    async count(requester, minute, requests) {
      call("count");
      const key = `${requester} ${String(minute)}`;
      minutes.set(key, (minutes.get(key) ?? 0) + requests);
      return minutes.get(key) ?? 0;
    },
    async write(claim, seen, _now, granted = false) {
      call("write");
      store.interfere?.(claim);
      const version = versions.get(idOf(claim));
      const same = seen.version === (version === undefined ? undefined : String(version));
      if (!same || seen.copied !== copies.has(idOf(claim))) {
        calls.changed += 1;
        return "changed";
      }
      const full = countedBy(claim.requester).find(({ of, most }) => (open.get(of) ?? 0) >= most);
      if (step(claim) > 0 && full !== undefined && !granted) return full.reason;
      return { version: String(put(claim)) };
    },
    async receipts(ids) {
      call("read");
      return new Map(
        ids.flatMap((id): [string, number][] => {
          const received = receipts.get(id);
          return received === undefined ? [] : [[id, received]];
        }),
      );
    },
    async keepReceipt(id, received) {
      call("write");
      if (!receipts.has(id)) receipts.set(id, received);
    },
  };
  return store;
}
