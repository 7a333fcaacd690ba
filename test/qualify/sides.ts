/** The local cloud with every switch on one of its sides, and what a run ought to find there. */
import type { LocalCloud } from "../../local-cloud/index.js";
import { SWITCHES } from "../../local-cloud/switches.js";
import { FACTS } from "../../qualify/facts.js";
import type { Fact } from "../../qualify/model.js";
import type { Findings } from "../../qualify/probe.js";

export const SIDES = [0, 1] as const;

const valueOf = ({ values }: { readonly values: readonly string[] }, side: number): string =>
  values[side] ?? "";

export const turn = async (cloud: LocalCloud, side: number): Promise<void> => {
  await cloud.setSwitches(Object.fromEntries(SWITCHES.map((each) => [each.name, valueOf(each, side)])));
};

const facts: readonly Fact[] = FACTS;

/** Switch → value, of what is set. */
export const expected = (side: number): Record<string, string> =>
  Object.fromEntries(SWITCHES.map((each) => [each.name, valueOf(each, side)]));

/** Switch → value, of what was found; the reason where none was. */
export const found = (findings: Findings): Record<string, string> =>
  Object.fromEntries(
    facts.flatMap((fact) => {
      const finding = findings[fact.id as keyof Findings];
      return fact.switch === undefined
        ? []
        : [[fact.switch, finding?.value ?? finding?.detail ?? "not asked"]];
    }),
  );
