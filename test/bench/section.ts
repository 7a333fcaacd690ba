/** A part of the bench: what it measures is a table, with the limit that each row must keep where there is one. */

export interface Row {
  readonly name: string;
  /** As printed, one for each column of the section. */
  readonly cells: readonly string[];
  /** undefined: only shown. */
  readonly ok?: boolean;
}

export interface Section {
  /** For `npm run bench -- <name>`. */
  readonly name: string;
  readonly title: string;
  /** Headings of the cells. */
  readonly columns: readonly string[];
  measure(): Promise<readonly Row[]>;
}

/** A row of a section whose columns are what was found and what the limit is. */
export const foundRow = (name: string, found: string, limit = "", ok?: boolean): Row => ({
  name,
  cells: [found, limit],
  ...(ok === undefined ? {} : { ok }),
});

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
};
