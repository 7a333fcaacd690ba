/**
 * What the hub says of arrival over simulated time, whatever becomes of nodes, snapshots, lists and its own runs: nothing that
 * goes on sending is ever called silent, and whatever it says was so.
 */
import fc from "fast-check";
import { arrivalStates, type ArrivalVerdict } from "../../functions/core/arrival/verdict.js";
import { LATEST, secondsOf, simulate, type Look, type Program, type Source } from "./arrival-world.js";

const often = (most: number) => fc.oneof(fc.constant(0), fc.double({ min: 0, max: most, noNaN: true }));
const program: fc.Arbitrary<Program> = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 1, max: 4 }),
  habits: fc.array(fc.constantFrom("steady", "bursty", "idle", "stops"), { minLength: 1, maxLength: 8 }),
  minutes: fc.integer({ min: 20, max: 60 }),
  uploadFails: often(0.5),
  dies: often(0.1),
  restarts: often(0.1),
  replaced: often(0.05),
  runSkipped: often(0.5),
  stateLost: often(0.1),
});
/** Nothing is amiss but the time that things take. */
const calm = { uploadFails: 0, dies: 0, restarts: 0, replaced: 0, runSkipped: 0, stateLost: 0 };

type Rule = (is: ArrivalVerdict["is"], source: Source, look: Look) => boolean;

/** What is said of a source, and what must then be so. */
const rules: Readonly<Record<string, Rule>> = {
  "who goes on sending is never called silent, nor never seen": (is, { habit }) =>
    habit !== "steady" || is === "arrived" || is === "unknown",
  "who is silent was seen before, and was in none of the last two snapshots of any node": (
    is,
    source,
    look,
  ) =>
    is !== "silent" ||
    (source.packets.length > 0 &&
      [...look.taken].every(([node, taken]) =>
        source.packets.every(
          ({ node: on, boot, at }) => on !== node || boot !== node.boot || at > taken || at <= taken - 120,
        ),
      )),
  "who arrived has sent within a few minutes, and since its own session began": (is, source, look) =>
    is !== "arrived" || secondsOf(look.now) - (source.packets.at(-1)?.at ?? -Infinity) <= LATEST,
  "who was never seen has stood for ten minutes, and is in no counters": (is, source, look) =>
    is !== "never" ||
    (secondsOf(look.now) - source.startAt >= 600 &&
      source.packets.every(
        ({ node, boot, at }) =>
          node.boot !== boot || at <= source.knownSince + 120 || at > (look.taken.get(node) ?? -Infinity),
      )),
};

function everyVerdict(
  history: Program,
  check: (is: ArrivalVerdict["is"], source: Source, look: Look) => void,
) {
  simulate(history, (look) => {
    for (const { row, verdict } of look.judgement.clients.flatMap(({ sources }) => sources)) {
      // A list may be older than a source's end.
      const source = look.sources.get(row.interfaceId);
      if (source !== undefined) check(verdict.is, source, look);
    }
  });
}

test("whatever is said of a source was so", () => {
  fc.assert(
    fc.property(program, (history) => {
      everyVerdict(history, (is, source, look) => {
        for (const [name, holds] of Object.entries(rules)) {
          if (!holds(is, source, look)) throw new Error(`${is} at ${String(secondsOf(look.now))} s: ${name}`);
        }
      });
    }),
    { numRuns: 200 },
  );
});

test("a group with one source that goes on sending is never called silent, and each source has one verdict", () => {
  fc.assert(
    fc.property(program, (history) => {
      simulate(history, ({ judgement, sources, now }) => {
        for (const { counts, sources: judged } of judgement.clients) {
          expect(arrivalStates.reduce((sum, state) => sum + counts[state], 0)).toBe(judged.length);
        }
        const old = [...sources.values()].filter(({ startAt }) => secondsOf(now) - startAt >= 20 * 60);
        if (!old.some(({ habit }) => habit === "steady")) return;
        expect(judgement.clients.flatMap(({ groups }) => groups)).toEqual([]);
      });
    }),
    { numRuns: 60 },
  );
});

test("where nothing is amiss all is known: who sends arrives, who stops is silent, who is idle was never seen", () => {
  const told = new Set<string>();
  fc.assert(
    fc.property(
      program.map((history) => ({ ...history, ...calm })),
      (history) => {
        everyVerdict(history, (is, source, look) => {
          const now = secondsOf(look.now);
          if (now < 18 * 60) return;
          told.add(is);
          if (source.habit === "steady") expect(is).toBe("arrived");
          if (source.habit === "idle") expect(is).toBe("never");
          // A packet of the first minute may be of whoever had the address before.
          const last = source.packets.at(-1)?.at ?? 0;
          if (source.habit === "stops" && source.nextAt === Infinity && last > 300 && now - last > 300) {
            expect(is).toBe("silent");
          }
        });
      },
    ),
    { numRuns: 60 },
  );
  expect([...told].sort()).toEqual(["arrived", "never", "silent", "unknown"]);
});
