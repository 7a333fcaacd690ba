/** Runs Jest as a step of `make test` does. */
import { join } from "node:path";
import { Log, root, run } from "../../../scripts/lib/run.js";

const args = ["run", "--silent", "jest", "--", "--config", "test/e2e/stopped/jest.config.mjs"];
await run("npm", args, { log: new Log(join(root, "reports", "stopped.log")) });
