import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { terraformEnvironment, dataDirectory, fetchProvider } from "../terraform-env.js";
import type { Count } from "./count.js";
import { countRuns, examples, modules } from "./roots.js";
import { root, run, type Log } from "./run.js";
import { runCdktf } from "./cdktf.js";
import { runCheckov } from "./checkov.js";
import { sharedProvider } from "./provider-process.js";

export interface Step {
  /** Also the name of its log below reports/. */
  readonly name: string;
  /** Names of steps that end before this one starts, whatever they found. */
  readonly after?: readonly string[];
  /** Runs only when it is asked for by its whole name: it takes long, or needs a tool that not everybody has. */
  readonly onRequest?: boolean;
  readonly work: (log: Log) => Promise<Count>;
}

/** `total` tests that one exit code decides. */
export const all = (ok: boolean, total = 1): Count =>
  ok && total > 0 ? { passed: total, failed: 0 } : { passed: 0, failed: Math.max(total, 1) };

const sum = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((total, count) => total + count.passed, 0),
  failed: counts.reduce((total, count) => total + count.failed, 0),
});

/** A tool of node_modules, run by the Node that runs this. */
const tool = (file: string, ...args: string[]) => ({
  command: process.execPath,
  args: [join(root, "node_modules", file), ...args],
});

const single = (name: string, { command, args }: ReturnType<typeof tool>): Step => ({
  name,
  work: async (log) => all((await run(command, args, { log })).code === 0),
});

/** The part of `jest --json` that is read. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Skipped tests. They count as failed: a suite must not be made green by switching tests off. */
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not even be loaded. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** What failed, once more: where files run side by side, the end of what Jest prints is of those that ended last. */
const failuresOf = ({ testResults }: JestReport): string[] =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .flatMap(({ fullName, failureMessages }) => [
        `FAILED ${relative(root, name)}: ${fullName}`,
        ...failureMessages.map((message) => stripVTControlCharacters(message).slice(0, 3000)),
      ]),
  );

/** `workers`: test files at a time. More than one only where they mostly wait. */
const jest = (project: string, workers = 1): Step => ({
  name: project,
  work: async (log) => {
    const report = join(root, "reports", `${project}.json`);
    rmSync(report, { force: true });
    const { command, args } = tool(
      "jest/bin/jest.js",
      "--ci",
      workers === 1 ? "--runInBand" : `--maxWorkers=${workers}`,
      "--selectProjects",
      project,
    );
    const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
    await run(command, [...flags, ...args, "--json", `--outputFile=${report}`], { log, quiet: true });
    if (!existsSync(report)) return all(false);
    const found = JSON.parse(readFileSync(report, "utf8")) as JestReport;
    const failed =
      found.numFailedTests + found.numPendingTests + found.numTodoTests + found.numRuntimeErrorTestSuites;
    for (const line of failuresOf(found)) log.line(line);
    // A project without a single test is a mistake in its patterns, not a success.
    return { passed: found.numPassedTests, failed: found.numPassedTests + failed === 0 ? 1 : failed };
  },
});

/** The provider waits for most of an apply (SQS, load balancers): three side by side fill two cores. */
const endToEnd = (project: string): Step => ({
  ...jest(project, 3),
  after: ["bundles", "terraform-provider"],
});

const format: Step = {
  name: "terraform-fmt",
  work: async (log) => {
    const { env } = terraformEnvironment();
    const deep = ["modules", "examples", "qualify", "tests"].filter((folder) =>
      existsSync(join(root, folder)),
    );
    const flat = await run("terraform", ["fmt", "-check", "-diff", "."], { log, env });
    const below = await run("terraform", ["fmt", "-check", "-diff", "-recursive", ...deep], { log, env });
    return all(flat.code === 0 && below.code === 0);
  },
};

/** What `terraform test -json` says, as far as it is read. */
interface TestLine {
  readonly "@message": string;
  readonly type: string;
  readonly diagnostic?: {
    summary: string;
    detail: string;
    range?: { filename: string; start: { line: number } };
  };
  readonly test_run?: { path: string; run: string; progress?: string; status?: string };
}

/** Validates one root and runs its tests. `terraform test` exits 0 when it finds no test, so runs are counted. */
const terraform = (folder: string, tested: boolean): Step => ({
  name: `terraform-${folder === "." ? "root" : folder.replaceAll("/", "-")}`,
  after: ["terraform-provider"],
  work: async (log) => {
    const env = { ...terraformEnvironment().env, TF_DATA_DIR: dataDirectory(folder) };
    const prepared = { cwd: join(root, folder), env, log };
    const init = ["init", "-backend=false", "-input=false", "-upgrade", "-no-color"];
    const expected = tested ? countRuns(folder) : 0;
    if ((await run("terraform", init, prepared)).code !== 0) return { passed: 0, failed: 1 + expected };
    // One thread each: the other cores have work of their own, and threads that wait for each other cost a fifth more.
    const shared = { GOMAXPROCS: "1", ...(await sharedProvider(env.TF_DATA_DIR)) };
    const options = { ...prepared, env: { ...env, ...shared } };
    const valid = all((await run("terraform", ["validate", "-no-color"], options)).code === 0);
    if (!tested) return valid;
    if (expected === 0) log.line(`${folder} has no run blocks in tests/*.tftest.hcl`);
    const { stdout } = await run("terraform", ["test", "-json"], { ...options, quiet: true });
    let passed = 0;
    for (const text of stdout.split("\n").filter((line) => line.startsWith("{"))) {
      const line = JSON.parse(text) as TestLine;
      const { diagnostic: problem, test_run: ran } = line;
      if (problem !== undefined) {
        const place = problem.range && `${problem.range.filename}:${problem.range.start.line}`;
        log.line(`    ${line["@message"]}: ${problem.detail} ${place ?? ""}`);
      } else if (ran?.status !== undefined && (ran.progress ?? "complete") === "complete") {
        log.line(`  ${ran.status}  ${ran.path}  ${ran.run}`);
        if (ran.status === "pass") passed += 1;
      }
    }
    log.line(`${passed} of ${expected} runs passed`);
    return sum([valid, { passed, failed: expected === 0 ? 1 : Math.max(expected - passed, 0) }]);
  },
});

const bundles: Step = {
  name: "bundles",
  work: async (log) => {
    const { command, args } = tool("tsx/dist/cli.mjs", "scripts/build.ts", "--check");
    const { code } = await run(command, args, { log });
    const manifest = join(root, "functions", "dist", "manifest.json");
    if (!existsSync(manifest)) return all(false);
    const names = Object.keys(JSON.parse(readFileSync(manifest, "utf8")) as Record<string, unknown>);
    return all(code === 0, names.length);
  },
};

/** Programs that end up on a node have no extension; their first line says what runs them. */
const isShell = (path: string): boolean =>
  !statSync(path).isDirectory() && /^#!\/(usr\/)?bin\/(env )?(ba)?sh$/m.test(firstLine(path));

const firstLine = (path: string): string => readFileSync(path, "latin1").split("\n", 1)[0] ?? "";

const shellcheck: Step = {
  name: "shellcheck",
  work: async (log) => {
    const listed = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      log,
      quiet: true,
    });
    const scripts = listed.stdout
      .split("\n")
      .filter((file) => file !== "" && existsSync(join(root, file)))
      .filter((file) => file.endsWith(".sh") || isShell(join(root, file)));
    if (scripts.length === 0) return all(false);
    let command = "shellcheck";
    if ((await run(command, ["--version"], { log, quiet: true })).code !== 0) {
      const venv = await run("scripts/venv.sh", ["venv-shellcheck", "test/requirements-shellcheck.txt"], {
        log,
      });
      if (venv.code !== 0) {
        log.line(
          "shellcheck is missing: install it (Debian: apt install shellcheck; macOS: brew install shellcheck)",
        );
        return all(false, scripts.length);
      }
      command = join(dirname(venv.stdout.trim()), "shellcheck");
    }
    const counts: Count[] = [];
    for (const script of scripts) {
      counts.push(all((await run(command, ["--external-sources", script], { log })).code === 0));
    }
    return sum(counts);
  },
};

/** Not a test by itself; only its failure is counted. */
const provider: Step = {
  name: "terraform-provider",
  work: async (log) => {
    log.line(`aws provider: from ${fetchProvider()}`);
    return { passed: 0, failed: 0 };
  },
};

/**
 * Prettier looks again only at files whose text has changed. ESLint has no such option here: what its typed rules say of a
 * file depends on others.
 */
const unchanged = ["--cache", "--cache-strategy", "content", "--cache-location", ".cache/prettier"];

/** In the order in which they start: what takes longest goes early, so that the rest runs beside it. */
export const steps = (): Step[] => {
  mkdirSync(join(root, "reports"), { recursive: true });
  return [
    bundles,
    single("prettier", tool("prettier/bin/prettier.cjs", "--check", ...unchanged, ".")),
    provider,
    endToEnd("e2e"),
    single("eslint", tool("eslint/bin/eslint.js", "--max-warnings", "0", ".")),
    single(
      "imports",
      tool(
        "dependency-cruiser/bin/dependency-cruise.mjs",
        "functions",
        "local-cloud",
        "qualify",
        "scripts",
        "twin",
        "test",
      ),
    ),
    single("types", tool("typescript/bin/tsc", "--noEmit")),
    format,
    shellcheck,
    jest("unit"),
    jest("dataplane"),
    jest("properties"),
    jest("local-cloud"),
    jest("integration"),
    { ...jest("authorities"), after: ["terraform-provider"] },
    { name: "checkov", work: (log) => runCheckov(log, [...modules(), ...examples()]) },
    ...modules().map((folder) => terraform(folder, true)),
    { name: "cdktf", after: ["terraform-provider"], work: runCdktf },
    ...examples().map((folder) => terraform(folder, false)),
    { ...endToEnd("e2e-long"), onRequest: true },
    { ...jest("qualify", 2), after: ["bundles", "terraform-provider"], onRequest: true },
    { ...jest("terragrunt"), onRequest: true },
    { ...jest("instance-metadata"), onRequest: true },
  ];
};
