/** Runs a property once as a program of its own; exits with 3 and the reason when it does not hold. */
import fc from "fast-check";
import { endpointHistory } from "./endpoints/history.js";
import { playEndpoints } from "./endpoints/play.js";
import { history } from "./history.js";
import { play } from "./simulate.js";

const ofSessions = fc.asyncProperty(history, async (each) => {
  await play(each);
});
const ofEndpoints = fc.asyncProperty(endpointHistory, async (each) => {
  const { problems } = await playEndpoints(each);
  if (problems.length > 0) throw new Error(problems.join("; "));
});

const [, , runs, seed, which] = process.argv;
const options = { numRuns: Number(runs), seed: Number(seed), endOnFailure: true };
try {
  await (which === "endpoints" ? fc.assert(ofEndpoints, options) : fc.assert(ofSessions, options));
} catch (error) {
  const { cause } = error as { cause?: Error };
  console.log((cause ?? (error as Error)).message.split("\n")[0]);
  process.exit(3);
}
