/** A small seeded generator (mulberry32), so that ids, jitter and probabilities repeat from run to run. */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** An id in EC2's long form: a prefix and seventeen hexadecimal digits. */
export function createId(prefix: string, random: Random): string {
  let digits = "0";
  while (digits.length < 17)
    digits += Math.floor(random() * 65536)
      .toString(16)
      .padStart(4, "0");
  return `${prefix}-${digits.slice(0, 17)}`;
}
