// Jest's environment for Node. When Jest itself is stopped, its workers would go on to the end of their test files, with
// the Terraform, moto and functions that these have started; here they end with it. This file is the one place of a
// worker that sees the real `process`: what test files see is a copy that hears of nothing.
import { TestEnvironment } from "jest-environment-node";

process.once("disconnect", () => process.exit(1));

export default TestEnvironment;
