/**
 * Whose packets a file holds, as few blocks of addresses: every source and destination is in one of them. Addresses are
 * kept whole while they are few; where they are many, blocks grow until there are few enough, so that a question for an
 * address may be answered "perhaps" and never wrongly "no". Addresses of private networks, which are those of mirrored
 * hosts, are kept apart from all others, so that thousands of peers on the internet do not blur them.
 */

/** Prefix lengths, from whole addresses on. */
const PUBLIC = [32, 24, 16] as const;
const PRIVATE = [32, 28, 24, 20, 16, 12, 8] as const;
const IPV6 = [128, 64, 56, 48, 32] as const;
/** Blocks of each kind in the end, and while packets are read. */
const MOST = { public: 128, private: 128, ipv6: 64 } as const;
const MOST_READ = 4096;
/** Of two in a row the same is the rule, and looking here is cheaper than a set. Less where many are found at once. */
const RECENT = 4096;

export interface AddressBlocks {
  /** Source and destination of an Ethernet frame that begins at `at`, of which `length` bytes are there. */
  readonly add: (view: DataView, at: number, length: number) => void;
  /** In the form of RFC 4632 and RFC 4291, sorted. */
  readonly blocks: () => readonly string[];
}

/** The bytes of a frame that `add` needs: two VLAN tags and the header of IPv6. */
export const FRAME_BYTES = 14 + 8 + 40;

interface Group<T> {
  add(address: T): void;
  texts(most: number): readonly string[];
}

/** @param all what stands for more addresses than the coarsest blocks can hold */
function groupOf<T>(
  lengths: readonly number[],
  masked: (address: T, length: number) => T,
  text: (address: T) => string,
  all: () => readonly string[],
): Group<T> {
  let level = 0;
  let found = new Set<T>();
  const length = (): number | undefined => lengths[level];
  const shrink = (most: number): void => {
    while (found.size > most) {
      level += 1;
      const next = length();
      found = new Set(next === undefined ? [] : [...found].map((address) => masked(address, next)));
    }
  };
  return {
    add(address) {
      const current = length();
      if (current === undefined) return;
      found.add(level === 0 ? address : masked(address, current));
      if (found.size > MOST_READ) shrink(MOST_READ / 2);
    },
    texts(most) {
      shrink(most);
      const current = length();
      return current === undefined ? all() : [...found].map((address) => `${text(address)}/${current}`);
    },
  };
}

const mask4 = (address: number, length: number): number =>
  length === 0 ? 0 : (address & (-1 << (32 - length))) >>> 0;
const text4 = (address: number): string => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
/** RFC 1918, RFC 6598 (shared), RFC 3927 (link-local): first address and prefix length. */
const PRIVATE_BLOCKS = [
  [0x0a000000, 8],
  [0x64400000, 10],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0a80000, 16],
] as const;
const isPrivate = (address: number): boolean =>
  PRIVATE_BLOCKS.some(([first, length]) => mask4(address, length) === first);

/** All IPv4 addresses but the private ones. */
function publicBlocks(first = 0, length = 0): readonly string[] {
  const holds = ([block, whole]: readonly [number, number]): boolean =>
    mask4(block, length) === first || mask4(first, whole) === block;
  if (!PRIVATE_BLOCKS.some(holds)) return [`${text4(first)}/${length}`];
  if (PRIVATE_BLOCKS.some(([block, whole]) => length >= whole && mask4(first, whole) === block)) return [];
  const second = (first | (1 << (31 - length))) >>> 0;
  return [...publicBlocks(first, length + 1), ...publicBlocks(second, length + 1)];
}

/** An IPv6 address as eight characters of 16 bits. */
const mask6 = (address: string, length: number): string =>
  [...Array(8).keys()]
    .map((n) => {
      const kept = Math.min(16, Math.max(0, length - 16 * n));
      return String.fromCharCode(address.charCodeAt(n) & (0xffff << (16 - kept)));
    })
    .join("");
/** The longest run of zeros is `::` (RFC 5952). */
function text6(address: string): string {
  const full = [...Array(8).keys()].map((n) => address.charCodeAt(n).toString(16)).join(":");
  const runs = full.match(/(?<![^:])0(:0)+(?![^:])/g) ?? [];
  const longest = runs.reduce((a, b) => (b.length > a.length ? b : a), "");
  if (longest === "") return full;
  const at = full.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  return `${full.slice(0, at).replace(/:$/, "")}::${full.slice(at + longest.length).replace(/^:/, "")}`;
}

/** @param most a power of two */
export function createAddressBlocks(most = RECENT): AddressBlocks {
  const external = groupOf<number>(PUBLIC, mask4, text4, () => publicBlocks());
  // Blocks of eight bits hold them all: four.
  const internal = groupOf<number>(PRIVATE, mask4, text4, () => []);
  const ipv6 = groupOf<string>(IPV6, mask6, text6, () => ["::/0"]);
  const recent = new Uint32Array(most);
  /** Source and destination in turns: of a conversation's packets only the first is looked at any further. */
  const pairs = new Uint32Array(2 * most);

  const add4 = (address: number): void => {
    const slot = (address ^ (address >>> 12)) & (most - 1);
    if (recent[slot] === address && address !== 0) return;
    recent[slot] = address;
    (isPrivate(address) ? internal : external).add(address);
  };
  const add6 = (view: DataView, at: number): void => {
    const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((n) => view.getUint16(at + n));
    ipv6.add(String.fromCharCode(...groups));
  };

  return {
    add(view, at, length) {
      let type = 12;
      // IEEE 802.1Q and 802.1ad: a tag moves what follows.
      for (let tags = 0; tags < 2 && length >= type + 6; tags++) {
        const tag = view.getUint16(at + type);
        if (tag !== 0x8100 && tag !== 0x88a8) break;
        type += 4;
      }
      if (length < type + 2) return;
      const ethertype = view.getUint16(at + type);
      const header = at + type + 2;
      if (ethertype === 0x0800 && length >= type + 22) {
        const source = view.getUint32(header + 12);
        const destination = view.getUint32(header + 16);
        const slot = 2 * ((source ^ (destination >>> 3) ^ (destination << 5)) & (most - 1));
        if (pairs[slot] === source && pairs[slot + 1] === destination && source !== 0) return;
        pairs[slot] = source;
        pairs[slot + 1] = destination;
        add4(source);
        add4(destination);
      } else if (ethertype === 0x86dd && length >= type + 42) {
        add6(view, header + 8);
        add6(view, header + 24);
      }
    },
    blocks: () =>
      [...internal.texts(MOST.private), ...external.texts(MOST.public), ...ipv6.texts(MOST.ipv6)].sort(),
  };
}
