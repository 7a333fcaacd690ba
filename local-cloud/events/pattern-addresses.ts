/** Addresses in event patterns, as digits: what AWS's engine compares (CIDR.java in event-ruler). */
import { isIPv6 } from "node:net";

const hex = (parts: readonly number[], width: number): string =>
  parts
    .map((part) => part.toString(16).padStart(width, "0"))
    .join("")
    .toUpperCase();

const ofIPv6 = (address: string): string => {
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((each) => parseInt(each, 16));
  const [before, after] = [groups(head), groups(tail)];
  const digits = hex([...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after], 4);
  // An IPv4 address in the form of IPv6 is an IPv4 address to Java.
  return digits.startsWith("00000000000000000000FFFF") ? digits.slice(24) : digits;
};

const LIKE_IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const LIKE_IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;

/** The digits of an address, or undefined for what is none. */
export const addressDigits = (text: string): string | undefined => {
  if (LIKE_IPV4.test(text)) {
    const parts = text.split(".").map(Number);
    return parts.every((part) => part <= 255) ? hex(parts, 2) : undefined;
  }
  return LIKE_IPV6.test(text) && isIPv6(text) ? ofIPv6(text) : undefined;
};

/**
 * The engine compares digit by digit and is content as soon as one decides. So an address of the other family matches
 * where its first digits decide, and so does a number, whose digits it takes for those of an address.
 */
const within = (bottom: string, top: string, text: string): boolean => {
  let [atBottom, atTop] = [true, true];
  for (let at = 0; at < bottom.length; at += 1) {
    const [digit = "", low = "", high = ""] = [text[at], bottom[at], top[at]];
    if (!/^[0-9A-F]$/.test(digit) || (atBottom && digit < low) || (atTop && digit > high)) return false;
    atBottom &&= digit === low;
    atTop &&= digit === high;
    if (!atBottom && !atTop) return true;
  }
  return true;
};

/** Whether a text or a number lies in a range. `refuse` throws. */
export const rangeOf = (
  cidr: string,
  refuse: (reason: string) => never,
): ((value: string | number) => boolean) => {
  const [base = "", bits = "", ...more] = cidr.split("/");
  if (bits === "" || more.length > 0) refuse("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/.test(bits)) refuse("Malformed CIDR, mask bits must be an integer");
  const mask = Number(bits);
  if (mask < 0) refuse("Malformed CIDR, mask bits must not be negative");
  const kind = LIKE_IPV4.test(base) || LIKE_IPV6.test(base) ? "Invalid" : "Nonstandard";
  const digits = addressDigits(base) ?? refuse(`${kind} IP address: ${base}`);
  if (digits.length === 8 && mask > 31) refuse("IPv4 mask bits must be < 32");
  if (mask > 127) refuse("IPv6 mask bits must be < 128");
  const variable = (1n << BigInt(digits.length * 4 - mask)) - 1n;
  const lowest = BigInt(`0x${digits}`) & ~variable;
  const text = (value: bigint): string => value.toString(16).padStart(digits.length, "0").toUpperCase();
  const [bottom, top] = [text(lowest), text(lowest | variable)];
  return (value) => {
    const found = typeof value === "number" ? String(value) : addressDigits(value);
    return found !== undefined && within(bottom, top, found);
  };
};
