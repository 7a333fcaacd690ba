/**
 * What a run has made, on disk before the next call, so that after a kill somebody knows. A line for each entry, since
 * the end of a file that was being written may be missing, and nothing else.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";

/** Kinds of what the SDK makes, or sets and has to set back. How each is undone is in undo.ts. */
export const KINDS = [
  "session",
  "target",
  "filter",
  "endpoint",
  "instance",
  "interface",
  "role",
  "function",
  "parameter",
  "warm pool",
  "capacity",
  "acceptance",
  "principal",
  "network",
] as const;
export type Kind = (typeof KINDS)[number];

const begin = z.strictObject({
  do: z.literal("begin"),
  run: z.string(),
  account: z.string(),
  region: z.string(),
  /** The second account, where one was given. */
  second: z.string().optional(),
  endpoint: z.string().optional(),
  at: z.string(),
});
const entry = z.discriminatedUnion("do", [
  begin,
  z.strictObject({
    do: z.enum(["made", "gone"]),
    kind: z.enum(KINDS),
    id: z.string().min(1),
    of: z.literal("second").optional(),
  }),
  z.strictObject({ do: z.literal("end") }),
]);
type Entry = z.output<typeof entry>;
export type Beginning = z.output<typeof begin>;

export interface Made {
  readonly kind: Kind;
  readonly id: string;
  /** In the second account; else in the run's own. */
  readonly of?: "second" | undefined;
}

/** Where the things of one account are written down. */
export interface Log {
  made(kind: Kind, id: string): void;
  gone(kind: Kind, id: string): void;
}

/** What is there still, the newest first: what was made later may stand on what was made before. */
export const remaining = (entries: readonly Entry[]): readonly Made[] => {
  const there = new Map<string, Made>();
  for (const each of entries) {
    if (each.do !== "made" && each.do !== "gone") continue;
    const { do: what, ...thing } = each;
    const key = `${each.of ?? ""}/${each.kind}/${each.id}`;
    there.delete(key);
    if (what === "made") there.set(key, thing);
  }
  return [...there.values()].reverse();
};

export const parseJournal = (path: string, text: string): readonly Entry[] => {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.flatMap((line, index) => {
    try {
      return [entry.parse(JSON.parse(line))];
    } catch {
      // The line that a kill cut off; its call was not made yet, or carries the run's tag.
      if (index === lines.length - 1 && !text.endsWith("\n")) return [];
      throw new Error(`${path}: line ${index + 1} is no entry of a journal`);
    }
  });
};

export class Journal implements Log {
  readonly #path: string;
  #entries: Entry[];

  constructor(path: string) {
    this.#path = path;
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    this.#entries = [...parseJournal(path, text)];
    // Goes on in a line of its own.
    if (!/(^|\n)$/.test(text))
      truncateSync(path, Buffer.byteLength(text.slice(0, text.lastIndexOf("\n") + 1)));
  }

  /** Of the run that has not been cleaned up after; undefined where there is none. */
  get open(): Beginning | undefined {
    return this.#entries.some((each) => each.do === "end")
      ? undefined
      : this.#entries.find((each) => each.do === "begin");
  }

  begin(beginning: Omit<Beginning, "do">): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    rmSync(this.#path, { force: true });
    this.#entries = [];
    this.#write({ do: "begin", ...beginning });
  }

  made(kind: Kind, id: string): void {
    this.#write({ do: "made", kind, id });
  }

  gone(kind: Kind, id: string): void {
    this.#write({ do: "gone", kind, id });
  }

  /** For what is in the second account. */
  get second(): Log {
    return {
      made: (kind, id) => this.#write({ do: "made", kind, id, of: "second" }),
      gone: (kind, id) => this.#write({ do: "gone", kind, id, of: "second" }),
    };
  }

  remaining(): readonly Made[] {
    return remaining(this.#entries);
  }

  end(): void {
    this.#write({ do: "end" });
  }

  #write(each: Entry): void {
    appendFileSync(this.#path, `${JSON.stringify(each)}\n`);
    this.#entries.push(each);
  }
}
