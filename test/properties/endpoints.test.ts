/**
 * From any history of subnets, instances, endpoints that fail or are deleted by others, runs that are killed anywhere,
 * run twice at once, read late or get answers that lack something: no such answer removes anything; when faults stop, every zone that needs one has exactly one available endpoint and
 * target, sessions use it, nothing else of ours is left, nothing foreign was touched, and a further run changes nothing.
 */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { endpointHistory } from "./endpoints/history.js";
import { playEndpoints } from "./endpoints/play.js";

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 500);
const SEED = Number(process.env["PROPERTY_SEED"] ?? 20_261_121);

describe("endpoints converge", () => {
  it(`over ${String(RUNS)} histories`, async () => {
    let writes = 0;
    await fc.assert(
      fc.asyncProperty(endpointHistory, async (history) => {
        const played = await playEndpoints(history);
        writes += played.writes.length;
        expect(played.problems).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // Histories in which nothing happens would prove nothing.
    expect(writes).toBeGreaterThan(RUNS * 5);
  });
});
