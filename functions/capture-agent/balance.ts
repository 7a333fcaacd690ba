/** Keeps the books of core/balance.ts over restarts of the agent, and says what is missing when that can be told. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeConfig } from "./config.js";
import {
  balancedInAll,
  balancedToMark,
  emptyBooks,
  newlyMissing,
  observed,
  sent,
  type Balance,
  type Books,
  type PartSent,
  type Reading,
} from "./core/balance.js";
import type { EventName } from "./core/metrics.js";
import { describe, type Log } from "./system/log.js";
import { readTool } from "./system/sampler.js";
import { listFiles, listOpenFiles, replaceFile } from "./system/spool-files.js";

interface Parts {
  readonly config: NodeConfig;
  readonly boot: string;
  readonly count: (name: EventName, by: number) => void;
  readonly log: Log;
}

export async function createBalance({ config, boot, count, log }: Parts) {
  const source = config.tool.balance;
  const file = join(config.state_directory, "balance.json");
  let books = await load(file, boot);
  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time: an older reading after a newer one would look like a counter that began anew. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  async function keep(next: Books): Promise<void> {
    if (next === books) return;
    books = next;
    try {
      await mkdir(config.state_directory, { recursive: true });
      await replaceFile(file, JSON.stringify(next));
    } catch (error) {
      log.warn("the sum of packets is not on disk", { error: describe(error) });
    }
  }

  async function read(): Promise<Reading> {
    const statistics = join(config.kernel.sys, "class/net", config.interface, "statistics/rx_packets");
    // From the last hop to the first: what comes meanwhile is offered, and not yet dropped.
    const tool = config.tool.counters === null ? undefined : await readTool(config.tool.counters);
    const received = await readFile(statistics, "utf8").then(Number, () => undefined);
    const start = source === null ? undefined : await readStart(source.start);
    const whole = source?.offered === "interface";
    return {
      offered: whole ? received : tool && tool.packets + tool.drops,
      dropped: tool?.drops,
      start: start && {
        at: start.at,
        offered: whole ? start.interface : start.packets,
        dropped: start.drops,
      },
    };
  }

  const observe = async (): Promise<void> => keep(observed(books, boot, await read()));

  async function tell(balance: Balance, message: string): Promise<void> {
    const missing = newlyMissing(books, balance);
    if (missing === 0) log.info(message, { ...balance });
    else log.error(`EVIDENCE LOST: ${message} does not add up`, { ...balance, newly_missing: missing });
    count("PacketsUnaccounted", missing);
    await keep({ ...books, missing: books.missing + missing });
  }

  /** Twice, since one that is moved meanwhile may be missed. */
  async function isLeftFromBefore(at: number): Promise<boolean> {
    const { directory } = config.spool;
    for (let times = 0; times < 2; times++) {
      const files = [...(await listOpenFiles(directory)), ...(await listFiles(join(directory, "done")))];
      if (files.some(({ writtenAt }) => writtenAt < at)) return true;
    }
    return false;
  }

  return {
    /** Reads the counters. */
    observe: (): Promise<void> => (source === null ? Promise.resolve() : inTurn(observe)),
    sent: ((kind, part, lines) =>
      source === null
        ? Promise.resolve()
        : inTurn(() => keep(sent(books, kind, part, lines)))) satisfies PartSent,
    /** Closes the books up to the tool's last start, if they can be. `waiting`: whether there are lines that are not sent. */
    flushed: (waiting: () => boolean): Promise<void> =>
      inTurn(async () => {
        if (source === null || books.mark.closed || (await isLeftFromBefore(books.mark.at))) return;
        // Looked at last: a file that is gone has left its line.
        if (waiting()) return;
        await tell(balancedToMark(books), "the sum of packets before the tool's last start");
        await keep({ ...books, mark: { ...books.mark, closed: true } });
      }),
    /** When the node leaves. */
    close: (left: { packets: number; uncounted: number }): Promise<void> =>
      inTurn(async () => {
        if (source === null) return;
        await observe();
        await tell(balancedInAll(books, left), "the sum of packets");
      }),
  };
}

async function load(file: string, boot: string): Promise<Books> {
  try {
    return { ...emptyBooks, ...(JSON.parse(await readFile(file, "utf8")) as Books) };
  } catch {
    return { ...emptyBooks, boot };
  }
}

/** As bin/tcpdump-workers writes it. */
async function readStart(
  file: string,
): Promise<Record<"at" | "interface" | "packets" | "drops", number> | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Record<
      "at" | "interface" | "packets" | "drops",
      number
    >;
  } catch {
    return undefined;
  }
}
