/** Runs the property once as a program of its own; exits with 3 and the reason when it does not hold. */
import fc from "fast-check";
import { history } from "./history.js";
import { play } from "./simulate.js";

const runs = Number(process.argv[2]);
try {
  await fc.assert(
    fc.asyncProperty(history, async (each) => {
      await play(each);
    }),
    { numRuns: runs, seed: Number(process.argv[3]), endOnFailure: true },
  );
} catch (error) {
  const { cause } = error as { cause?: Error };
  console.log((cause ?? (error as Error)).message.split("\n")[0]);
  process.exit(3);
}
