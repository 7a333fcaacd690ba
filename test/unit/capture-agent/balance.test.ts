/** The sum of packets: whatever happens, what is missing is what was lost where nobody counts. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { createBalance } from "../../../functions/capture-agent/balance.js";
import { parseConfig } from "../../../functions/capture-agent/config.js";
import {
  balancedInAll,
  balancedToMark,
  emptyBooks,
  observed,
  sent,
  type Books,
} from "../../../functions/capture-agent/core/balance.js";
import { createLog } from "../../../functions/capture-agent/system/log.js";

const nothing = { packets: 0, uncounted: 0 };

describe("the books", () => {
  test("are balanced up to the tool's last start, whatever it has captured since", () => {
    let books = observed(emptyBooks, "b", { offered: 100, dropped: 0, start: start(1000, 0, 0) });
    books = sent(books, "indexed", "1", [{ packets: 60, writtenAt: 1500 }]);
    // 20 are in a file that waits, 5 were dropped, 15 are gone with the tool; 30 have come since.
    books = observed(books, "b", { offered: 130, dropped: 5, start: start(1000, 0, 0) });
    books = { ...books, mark: { ...books.mark, closed: true } };
    books = observed(books, "b", { offered: 130, dropped: 5, start: start(2000, 100, 5) });
    books = sent(books, "indexed", "2", [
      { packets: 20, writtenAt: 1900 },
      { packets: 30, writtenAt: 2500 },
    ]);
    expect(balancedToMark(books)).toMatchObject({ offered: 100, dropped: 5, indexed: 80, unaccounted: 15 });
    expect(balancedInAll(books, nothing)).toMatchObject({ offered: 130, indexed: 110, unaccounted: 15 });
  });

  test("a start that comes before the last one is balanced waits for its turn", () => {
    const first = observed(emptyBooks, "b", { offered: 10, dropped: 0, start: start(1000, 0, 0) });
    const second = observed(first, "b", { offered: 20, dropped: 0, start: start(2000, 15, 0) });
    expect(second.mark.at).toBe(1000);
    const closed = { ...second, mark: { ...second.mark, closed: true } };
    expect(observed(closed, "b", { offered: 20, dropped: 0, start: start(2000, 15, 0) }).mark).toMatchObject({
      at: 2000,
      offered: 15,
    });
  });

  test("a reboot, an interface that is made anew and a counter that cannot be read lose no count", () => {
    let books = observed(emptyBooks, "b", { offered: 100, dropped: 1, start: undefined });
    books = observed(books, "b", { offered: 7, dropped: undefined, start: undefined });
    books = observed(books, "b", { offered: undefined, dropped: 3, start: undefined });
    books = observed(books, "c", { offered: 200, dropped: 2, start: undefined });
    expect([books.offered, books.dropped]).toEqual([307, 5]);
  });

  test("what could not be counted makes nothing known to be missing", () => {
    const books = sent(
      observed(emptyBooks, "b", { offered: 9, dropped: 0, start: undefined }),
      "givenUp",
      "1",
      [{ packets: null, writtenAt: 1 }],
    );
    expect(balancedInAll(books, nothing).uncounted_files).toBe(1);
    expect(balancedInAll(books, { packets: 4, uncounted: 2 })).toMatchObject({
      uncounted_files: 3,
      left_behind: 4,
      unaccounted: 5,
    });
  });

  test("add up over any history of packets, parts that come twice, restarts and boots", () => {
    const fate = fc.constantFrom("indexed" as const, "givenUp" as const, "dropped" as const, "lost" as const);
    const turn = fc.oneof(
      fc.record({ kind: fc.constant("packets" as const), fate, count: fc.integer({ min: 1, max: 50 }) }),
      fc.record({
        kind: fc.constantFrom("look" as const, "restart" as const, "boot" as const, "again" as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
        let books: Books = emptyBooks;
        let [boot, clock, parts, lost] = [0, 1000, 0, 0];
        let counters = { offered: 0, dropped: 0 };
        let begun = start(clock, 0, 0);
        let again = (before: Books): Books => before;
        const look = (): void => {
          books = { ...books, mark: { ...books.mark, closed: true } };
          books = observed(books, `${boot}`, { ...counters, start: begun });
        };
        for (const next of turns) {
          clock += 10;
          if (next.kind === "packets") {
            counters = { ...counters, offered: counters.offered + next.count };
            if (next.fate === "lost") lost += next.count;
            else if (next.fate === "dropped") counters.dropped += next.count;
            else {
              const { fate: kind, count } = next;
              const part = `${(parts += 1)}`;
              const lines = [{ packets: count, writtenAt: clock }];
              books = sent(books, kind, part, lines);
              again = (before) => (before[kind].part === part ? sent(before, kind, part, lines) : before);
            }
          } else if (next.kind === "look") look();
          else if (next.kind === "restart") begun = start(clock, counters.offered, counters.dropped);
          else if (next.kind === "again") books = again(books);
          else {
            look(); // what came in a last moment before a boot nobody can know
            boot += 1;
            counters = { offered: 0, dropped: 0 };
            begun = start(clock, 0, 0);
          }
        }
        look();
        expect(balancedInAll(books, nothing).unaccounted).toBe(lost);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the agent's part", () => {
  let folder = "";
  let counts: Record<string, number> = {};
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "balance-"));
    for (const name of ["spool/open", "spool/done", "sys/class/net/mirror0/statistics"]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    counts = {};
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (path: string, content: object | number): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(content));
  };
  const received = (packets: number): void => write("sys/class/net/mirror0/statistics/rx_packets", packets);
  const tool = (packets: number, drops: number): void => write("counters.json", { packets, drops });
  const keeper = (offered: "interface" | "tool" | null = "interface") =>
    createBalance({
      config: parseConfig(
        JSON.stringify({
          version: 1,
          fleet: "f",
          region: "r",
          datapath: "kernel",
          interface: "mirror0",
          health_port: 1,
          spool: { directory: join(folder, "spool") },
          bucket: { name: "b" },
          tool: {
            counters: {
              file: join(folder, "counters.json"),
              packets: "packets",
              drops: "drops",
              packets_include_drops: true,
            },
            balance: offered && { offered, start: join(folder, "start.json") },
          },
          state_directory: join(folder, "state"),
          kernel: { proc: "/proc", sys: join(folder, "sys") },
        }),
      ),
      boot: "boot",
      count: (name, by) => (counts[name] = (counts[name] ?? 0) + by),
      log: createLog(() => undefined),
    });

  test("tells what a killed worker has lost when the last file of its time is in the bucket, and tells it once", async () => {
    write("start.json", { at: 1_800_000_000_000, interface: 0, packets: 0, drops: 0 });
    received(50);
    tool(40, 10);
    const first = await keeper();
    await first.observe();
    await first.flushed(() => false);
    expect(counts).toEqual({ PacketsUnaccounted: 0 });
    // Restarted; 5 that came before that are nowhere.
    write("start.json", { at: 1_800_000_100_000, interface: 50, packets: 40, drops: 10 });
    received(70);
    const left = join(folder, "spool/open/left.pcap");
    writeFileSync(left, "35 packets");
    utimesSync(left, 1_800_000_050, 1_800_000_050);
    const second = await keeper();
    await second.observe();
    await second.flushed(() => false);
    expect(counts).toEqual({ PacketsUnaccounted: 0 });
    rmSync(left);
    await second.flushed(() => true); // its line is not sent yet
    const lines = [{ packets: 35, writtenAt: 1_800_000_050_000 }];
    await second.sent("indexed", "sending-1.jsonl", lines);
    const third = await keeper();
    await third.sent("indexed", "sending-1.jsonl", lines); // killed before it was forgotten
    await third.flushed(() => false);
    await third.flushed(() => false);
    expect(counts).toEqual({ PacketsUnaccounted: 5 });
    await third.sent("indexed", "sending-2.jsonl", [{ packets: 12, writtenAt: 1_800_000_200_000 }]);
    await third.close({ packets: 6, uncounted: 0 });
    expect(counts).toEqual({ PacketsUnaccounted: 7 });
    expect(JSON.parse(readFileSync(join(folder, "state/balance.json"), "utf8"))).toMatchObject({
      offered: 70,
      dropped: 10,
      missing: 7,
    });
  });

  test.each([
    ["tool", 40],
    [null, undefined],
  ] as const)(
    "with a filter (%s) what it leaves out is not missing, and other tools have no books",
    async (offered, missing) => {
      received(1000);
      tool(50, 10);
      const books = await keeper(offered);
      await books.observe();
      await books.close({ packets: 0, uncounted: 0 });
      expect(counts["PacketsUnaccounted"]).toBe(missing);
    },
  );
});

function start(at: number, offered: number, dropped: number) {
  return { at, offered, dropped };
}
