/** What AWS's engine is asked, and how its verdicts are kept: engine.json, made by record.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { matches, parsePattern, PatternError, type Json } from "../../../local-cloud/events/pattern.js";
import { randomCases } from "./random-cases.js";
import { writtenEvents, writtenPatterns } from "./written-cases.js";

export interface Cases {
  readonly patterns: readonly string[];
  readonly events: readonly string[];
}

/** `verdicts`: for each pattern the reason why it is refused, or `=` and the verdict on each event (packed below). */
export interface Recorded extends Cases {
  readonly verdicts: readonly string[];
}

export interface EngineFile {
  readonly engine: string;
  readonly sections: Readonly<Record<string, Recorded>>;
}

/**
 * Those that do not depend on the modules. Other seeds agree as well, but for about one pattern in 1,500: where
 * `wildcard` stands beside `equals-ignore-case` in one list, version 2.1.0 of the engine finds matches that there are
 * not, and nothing here would profit from following it there.
 */
export const fixedCases = (): Readonly<Record<string, Cases>> => ({
  written: { patterns: writtenPatterns, events: writtenEvents },
  random: randomCases(20_260_105, { patterns: 450, events: 220 }),
});

export const engineFile = join(import.meta.dirname, "engine.json");
export const readEngine = (): EngineFile => JSON.parse(readFileSync(engineFile, "utf8")) as EngineFile;

/** Four verdicts to a hexadecimal digit, the first in its highest bit. */
export const pack = (bits: string): string =>
  bits.padEnd(Math.ceil(bits.length / 4) * 4, "0").replace(/..../g, (four) => parseInt(four, 2).toString(16));

/** What the local cloud says, in the engine's form but for the place in the text. */
export const localVerdict = (pattern: string, events: readonly string[]): string => {
  try {
    const parsed = parsePattern(pattern);
    return `=${pack(events.map((event) => (matches(parsed, JSON.parse(event) as Json) ? "1" : "0")).join(""))}`;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return error.message.replace("Event pattern is not valid. Reason: ", "");
  }
};

/** The patterns on which the local cloud and the engine differ, in words. */
export const differences = ({ patterns, events, verdicts }: Recorded): readonly string[] =>
  patterns.flatMap((pattern, index) => {
    const [engine, local] = [verdicts[index] ?? "", localVerdict(pattern, events)];
    // What is not JSON at all is refused by each in the words of its parser.
    if (engine === local || (isNoJson(pattern) && !engine.startsWith("=") && !local.startsWith("=")))
      return [];
    return [`${pattern}: the engine says ${said(engine, local, events)}`];
  });

const isNoJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
};

/** The engine's verdict on one event; false where the pattern is refused. */
export const isMatch = (verdict: string, index: number): boolean =>
  verdict.startsWith("=") && bit(verdict, index);

const bit = (packed: string, index: number): boolean =>
  ((parseInt(packed[1 + (index >> 2)] ?? "0", 16) >> (3 - (index & 3))) & 1) === 1;

const said = (engine: string, local: string, events: readonly string[]): string => {
  if (!engine.startsWith("=") || !local.startsWith("=")) return `"${engine}", the local cloud "${local}"`;
  const differing = events.findIndex((_, index) => bit(engine, index) !== bit(local, index));
  return `${bit(engine, differing)} of ${events[differing] ?? "?"}`;
};
