/**
 * From any state, through any finite history of events, faults, races, foreign changes and lost answers: once faults
 * and answers that lack something stop, at most two sweeps bring the account to what the policy says, after that nothing
 * is changed, no foreign session is ever touched, and the quota is never exceeded. A filter that somebody changed is told
 * of each of its sources, costs none of them its session, and is never said of Terraform's own changes.
 */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { history } from "./history.js";
import { play } from "./simulate.js";

/** Sequences in `make test`; more for a night: PROPERTY_RUNS=100000. */
const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 1000);
/** Fixed, so that a failure belongs to the change that it comes with; PROPERTY_SEED plays other histories. */
const SEED = Number(process.env["PROPERTY_SEED"] ?? 20_261_121);

describe("convergence", () => {
  it(`holds for ${String(RUNS)} histories`, async () => {
    const faults = new Map<string, number>();
    const steps = new Map<string, number>();
    let played = 0;
    await fc.assert(
      fc.asyncProperty(history, async (each) => {
        const result = await play(each);
        played += 1;
        for (const [kind, number] of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + number);
        for (const step of result.steps) steps.set(step, (steps.get(step) ?? 0) + 1);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    const show = (counts: ReadonlyMap<string, number>) =>
      [...counts]
        .sort()
        .map(([name, number]) => `${name} ${String(number)}`)
        .join(", ");
    process.stdout.write(
      `properties: ${String(played)} histories, seed ${String(SEED)}\n` +
        `  faults that struck: ${show(faults)}\n  steps: ${show(steps)}\n`,
    );
    expect([...faults.keys()].sort()).toEqual([
      "error",
      "lost",
      "partial",
      "stale",
      "throttle",
      "unauthorized",
    ]);
  }, 600_000);
});
