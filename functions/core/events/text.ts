/** Strings of events that are logged, stored or sent on: bounded, on one line, printable. */
import * as z from "zod/mini";

const unprintable = /[^\x20-\x7e]+/g;

/** Any string, cut to `most` characters. */
export function boundedText(most: number) {
  return z.pipe(
    z.string(),
    z.transform((text: string) =>
      text
        .slice(0, 4 * most)
        .replace(unprintable, " ")
        .slice(0, most),
    ),
  );
}

/** What may be logged of a message that could not be understood. */
export function excerpt(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
