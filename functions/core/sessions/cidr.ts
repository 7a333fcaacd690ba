/** CIDR blocks as ranges of addresses, so that two spellings of one block are the same. */

export interface CidrBlock {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** undefined for what is no CIDR block. */
export function cidrBlock(text: string): CidrBlock | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const family = address.includes(":") ? 6 : 4;
  const width = family === 6 ? 128 : 32;
  const value = family === 6 ? ipv6(address) : ipv4(address);
  if (value === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > width) {
    return undefined;
  }
  const size = 1n << BigInt(width - Number(length));
  const first = value - (value % size);
  return { family, first, last: first + size - 1n };
}

function ipv4(text: string): bigint | undefined {
  const bytes = text.split(".");
  if (bytes.length !== 4 || !bytes.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) < 256)) {
    return undefined;
  }
  return bytes.reduce((value, byte) => (value << 8n) + BigInt(byte), 0n);
}

/** With `::` for one run of zeros; the mixed notation with an IPv4 tail is not used by EC2. */
function ipv6(text: string): bigint | undefined {
  const halves = text.split("::");
  const groupsOf = (half: string) => (half === "" ? [] : half.split(":"));
  const [before = [], after = []] = halves.map(groupsOf);
  const zeros = 8 - before.length - after.length;
  if (halves.length > 2 || (halves.length === 2 ? zeros < 1 : zeros !== 0)) return undefined;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) + BigInt(`0x${group}`), 0n);
}

/** The block in one spelling; what is no block is itself. */
export function canonicalCidr(text: string): string {
  const block = cidrBlock(text);
  return block === undefined
    ? text
    : `${String(block.family)}:${block.first.toString(16)}-${block.last.toString(16)}`;
}

/** Whether they have an address in common; what is no block may be anything. */
export function cidrsOverlap(one: string, other: string): boolean {
  const [a, b] = [cidrBlock(one), cidrBlock(other)];
  if (a === undefined || b === undefined) return true;
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}
