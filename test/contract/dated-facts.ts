/**
 * What AWS's guides and price lists say and no API tells, with the day on which somebody last compared it
 * (docs/dated-facts.json): too old, said otherwise somewhere, or an amount of money that no fact accounts for.
 */
import * as z from "zod";
import type { TextFile } from "./text.js";

const schema = z.array(
  z.strictObject({
    fact: z.string().min(1),
    source: z.string().min(1),
    /** The day on which the source, or the copy of it that is named, was last read. */
    checked: z.iso.date(),
    /** File → sentences that it must hold, so that a fact is changed wherever it stands. */
    says: z.record(z.string(), z.array(z.string().min(1)).min(1)),
    /** Prices in dollars, and what documents work out from them. */
    amounts: z.array(z.string()).default([]),
    sums: z.array(z.string()).default([]),
    /** Prices by name, in dollars, for tests that work out what documents say. */
    prices: z.record(z.string(), z.number()).default({}),
  }),
);
export type DatedFact = z.output<typeof schema>[number];

export const parseFacts = (text: string): readonly DatedFact[] => schema.parse(JSON.parse(text));

const YEAR_MS = 365 * 24 * 3600 * 1000;

export const stale = (facts: readonly DatedFact[], now: number): readonly string[] =>
  facts
    .filter(({ checked }) => now - Date.parse(checked) > YEAR_MS || Date.parse(checked) > now)
    .map(
      ({ fact, source, checked }) =>
        `${fact}: read on ${checked}. Read it again (${source}), change it wherever docs/dated-facts.json says that it stands, and set \`checked\``,
    );

export const unsaid = (facts: readonly DatedFact[], files: readonly TextFile[]): readonly string[] => {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return facts.flatMap(({ fact, says }) =>
    Object.entries(says).flatMap(([path, sentences]) =>
      sentences
        .filter((sentence) => texts.get(path)?.includes(sentence) !== true)
        .map((sentence) => `${path} does not say "${sentence}" (${fact})`),
    ),
  );
};

/** `7.30 $`: how documents write money. */
const AMOUNT = /(\d[\d,]*(?:\.\d+)?) \$(?=[\s,.;:)/|]|$)/gm;

export const unaccounted = (facts: readonly DatedFact[], files: readonly TextFile[]): readonly string[] => {
  const known = new Set(facts.flatMap(({ amounts, sums }) => [...amounts, ...sums]));
  return files
    .filter(({ path }) => path.endsWith(".md") && path !== "CHANGELOG.md")
    .flatMap(({ path, text }) =>
      [...text.matchAll(AMOUNT)]
        .filter(([, amount = ""]) => !known.has(amount))
        .map(([found]) => `${path}: ${found} is of no fact in docs/dated-facts.json`),
    );
};
