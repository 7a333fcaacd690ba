/** Gives each Jest project its own time for a test or hook: see jest.config.mjs. */
import { jest } from "@jest/globals";

declare global {
  var TEST_TIMEOUT_MS: number;
}

jest.setTimeout(globalThis.TEST_TIMEOUT_MS);
