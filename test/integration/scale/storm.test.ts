/** A small storm with the committed bundles; `make bench` has the one of 5,000 events. */
import { expect, test } from "@jest/globals";
import { storm } from "../../bench/storm.js";

test("launches are mirrored once each, duplicates add nothing, and malformed events block nothing", async () => {
  const found = await storm({
    launches: 60,
    duplicates: 130,
    malformed: 50,
    lasts: 5_000,
    sweepEvery: 10_000,
    patience: 150_000,
  });
  expect(found.put.events).toBe(420);
  expect(found.sessions).toBe(60);
  expect(found.waits.filter((wait) => wait === Infinity)).toEqual([]);
  expect(found.dropped).toBe(50);
  expect(found).toMatchObject({ queued: 0, dead: 0, undelivered: 0, failedRuns: 0 });
  expect(found.drained).toBeLessThan(Infinity);
  expect(found.calls.others).toBe(0);
}, 180_000);
