// Jest reads `testTimeout` of the whole configuration only and passes over a project's own: see jest.config.mjs.
import.meta.jest.setTimeout(globalThis.projectTestTimeout);
