/**
 * Random histories of a node's spool, by the agent's own code on a real folder: the tool writes, finishes files and dies,
 * a splitter is killed at any of its steps, the disk fills, the bucket fails before and after it has stored something, and the agent is killed at any step, which
 * is any change that it makes on the disk or in the bucket, at its start as well. What was written is in the bucket once
 * and in the index once, or in the lines of what is lost, once, with its bytes and packets; and the books say how many.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { emptyBooks, type Books } from "../../functions/capture-agent/core/balance.js";
import type { LossLine } from "../../functions/capture-agent/core/losses.js";
import {
  adoptOpenFiles,
  born,
  bucketOf,
  BYTES,
  dead,
  dieIn,
  listFiles,
  listOpenFiles,
  log,
  prepareSpool,
  type Trouble,
} from "./spool-life.js";

const RUNS = 1000;

/** A capture of one or two packets; no two are the same. */
function captureOf(n: number): { content: Buffer; packets: number } {
  const packets = 1 + (n % 2);
  const content = Buffer.alloc(BYTES);
  content.writeUInt32LE(0xa1b2c3d4, 0);
  const size = (BYTES - 24) / packets - 16;
  for (let at = 24; at < BYTES; at += 16 + size) {
    content.writeUInt32LE(1_800_000_000, at);
    content.writeUInt32LE(size, at + 8);
    content.writeUInt32LE(n, at + 16);
  }
  return { content, packets };
}

const turn = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "write" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "finish" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "adopt" as const }) },
  {
    weight: 2,
    // In functions/capture-split's order: the part is written, its folder named whole, the file removed.
    arbitrary: fc.record({
      kind: fc.constant("splitKilled" as const),
      folder: fc.constantFrom("open" as const, "done" as const),
      steps: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: "pass" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "flush" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "publish" as const }) },
  {
    weight: 2,
    // `during`: an upload is on its way meanwhile.
    arbitrary: fc.record({
      kind: fc.constant("fill" as const),
      files: fc.integer({ min: 1, max: 6 }),
      during: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("killIn" as const), steps: fc.integer({ min: 0, max: 8 }) }),
  },
);
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

interface Seen {
  kills: number;
  dropped: number;
  stored: number;
}

/** @param deaths after how many steps of its start a life ends that follows a kill */
async function play(turns: Turn[], troubles: Trouble[], deaths: number[], seen: Seen): Promise<void> {
  dieIn(Infinity);
  const spool = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "history-"));
  try {
    await prepareSpool(spool);
    let healed = false;
    const { bucket, objects, versions } = bucketOf(troubles, () => healed);
    const told = { files: 0, bytes: 0, packets: 0 };
    let disk = 1e9;
    const birth = () => born(spool, bucket, () => disk, told);
    let life = await birth();
    const written: { content: string; packets: number }[] = [];
    let killed = 0;
    /** What the agent does; where that ended its life, the next one begins. */
    const alive = async (work: () => Promise<unknown>): Promise<void> => {
      await work().catch(() => undefined);
      while (dead()) {
        killed += 1;
        dieIn(deaths.pop() ?? Infinity);
        life = await birth().catch(() => life);
      }
    };
    /** The first file whose parts do not stand for it. */
    const unsplit = (folder: string): string | undefined => {
      const names = readdirSync(join(spool, folder));
      return names.find((name) => name.startsWith("file-") && !names.includes(`.${name}.whole`));
    };
    const act = {
      adopt: () => alive(() => adoptOpenFiles(spool, log)),
      pass: () => alive(() => life.pass()),
      flush: () => alive(() => life.flush(false)),
      publish: () => alive(() => life.publish()),
      write: async () => {
        const { content, packets } = captureOf(written.length);
        const file = join(spool, "open", `file-${written.length}`);
        writeFileSync(file, content);
        // So old that no tool writes to it any more: a full disk takes it too.
        if (written.length % 3 === 0) utimesSync(file, 1_700_000_000, 1_700_000_000);
        written.push({ content: content.toString("latin1"), packets });
      },
      finish: async () => {
        const file = unsplit("open");
        if (file !== undefined) renameSync(join(spool, "open", file), join(spool, "done", file));
      },
    };
    /** A splitter of one client's packets, that is not the agent's and is killed after so many steps. */
    const splitKilled = (folder: string, steps: number): void => {
      const [top, file] = [join(spool, folder), unsplit(folder)];
      if (file === undefined) return;
      // What the bucket has is not split any more, only deleted.
      if ([...objects.values()].includes(readFileSync(join(top, file), "latin1"))) return;
      rmSync(join(top, `.${file}.split`), { recursive: true, force: true });
      const part = join(top, `.${file}.split`);
      mkdirSync(part);
      copyFileSync(join(top, file), join(part, `part-of-${file}`));
      if (steps > 1) renameSync(part, join(top, `.${file}.whole`));
      if (steps > 2) rmSync(join(top, file));
    };
    for (const next of turns) {
      if (next.kind === "killIn") dieIn(next.steps);
      else if (next.kind === "splitKilled") splitKilled(next.folder, next.steps);
      else if (next.kind === "fill") {
        disk = next.files * BYTES;
        await alive(() => Promise.allSettled([...(next.during ? [life.pass()] : []), life.check()]));
        disk = 1e9;
      } else await act[next.kind]();
    }
    healed = true;
    dieIn(Infinity);
    mkdirSync(join(spool, "done"), { recursive: true });
    for (const kind of ["adopt", "pass", "pass", "publish"] as const) await act[kind]();
    await life.flush(true);
    expect([await listFiles(join(spool, "done")), await listOpenFiles(spool)]).toEqual([[], []]);
    expect([readdirSync(join(spool, "lost")), life.waiting()]).toEqual([[], 0]);

    const linesOf = <T>(prefix: string): T[] =>
      [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .flatMap(([, text]) => text.trim().split("\n"))
        .map((line) => JSON.parse(line) as T);
    const indexed = linesOf<{ key: string }>("index/date=").map(({ key }) => key);
    const lost = linesOf<LossLine>("index/lost/date=");
    expect(indexed.filter((key) => !objects.has(key))).toEqual([]);
    expect(new Set(versions).size).toBe(versions.length);
    const contents = new Set(indexed.map((key) => objects.get(key)));
    const nameOf = (path: string): number => Number(/file-(\d+)$/.exec(path)?.[1]);
    const missing = written.flatMap(({ content }, n) => (contents.has(content) ? [] : [n]));
    // Each is in the index or lost, and no loss is there twice, or of another size.
    expect(lost.map(({ path }) => nameOf(path)).sort((a, b) => a - b)).toEqual(missing);
    const sums = { files: 0, bytes: 0, packets: 0 };
    for (const { path, bytes, packets } of lost) {
      expect([bytes, packets]).toEqual([BYTES, written[nameOf(path)]?.packets]);
      sums.files += 1;
      sums.bytes += bytes;
      sums.packets += packets ?? 0;
    }
    // Where nothing was written nothing is in them.
    const kept = join(spool, "balance.json");
    const books = existsSync(kept) ? (JSON.parse(readFileSync(kept, "utf8")) as Books) : emptyBooks;
    const all = written.reduce((sum, { packets }) => sum + packets, 0);
    expect([books.givenUp.since, books.indexed.since, books.uncounted]).toEqual([
      sums.packets,
      all - sums.packets,
      0,
    ]);
    // A kill between CloudWatch's answer and its note on the disk makes the next life tell it again; never less.
    if (killed === 0) expect(told).toEqual(sums);
    expect([told.files >= sums.files, told.bytes >= sums.bytes, told.packets >= sums.packets]).toEqual([
      true,
      true,
      true,
    ]);
    seen.kills += killed;
    seen.dropped += lost.length;
    seen.stored += contents.size;
  } finally {
    rmSync(spool, { recursive: true, force: true });
  }
}

test("what the tool wrote is in the index, or in the lines of what is lost, once", async () => {
  const seen = { kills: 0, dropped: 0, stored: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(turn, { minLength: 1, maxLength: 24, size: "max" }),
      fc.array(fc.constantFrom("before" as const, "after" as const), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
      async (turns, troubles, deaths) => play(turns, troubles, deaths, seen),
    ),
    { numRuns: RUNS },
  );
  // Histories in which nothing happens prove nothing.
  expect([seen.kills > RUNS / 4, seen.dropped > RUNS / 10, seen.stored > RUNS]).toEqual([true, true, true]);
});
