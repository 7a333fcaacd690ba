/**
 * Changes of claims with optimistic locking, since others write at the same time: a change is decided from what was read,
 * written only if that is still there, and decided anew if not. What one run has read or written it does not read again.
 */
import type { Clock } from "../clock.js";
import { isCopied, isOpen, settle, type Claim, type ClaimCopy } from "./claim.js";
import type { ClaimKey, ClaimStore, Pause, SeenClaim } from "./ports.js";
import type { QuotaReason } from "./quota.js";

const TRIES = 5;
/** The longest pause before the first retry, doubled with each. */
const PAUSE_MS = 25;
/** Claims whose end is written down so that another can open: a sweep writes the others. */
const ROOM = 5;

/** Exponential backoff with full jitter: writers that met once do not wait equally long. `random`: 0 up to 1. */
export function randomPause(clock: Clock, random: () => number): Pause {
  return (tries) => clock.sleep(random() * PAUSE_MS * 2 ** tries);
}

export interface Changed {
  readonly before: Claim | undefined;
  readonly after: Claim | undefined;
  /** Nothing was written, because it would be over this quota. */
  readonly over?: QuotaReason;
}

export interface Updates {
  /** Reads these claims, and all on their interfaces, at once. */
  read(keys: readonly ClaimKey[]): Promise<void>;
  /**
   * Nothing is written when `change` gives undefined or the same object. Throws when others were faster several times,
   * and when the store cannot be read or written.
   */
  change(key: ClaimKey, change: (claim: Claim | undefined) => Claim | undefined): Promise<Changed>;
  /** The copies of the claims on an interface that was read, with what has been written since. */
  copiesOn(interfaceId: string): readonly ClaimCopy[];
  /** Interfaces that were read, with copies that cannot be. */
  readonly unread: ReadonlySet<string>;
}

export function openUpdates(
  store: ClaimStore,
  now: () => number,
  pause: Pause = async () => undefined,
): Updates {
  const seen = new Map<string, SeenClaim>();
  const copies = new Map<string, Map<string, ClaimCopy>>();
  const unread = new Set<string>();
  const idOf = ({ requester, interfaceId }: ClaimKey) => `${interfaceId} ${requester}`;

  const read = async (keys: readonly ClaimKey[]): Promise<void> => {
    const distinct = [...new Map(keys.map((key) => [idOf(key), key])).values()];
    if (distinct.length === 0) return;
    const found = await store.read(distinct);
    distinct.forEach((key, n) => {
      const claim = found.claims[n];
      if (claim !== undefined) seen.set(idOf(key), claim);
    });
    for (const { interfaceId, copies: all, unread: some } of found.interfaces) {
      if (some) unread.add(interfaceId);
      copies.set(interfaceId, new Map(all.map((copy) => [copy.requester, copy])));
    }
  };

  const remember = (key: ClaimKey, claim: Claim, version: string): void => {
    const copied = isCopied(claim);
    seen.set(idOf(key), { ...seen.get(idOf(key)), claim, version, copied });
    const on = copies.get(key.interfaceId) ?? new Map<string, ClaimCopy>();
    if (copied) on.set(key.requester, claim);
    else on.delete(key.requester);
    copies.set(key.interfaceId, on);
  };

  /** Whether there is room now, because what filled the quota had ended by our clock. */
  const makeRoom = async (over: QuotaReason, requester: string): Promise<boolean> => {
    const overdue = await store.overdue(now(), over === "too-many-claims" ? requester : undefined);
    const end = (claim: Claim | undefined) =>
      claim === undefined || isOpen(claim, now())
        ? claim
        : settle(claim, { is: "pending", reason: "not-found" }, now());
    let ended = 0;
    for (const key of overdue.slice(0, ROOM)) {
      const { before, after } = await change(key, end);
      if (after !== before) ended += 1;
    }
    return ended > 0;
  };

  const change: Updates["change"] = async (key, decide) => {
    let full = false;
    for (let tries = 1; tries <= TRIES; tries++) {
      if (!seen.has(idOf(key))) await read([key]);
      const current = seen.get(idOf(key));
      if (current === undefined) throw new Error(`the claim on ${key.interfaceId} could not be read`);
      const next = decide(current.claim);
      if (next === undefined || next === current.claim) return { before: current.claim, after: next };
      const written = await store.write(next, current, now());
      if (typeof written === "object") {
        remember(key, next, written.version);
        return { before: current.claim, after: next };
      }
      if (written !== "changed") {
        if (full || !(await makeRoom(written, key.requester)))
          return { before: current.claim, after: current.claim, over: written };
        full = true;
        continue;
      }
      seen.delete(idOf(key));
      if (tries < TRIES) await pause(tries);
    }
    throw new Error(`the claim on ${key.interfaceId} was written by others each time`);
  };

  return {
    read,
    change,
    unread,
    copiesOn: (interfaceId) => [...(copies.get(interfaceId)?.values() ?? [])],
  };
}
