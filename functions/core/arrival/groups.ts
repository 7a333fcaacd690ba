/**
 * Sessions that have something in common, and of which nothing arrives: where many are silent at once, it is what they
 * share that is broken.
 */
import type { Claimed } from "./join.js";
import { SETTLING_MS } from "./limits.js";
import type { ArrivalVerdict, Memory } from "./verdict.js";

export const groupKinds = ["endpoint", "zone", "vpc", "rule"] as const;
export type GroupKind = (typeof groupKinds)[number];

export interface SilentGroup {
  readonly kind: GroupKind;
  readonly name: string;
  /** Sessions that have stood for ten minutes and of which nothing came for as long. */
  readonly sessions: number;
}

export interface Judged {
  readonly row: Claimed;
  readonly memory: Memory;
  readonly verdict: ArrivalVerdict;
}

const namesOf = ({ endpoint, zone, vpcId, rule }: Claimed): readonly [GroupKind, string | null][] => [
  ["endpoint", endpoint],
  ["zone", zone],
  ["vpc", vpcId],
  ["rule", rule],
];

/** Of one controller. What is unknown is in no group; one that arrived, or did so lately, speaks for its whole group. */
export function silentGroups(
  judged: readonly Judged[],
  now: number,
  minimum: number,
): readonly SilentGroup[] {
  const groups = new Map<string, SilentGroup & { readonly isHeard: boolean }>();
  for (const { row, memory, verdict } of judged) {
    if (verdict.is === "unknown") continue;
    const isHeard = verdict.is === "arrived" || now - (verdict.lastAt ?? -Infinity) < SETTLING_MS;
    if (!isHeard && now - memory.startAt < SETTLING_MS) continue;
    for (const [kind, name] of namesOf(row)) {
      if (name === null || name === "") continue;
      const key = `${kind} ${name}`;
      const before = groups.get(key);
      groups.set(key, {
        kind,
        name,
        sessions: (before?.sessions ?? 0) + 1,
        isHeard: before?.isHeard === true || isHeard,
      });
    }
  }
  return [...groups.values()]
    .filter(({ isHeard, sessions }) => !isHeard && sessions >= minimum)
    .map(({ kind, name, sessions }) => ({ kind, name, sessions }));
}
