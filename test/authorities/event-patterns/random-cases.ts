/** Patterns and events by chance, the same ones every time: few names and few values, so that much of it matches. */
import type { Json } from "../../../local-cloud/events/pattern.js";

type Fields = { [key: string]: Json };

/** mulberry32, a small generator of numbers from 0 to 1. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const NAMES = ["a", "b", "c"];
const TEXTS = ["x", "xy", "xyx", "Xy", "y", "", "i-1", "x*y", "5", "10.0.0.1", "10.1.0.1"];
const NUMBERS = [0, 1, 5, -3, 300, 2.5];

export const randomCases = (seed: number, counts: { patterns: number; events: number }) => {
  const random = createRandom(seed);
  const chance = (share: number): boolean => random() < share;
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const some = <T>(make: () => T, most: number): T[] => Array.from({ length: 1 + below(most) }, make);

  const scalar = (): Json =>
    pick<() => Json>([
      () => pick(TEXTS),
      () => pick(TEXTS),
      () => pick(TEXTS),
      () => pick(NUMBERS),
      () => pick([true, false, null]),
    ])();
  const text = (): string => pick(TEXTS.filter((each) => each !== ""));
  const wild = (): string => pick(["x*", "*y", "x*x", "*", "x\\*y", "*y*"]);
  const oneOrMore = (make: () => Json): Json => (chance(0.5) ? make() : some(make, 2));

  const operator = (): Json =>
    pick<() => Json>([
      scalar,
      scalar,
      scalar,
      () => ({ prefix: text() }),
      () => ({ suffix: text() }),
      () => ({ [pick(["prefix", "suffix"])]: { "equals-ignore-case": text() } }),
      () => ({ "equals-ignore-case": pick(TEXTS) }),
      () => ({ wildcard: wild() }),
      () => ({ "anything-but": oneOrMore(chance(0.6) ? text : () => pick(NUMBERS)) }),
      () => ({ "anything-but": { [pick(["prefix", "suffix", "equals-ignore-case"])]: oneOrMore(text) } }),
      () => ({ "anything-but": { wildcard: oneOrMore(wild) } }),
      () => ({
        numeric: pick<Json[]>([
          [">", 1],
          [">=", 5],
          ["=", 5],
          ["<", 5],
          [">", 0, "<=", 300],
        ]),
      }),
      () => ({ exists: chance(0.5) }),
      () => ({ exists: false }),
      () => ({ cidr: pick(["10.0.0.0/8", "10.0.0.0/24"]) }),
    ])();

  const fields = (make: (name: string) => Json, share: number): Fields => {
    const names = NAMES.filter(() => chance(share));
    return Object.fromEntries((names.length === 0 ? [pick(NAMES)] : names).map((name) => [name, make(name)]));
  };
  const pattern = (depth: number): Fields => {
    const found = fields(() => (depth > 0 && chance(0.5) ? pattern(depth - 1) : some(operator, 2)), 0.5);
    const alternatives = (): Json => [pattern(Math.max(depth - 1, 0)), pattern(0)];
    if (!chance(0.25)) return found;
    return chance(0.5) ? { ...found, $or: alternatives() } : { $or: alternatives(), ...found };
  };
  const value = (depth: number): Json => {
    if (depth > 0 && chance(0.45)) return event(depth - 1);
    if (depth > 0 && chance(0.35)) return Array.from({ length: below(3) }, () => value(depth - 1));
    return scalar();
  };
  const event = (depth: number): Fields => fields(() => value(depth), 0.7);

  const distinct = (count: number, make: () => Json): string[] => {
    const found = new Set<string>();
    while (found.size < count) found.add(JSON.stringify(make()));
    return [...found];
  };
  return {
    patterns: distinct(counts.patterns, () => pattern(2)),
    events: distinct(counts.events, () => event(3)),
  };
};
