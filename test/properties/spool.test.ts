/**
 * Random histories of a node's spool, by the agent's own code on a real folder: the tool writes, finishes files and dies,
 * the disk fills, the bucket fails before and after it has stored something, and the agent is killed at any step, which
 * is any change that it makes on the disk or in the bucket. What was written is in the bucket once and in the index, or
 * counted as dropped.
 */
import { jest } from "@jest/globals";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";

/** Steps that are left to this life of the agent. From the last on everything that it does fails: it is dead. */
let left = Infinity;
class Killed extends Error {}
const step = (): void => {
  if (left <= 0) throw new Killed("killed");
  left -= 1;
};
const stepped =
  <A extends unknown[], R>(work: (...input: A) => Promise<R>) =>
  async (...input: A): Promise<R> => {
    step();
    return work(...input);
  };
const real = { ...fs };
jest.unstable_mockModule("node:fs/promises", () => ({
  ...real,
  rename: stepped(real.rename),
  unlink: stepped(real.unlink),
  mkdir: stepped(real.mkdir),
  open: stepped(real.open),
}));

const { createUploadJournal } = await import("../../functions/capture-agent/system/upload-journal.js");
const { adoptOpenFiles, listFiles, listOpenFiles, prepareSpool } =
  await import("../../functions/capture-agent/system/spool-files.js");
const { createUploader } = await import("../../functions/capture-agent/uploader.js");
const { createHealthMonitor } = await import("../../functions/capture-agent/health-monitor.js");
const { createLog } = await import("../../functions/capture-agent/system/log.js");
const { parseConfig } = await import("../../functions/capture-agent/config.js");

const RUNS = 1000;
const BYTES = 100;
const place = { prefix: "", zone: "z1", node: "i-1" };
const origin = () => ({ client: "all", vni: "all" });
/** What a full disk took: the metric, and the names in the log. */
let counted = 0;
let dropped: string[] = [];
const log = createLog((line) => {
  const { message, file } = JSON.parse(line.replace(/^<\d>/, "")) as { message: string; file?: string };
  if (message.startsWith("EVIDENCE LOST")) dropped.push(file ?? "");
});
let spool = "";
let clock = 1_800_000_000_000;
const now = (): number => (clock += 1);

/** Keeps objects as S3 does. A kill may strike before it has stored one, or before the answer came back. */
function bucketOf(troubles: ("before" | "after")[], healed: () => boolean) {
  const objects = new Map<string, string>();
  const versions: string[] = [];
  const write = async (key: string, content: string): Promise<"stored" | "there already"> => {
    step();
    const trouble = healed() ? undefined : troubles.pop();
    if (trouble === "before") throw new Error("SlowDown");
    const there = objects.has(key);
    if (!there) {
      objects.set(key, content);
      versions.push(key);
    }
    step();
    if (trouble === "after") throw new Error("ECONNRESET");
    return there ? "there already" : "stored";
  };
  return {
    objects,
    versions,
    bucket: {
      putFile: (key: string, path: string) => write(key, readFileSync(path, "utf8")),
      putText: write,
    },
  };
}

const config = () =>
  parseConfig(
    JSON.stringify({
      version: 1,
      fleet: "f",
      region: "r",
      datapath: "kernel",
      interface: "mirror0",
      health_port: 1,
      spool: { directory: spool, upload_concurrency: 2, high_water_percent: 50, evict_percent: 60 },
      bucket: { name: "b" },
      tool: {},
      commands: { probe: ["true"], check: ["true"], systemctl: ["true"], ethtool: ["true"] },
    }),
  );

/** One life of the agent. */
async function born(bucket: ReturnType<typeof bucketOf>["bucket"], diskBytes: () => number) {
  const journal = createUploadJournal({ folder: join(spool, "index"), bucket, place, now, log });
  const recovered = await journal.recover();
  const used = (folder: string): number =>
    readdirSync(join(spool, folder), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    ).length * BYTES;
  const monitor = createHealthMonitor({
    config: config(),
    sampler: async () => ({
      at: now(),
      outer: undefined,
      decapsulated: undefined,
      mirrored: undefined,
      readers: 0,
      tool: undefined,
      counters: {},
    }),
    outOfService: () => undefined,
    disk: async () => {
      const totalBytes = diskBytes();
      return { totalBytes, freeBytes: totalBytes - used("open") - used("done"), writable: true };
    },
    count: (name, by) => {
      if (name === "SpoolDroppedFiles") counted += by;
    },
    log,
    now: () => Date.now(),
  });
  const uploader = createUploader(
    { config: config(), bucket, journal, place, origin, count: () => undefined, log, now },
    recovered,
  );
  return { journal, uploader, monitor };
}

const turn = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: "write" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "finish" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "adopt" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "pass" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "flush" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("fill" as const), files: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("killIn" as const), steps: fc.integer({ min: 0, max: 6 }) }),
  },
);

test("what the tool wrote is in the bucket once and indexed, or counted as dropped", async () => {
  const seen = { kills: 0, dropped: 0, stored: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(turn, { minLength: 1, maxLength: 24, size: "max" }),
      fc.array(fc.constantFrom("before" as const, "after" as const), { maxLength: 8 }),
      async (turns, troubles) => {
        left = Infinity;
        spool = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "history-"));
        try {
          await prepareSpool(spool);
          let healed = false;
          const { bucket, objects, versions } = bucketOf(troubles, () => healed);
          [counted, dropped] = [0, []];
          let disk = 1e9;
          let life = await born(bucket, () => disk);
          const written: string[] = [];
          /** What the agent does; where that ended its life, the next one begins. */
          const alive = async (work: () => Promise<unknown>): Promise<void> => {
            await work().catch(() => undefined);
            while (left <= 0) {
              seen.kills += 1;
              left = Infinity;
              life = await born(bucket, () => disk);
            }
          };
          const play = async (kind: "adopt" | "pass" | "flush" | "check"): Promise<void> => {
            if (kind === "adopt") await alive(() => adoptOpenFiles(spool, log));
            if (kind === "pass") await alive(() => life.uploader.pass());
            if (kind === "flush") await alive(() => life.journal.flush());
            if (kind === "check") await alive(() => life.monitor.check());
          };
          for (const next of turns) {
            if (next.kind === "write") {
              const content = `${written.length}`.padEnd(BYTES, ".");
              writeFileSync(join(spool, "open", `file-${written.length}`), content);
              written.push(content);
            } else if (next.kind === "finish") {
              const [file] = readdirSync(join(spool, "open")).filter((name) => name.startsWith("file-"));
              if (file !== undefined) renameSync(join(spool, "open", file), join(spool, "done", file));
            } else if (next.kind === "fill") {
              disk = next.files * BYTES;
              const steps = left;
              left = Infinity; // a kill between a deletion and its count is told by the log alone
              await play("check");
              left = steps;
              disk = 1e9;
            } else if (next.kind === "killIn") {
              left = next.steps;
            } else {
              await play(next.kind);
            }
          }
          healed = true;
          left = Infinity;
          mkdirSync(join(spool, "done"), { recursive: true });
          for (const kind of ["adopt", "pass", "pass", "flush"] as const) await play(kind);
          expect([await listFiles(join(spool, "done")), await listOpenFiles(spool)]).toEqual([[], []]);
          const keyOf = new Map(
            [...objects]
              .filter(([key]) => key.startsWith("captures/"))
              .map(([key, content]) => [content, key]),
          );
          const indexed = new Set(
            [...objects]
              .filter(([key]) => key.startsWith("index/"))
              .flatMap(([, text]) => text.trim().split("\n"))
              .map((line) => (JSON.parse(line) as { key: string }).key),
          );
          expect([...indexed].filter((key) => !objects.has(key))).toEqual([]);
          expect(new Set(versions).size).toBe(versions.length);
          // One that a full disk took may be in the bucket as well: it was sent, and the agent killed before it knew.
          const nowhere = written.filter(
            (content, n) =>
              !indexed.has(keyOf.get(content) ?? "") && !dropped.some((name) => name.endsWith(`file-${n}`)),
          );
          expect(nowhere).toEqual([]);
          expect(counted).toBe(dropped.length);
          seen.dropped += dropped.length;
          seen.stored += keyOf.size;
        } finally {
          rmSync(spool, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: RUNS },
  );
  // Histories in which nothing happens prove nothing.
  expect([seen.kills > RUNS / 4, seen.dropped > RUNS / 10, seen.stored > RUNS]).toEqual([true, true, true]);
});
