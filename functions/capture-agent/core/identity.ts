/**
 * Whose packets these are. The account that owns the endpoint a packet came through is its identity, which no client can
 * choose; the VNI, which every client can, is a label within that account (docs/adr/0017-whose-packet-it-is.md).
 */

export interface Client {
  readonly account_id: string;
  /** Its VPCs' VNIs, by a key of the caller's. */
  readonly vnis: Readonly<Record<string, number>>;
}

/** The hub's register, `clients.json`: by the client's key. */
export type Register = Readonly<Record<string, Client>>;

/** Endpoint id → account that owns it, of `endpoints.json`. */
export type Endpoints = ReadonlyMap<string, string>;

export interface Origin {
  readonly client: string;
  readonly vni: string;
  /** Only where it came before anybody knew whose it is. */
  readonly endpoint?: string;
}

/** Where nothing tells clients apart. */
export const ALL = "all";
/** Of nobody who is registered. No client may be called so, and none reads it. */
export const UNKNOWN = "unknown";
/** VNIs of an account that are not registered. */
export const OTHER = "other";

/** What a packet was told apart by on the node. */
export type Identity =
  /** `vni` null: every one of the account's that is not registered. */
  | { readonly account: string; readonly vni: number | null }
  /** One that was not in the map of endpoints when its packets came. */
  | { readonly endpoint: string };

/** Whose packets those of an account are, with a VNI that is registered for it, or any other (null). */
export function originOfAccount(register: Register, account: string, vni: number | null): Origin {
  const its = Object.entries(register).filter(([, client]) => client.account_id === account);
  const label = its.find(([, client]) => vni !== null && Object.values(client.vnis).includes(vni));
  if (label !== undefined) return { client: label[0], vni: String(vni) };
  // Of an account with several keys, who uses a VNI that is none of theirs is not guessed.
  const [only, another] = its;
  return { client: only !== undefined && another === undefined ? only[0] : UNKNOWN, vni: OTHER };
}

/** undefined: its endpoint is not in the map, yet or ever. */
export function originOfIdentity(
  identity: Identity,
  register: Register,
  endpoints: Endpoints,
): Origin | undefined {
  if ("account" in identity) return originOfAccount(register, identity.account, identity.vni);
  const account = endpoints.get(identity.endpoint);
  return account === undefined ? undefined : originOfAccount(register, account, null);
}

/** What is told apart: each registered VNI, and the rest of each account. Sorted, so that every node counts alike. */
export function identitiesOf(register: Register): readonly Extract<Identity, { account: string }>[] {
  const vnis = new Map<string, Set<number>>();
  for (const client of Object.values(register)) {
    const its = vnis.get(client.account_id) ?? new Set();
    for (const vni of Object.values(client.vnis)) its.add(vni);
    vnis.set(client.account_id, its);
  }
  return [...vnis.keys()]
    .sort()
    .flatMap((account) => [
      { account, vni: null },
      ...[...(vnis.get(account) ?? [])].sort((a, b) => a - b).map((vni) => ({ account, vni })),
    ]);
}
