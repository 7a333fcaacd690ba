/**
 * The sum that must add up: what was offered to the built-in tool is in files, or counted as dropped, or given up on a full
 * disk. What is missing was lost where nobody counts: by a process that was killed, in files that a full disk did not
 * take, or while no tool read the interface. It can be told when no file is left that may hold it: of an earlier start of
 * the tool when its last file is gone, of the whole life when the node leaves. Packets are counted in the files' lines of
 * the index and of losses, when these are in the bucket, so that a kill at any point counts none twice.
 */
import { growth } from "./packet-counts.js";

/** Counters as they are read; undefined: cannot be read now. */
export interface Reading {
  /** Packets that came to the interface, or to the tool where its filter leaves some out. */
  readonly offered: number | undefined;
  readonly dropped: number | undefined;
  /** When the tool was started last, and what both counters were. */
  readonly start: Start | undefined;
}
export interface Start {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly offered: number;
  readonly dropped: number;
}

/** Of files by the start of the tool that `mark` holds. */
interface Sum {
  readonly before: number;
  readonly since: number;
}
/** Lines that are in the bucket. `part`: the last ones, which a kill may have kept from being forgotten. */
interface Sent extends Sum {
  readonly part: string;
}

export interface Books {
  readonly boot: string;
  /** What the counters were when they were read last; they begin anew with each boot. */
  readonly seen: { readonly offered: number; readonly dropped: number };
  readonly offered: number;
  readonly dropped: number;
  readonly indexed: Sent;
  readonly givenUp: Sent;
  /** Files whose packets nobody has counted: then nothing is known to be missing. */
  readonly uncounted: number;
  /** The start of the tool up to which is balanced. `offered` and `dropped`: all that came before it. */
  readonly mark: Start & { readonly closed: boolean };
  /** What was found missing so far. */
  readonly missing: number;
}

const none: Sent = { before: 0, since: 0, part: "" };
export const emptyBooks: Books = {
  boot: "",
  seen: { offered: 0, dropped: 0 },
  offered: 0,
  dropped: 0,
  indexed: none,
  givenUp: none,
  uncounted: 0,
  mark: { at: 0, offered: 0, dropped: 0, closed: true },
  missing: 0,
};

const merged = (sent: Sent): Sent => ({ ...sent, before: sent.before + sent.since, since: 0 });

/** After the counters were read. */
export function observed(before: Books, boot: string, { offered, dropped, start }: Reading): Books {
  const seen = before.boot === boot ? before.seen : { offered: 0, dropped: 0 };
  const now = { offered: offered ?? seen.offered, dropped: dropped ?? seen.dropped };
  const books = {
    ...before,
    boot,
    seen: now,
    offered: before.offered + growth(seen.offered, now.offered),
    dropped: before.dropped + growth(seen.dropped, now.dropped),
  };
  if (start === undefined || !before.mark.closed || start.at <= before.mark.at) return books;
  const mark = {
    at: start.at,
    offered: books.offered - growth(start.offered, now.offered),
    dropped: books.dropped - growth(start.dropped, now.dropped),
    closed: false,
  };
  return { ...books, mark, indexed: merged(books.indexed), givenUp: merged(books.givenUp) };
}

export interface Line {
  readonly packets: number | null;
  readonly writtenAt: number;
}

/** How a part of the index, or of the lines of losses, is told of when the bucket has it. */
export type PartSent = (kind: "indexed" | "givenUp", part: string, lines: readonly Line[]) => Promise<void>;

/** After a part of the lines has come into the bucket; the same part once more changes nothing. */
export function sent(books: Books, kind: "indexed" | "givenUp", part: string, lines: readonly Line[]): Books {
  const so = books[kind];
  if (so.part === part) return books;
  const sum = (of: readonly Line[]): number => of.reduce((total, { packets }) => total + (packets ?? 0), 0);
  const earlier = lines.filter(({ writtenAt }) => writtenAt < books.mark.at);
  const before = so.before + sum(earlier);
  const since = so.since + sum(lines) - sum(earlier);
  const uncounted = books.uncounted + lines.filter(({ packets }) => packets === null).length;
  return { ...books, [kind]: { part, before, since }, uncounted };
}

export interface Balance {
  readonly offered: number;
  readonly dropped: number;
  readonly indexed: number;
  readonly given_up: number;
  readonly left_behind: number;
  /** Below zero where a counter lost its count, as by a reboot. */
  readonly unaccounted: number;
  readonly uncounted_files: number;
}

/** Of what came before the tool's last start: no file from before it is left, and no line of one is unsent. */
export function balancedToMark({ mark, indexed, givenUp, uncounted }: Books): Balance {
  return balance({
    offered: mark.offered,
    dropped: mark.dropped,
    indexed: indexed.before,
    given_up: givenUp.before,
    left_behind: 0,
    uncounted_files: uncounted,
  });
}

/** Of all: the tool has ended, and every line is sent. `left`: what is left behind. */
export function balancedInAll(books: Books, left: { packets: number; uncounted: number }): Balance {
  const total = ({ before, since }: Sum): number => before + since;
  return balance({
    offered: books.offered,
    dropped: books.dropped,
    indexed: total(books.indexed),
    given_up: total(books.givenUp),
    left_behind: left.packets,
    uncounted_files: books.uncounted + left.uncounted,
  });
}

const balance = (sums: Omit<Balance, "unaccounted">): Balance => ({
  ...sums,
  unaccounted: sums.offered - sums.dropped - sums.indexed - sums.given_up - sums.left_behind,
});

/** What is missing now and was not before; none where files could not be counted. */
export function newlyMissing(books: Books, { unaccounted, uncounted_files }: Balance): number {
  return uncounted_files > 0 ? 0 : Math.max(0, unaccounted - books.missing);
}
