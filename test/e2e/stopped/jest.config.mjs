// Two test files at work at the same time, each in a worker of Jest.
import config from "../../../jest.config.mjs";

const e2e = config.projects.find(({ displayName }) => displayName === "e2e");
const root = new URL("../../..", import.meta.url).pathname;

export default {
  rootDir: root,
  maxWorkers: 2,
  projects: [{ ...e2e, rootDir: root, testMatch: ["<rootDir>/test/e2e/stopped/*.fixture.ts"] }],
};
