// Where several test files run side by side, the longest have to start first. Jest knows how long a file took only
// where it has run before, and orders by size where it has not, as on every clean clone.
import Sequencer from "@jest/test-sequencer";

const LONGEST = [
  "uninstall",
  "automatic-endpoints",
  "single-account",
  "controller",
  "two-accounts",
  "automatic-handover",
  "hub",
].map((name) => `/test/e2e/${name}.test.ts`);

const rank = ({ path }) => {
  const found = LONGEST.findIndex((end) => path.endsWith(end));
  return found < 0 ? LONGEST.length : found;
};

export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    return [...sorted].sort((a, b) => rank(a) - rank(b));
  }
}
