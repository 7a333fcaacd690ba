// Types are checked by `tsc`; here SWC only strips them. Jest runs ES modules behind a Node flag, so start it
// through `npm run jest`, which sets the flag and uses the Node of the functions' runtime (node_modules/node).
const shared = {
  testEnvironment: "<rootDir>/test/support/environment.mjs",
  extensionsToTreatAsEsm: [".ts"],
  // Sources import "./x.js", as NodeNext wants; on disk it is x.ts. Packages come first with their own .js.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  moduleFileExtensions: ["js", "mjs", "cjs", "ts", "json", "node"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { swcrc: false, sourceMaps: "inline", jsc: { target: "es2023", parser: { syntax: "typescript" } } },
    ],
  },
  modulePathIgnorePatterns: [
    "<rootDir>/.cache/",
    "<rootDir>/functions/dist/",
    "<rootDir>/reports/",
    "/\\.terraform/",
  ],
};

/** One project per kind of test. `timeout` in milliseconds is for one test or hook. */
const project = (displayName, testMatch, timeout) => ({
  ...shared,
  displayName,
  testMatch: testMatch.map((glob) => `<rootDir>/${glob}`),
  globals: { projectTestTimeout: timeout },
  setupFilesAfterEnv: ["<rootDir>/test/support/timeout.mjs"],
});

/** End-to-end files that are left to `make test-e2e`, since `make test` has to be waited for. */
const long = [
  "uninstall",
  "automatic-endpoints",
  "automatic-handover",
  "controller",
  "two-accounts",
  "second-deployment",
  "subnets",
  "one-to-many",
  "applier",
  "examples-boot",
  "hub",
].map((name) => `test/e2e/${name}.test.ts`);
const anchored = (file) => `<rootDir>/${file.replaceAll(".", "\\.")}$`;

export default {
  testSequencer: "<rootDir>/test/support/longest-first.mjs",
  projects: [
    project("unit", ["test/unit/**/*.test.ts", "test/contract/**/*.test.ts"], 20_000),
    project("properties", ["test/properties/**/*.test.ts"], 300_000),
    project("local-cloud", ["local-cloud/**/*.test.ts"], 60_000),
    // What we ship (bundles, event rules, the agent) against the local cloud, without Terraform.
    project("integration", ["test/integration/**/*.test.ts"], 60_000),
    // Against what AWS publishes: its event rule engine's verdicts, its Service Authorization Reference, its models.
    project("authorities", ["test/authorities/**/*.test.ts"], 300_000),
    // As root on Debian 12: network namespaces and a virtual machine (scripts/dataplane-packages.sh).
    project("dataplane", ["test/dataplane/**/*.test.ts"], 1_500_000),
    // Real Terraform against the local cloud, each file with one of its own: these with `make test`,
    { ...project("e2e", ["test/e2e/**/*.test.ts"], 900_000), testPathIgnorePatterns: long.map(anchored) },
    // and those that take minutes with `make test-e2e`.
    project("e2e-long", long, 900_000),
    // As root on Debian 12, with a Debian 13 beside it: make test-debian13.
    project("debian13", ["test/debian13/**/*.test.ts"], 1_500_000),
    // Needs Terragrunt on the PATH: make test-terragrunt.
    project("terragrunt", ["test/terragrunt/**/*.test.ts"], 900_000),
    // Needs AWS's metadata mock, which `make test-metadata` builds.
    project("instance-metadata", ["test/instance-metadata/**/*.test.ts"], 60_000),
    // What `make qualify` would do in an account, against the local cloud: make test-qualify.
    project("qualify", ["test/qualify/**/*.test.ts"], 2_700_000),
    // Needs the engines that `make test-engines` builds.
    project("engines", ["test/engines/**/*.test.ts"], 900_000),
    // The same, from an old version of the repository to this one: `make test-upgrade`.
    project("upgrade", ["test/upgrade/**/*.test.ts"], 900_000),
  ],
};
