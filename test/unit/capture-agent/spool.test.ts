import fc from "fast-check";
import {
  evictions,
  LARGEST_OBJECT,
  spoolState,
  uploadOrder,
  usedPercent,
  type SpoolFile,
} from "../../../functions/capture-agent/core/spool.js";

const file = (path: string, writtenAt: number, bytes = 10): SpoolFile => ({ path, writtenAt, bytes });

test("the oldest goes first, and what no single request can carry does not go", () => {
  const files = [file("b", 2), file("a", 2), file("c", 1), file("huge", 0, LARGEST_OBJECT + 1)];
  expect(uploadOrder(files).map(({ path }) => path)).toEqual(["c", "a", "b"]);
});

test("nothing is given up below the mark", () => {
  expect(evictions([file("a", 1)], { totalBytes: 100, freeBytes: 5 }, 95)).toEqual([]);
});

test("above it the oldest are", () => {
  const files = [file("new", 9), file("old", 1), file("middle", 5)];
  const given = evictions(files, { totalBytes: 100, freeBytes: 0 }, 85);
  expect(given.map(({ path }) => path)).toEqual(["old", "middle"]);
});

test("as many as needed and no more, oldest first", () => {
  const files = fc.uniqueArray(
    fc.record({ path: fc.uuid(), writtenAt: fc.nat({ max: 50 }), bytes: fc.integer({ min: 1, max: 99 }) }),
    { selector: ({ path }) => path, maxLength: 30 },
  );
  fc.assert(
    fc.property(files, fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 100 }), (some, freeBytes, mark) => {
      const disk = { totalBytes: 1000, freeBytes };
      const given = evictions(some, disk, mark);
      const freed = given.reduce((sum, { bytes }) => sum + bytes, 0);
      const after = (bytes: number): number => usedPercent({ ...disk, freeBytes: freeBytes + bytes });
      if (given.length < some.length) expect(after(freed)).toBeLessThanOrEqual(mark + 1e-9);
      const last = given.at(-1);
      if (last !== undefined) expect(after(freed - last.bytes)).toBeGreaterThan(mark - 1e-9);
      const kept = some.filter((one) => !given.includes(one));
      for (const one of given) for (const other of kept) expect(one.writtenAt <= other.writtenAt).toBe(true);
    }),
  );
});

test("how far the upload is behind is the age of the oldest file", () => {
  const files = [file("a", 40_000), file("b", 10_000, 5)];
  expect(spoolState(files, 70_000)).toEqual({ files: 2, bytes: 15, behindSeconds: 60 });
  expect(spoolState([], 70_000)).toEqual({ files: 0, bytes: 0, behindSeconds: 0 });
});

test("a disk that cannot be measured is full", () => {
  expect(usedPercent({ totalBytes: 0, freeBytes: 0 })).toBe(100);
});
