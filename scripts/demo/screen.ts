/** What the demo prints: plain text with the time since its start, colour on a terminal only. */

const tty = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const paint =
  (code: number) =>
  (text: string): string =>
    tty ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);

const INDENT = " ".repeat(8);

export const minutes = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

export class Screen {
  readonly #started = performance.now();
  readonly #broken: string[] = [];
  #kept = 0;
  #chapter = 0;
  readonly #chapters: number;

  constructor(chapters: number) {
    this.#chapters = chapters;
  }

  get elapsed(): number {
    return performance.now() - this.#started;
  }

  line(text = ""): void {
    console.log(text);
  }

  chapter(title: string): void {
    this.#chapter += 1;
    console.log(`\n[${minutes(this.elapsed)}]  ${bold(`${this.#chapter} of ${this.#chapters}  ${title}`)}`);
  }

  say(text: string): void {
    console.log(INDENT + text);
  }

  /** Something that takes its time, with the time. */
  progress(text: string): void {
    console.log(dim(`[${minutes(this.elapsed)}]  ${text}`));
  }

  /** What the product promises: kept or not. One that is not makes the demo fail, but not stop. */
  promise(text: string, holds: boolean, found = ""): void {
    if (holds) this.#kept += 1;
    else this.#broken.push(text);
    console.log(
      `${INDENT}${holds ? green("ok    ") : red("BROKEN")} ${text}${holds || found === "" ? "" : `: ${found}`}`,
    );
  }

  /** Columns as wide as what is in them; the first row is the heading. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => (row[column] ?? "").length)),
    );
    for (const [index, row] of rows.entries()) {
      const text = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
      console.log(INDENT + (index === 0 ? bold(text.trimEnd()) : text.trimEnd()));
    }
  }

  /** The closing lines; whether every promise was kept. */
  close(): boolean {
    const all = this.#kept + this.#broken.length;
    console.log(`\n[${minutes(this.elapsed)}]  ${bold(`${this.#kept} of ${all} promises kept`)}`);
    for (const text of this.#broken) this.say(red(`not kept: ${text}`));
    return this.#broken.length === 0 && all > 0;
  }
}
