// Jest's environment for Node. When Jest itself is stopped, its workers would go on to the end of their test files, with
// the Terraform, moto and functions that these have started; here they end with it. This file is the one place of a
// worker that sees the real `process`: what test files see is a copy that hears of nothing.
import { TestEnvironment } from "jest-environment-node";

process.once("disconnect", () => process.exit(1));

export default class extends TestEnvironment {
  #saidSeed = false;

  handleTestEvent({ name, test }) {
    const failed = name === "hook_failure" || (name === "test_done" && test.errors.length > 0);
    const seed = this.global.consistencySeed; // of test/support/eventual.ts
    if (!failed || seed === undefined || this.#saidSeed) return;
    this.#saidSeed = true;
    process.stderr.write(
      `what EC2's lists lack was drawn from a seed: TRAFFIC_MIRROR_SEED=${seed} repeats it\n`,
    );
  }
}
