import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type IConfiguration, type ICruiseResult } from "dependency-cruiser";
import { root as repository } from "../../scripts/lib/run.js";

const file = join(repository, ".dependency-cruiser.mjs");
const { default: config } = (await import(file)) as { default: IConfiguration };

// Each rule of .dependency-cruiser.mjs must be able to fail: a small tree breaks every one of them, and only those.

/** rule → an import that breaks it, as "from → to". */
const breaches: Readonly<Record<string, string>> = {
  "no-cycles": "scripts/about.ts → scripts/round.ts",
  "no-unknown-imports": "scripts/lost.ts → scripts/nowhere.ts",
  "core-is-pure": "functions/core/sessions/waits.ts → node:timers/promises",
  "core-ground": "functions/core/model.ts → functions/core/sessions/plan.ts",
  "core-events": "functions/core/events/retry.ts → functions/core/sessions/plan.ts",
  "core-sessions": "functions/core/sessions/report.ts → functions/core/demands/claim.ts",
  "sessions-without-endpoints": "functions/core/demands/intake.ts → functions/core/endpoints/plan.ts",
  "endpoints-without-sessions": "functions/endpoints/run.ts → functions/core/sessions/plan.ts",
  "aws-implements-core": "functions/aws/sessions/observer.ts → functions/runtime/app.ts",
  "aws-ground": "functions/aws/errors.ts → functions/aws/sessions/writer.ts",
  "functions-apart": "functions/reconcile/batch.ts → functions/sweep/run.ts",
  "split-is-the-agents": "functions/capture-split/files.ts → functions/capture-agent/system/log.ts",
  "reconcile-for-requests-alone": "functions/runtime/invocation.ts → functions/reconcile/batch.ts",
  "sdk-in-aws": "functions/runtime/telemetry.ts → @aws-sdk/client-ec2",
  "agent-alone": "functions/capture-agent/main.ts → functions/core/tags.ts",
  "agent-core-is-pure": "functions/capture-agent/core/spool.ts → functions/capture-agent/config.ts",
  "agent-aws-implements-core": "functions/capture-agent/aws/bucket.ts → functions/capture-agent/agent.ts",
  "agent-system-is-below": "functions/capture-agent/system/log.ts → functions/capture-agent/agent.ts",
  "product-alone": "functions/sweep/handler.ts → local-cloud/index.ts",
  "local-cloud-alone": "local-cloud/fleet.ts → test/support/builders.ts",
  "scripts-without-suites": "scripts/demo.ts → test/e2e/world.ts",
  "tests-are-not-imported": "test/unit/a.test.ts → test/unit/b.test.ts",
};

/** What is allowed, in places where a rule that is drawn too wide would object. */
const allowed: readonly string[] = [
  "functions/core/demands/update.ts → functions/core/sessions/plan.ts",
  "functions/core/demands/update.ts → functions/core/events/text.ts",
  "functions/core/endpoints/draft.ts → functions/core/events/text.ts",
  "functions/core/sessions/policy.ts → zod",
  "functions/core/sessions/policy.ts → functions/core/hash.ts",
  "functions/aws/client.ts → @aws-sdk/client-ec2",
  "functions/capture-agent/aws/clients.ts → @aws-sdk/client-ec2",
  "functions/capture-agent/system/sampler.ts → functions/capture-agent/config.ts",
  "functions/reconcile/handler.ts → functions/runtime/lazy.ts",
  "functions/reconcile/handler.ts → node:fs",
  "functions/requests/admission.ts → functions/reconcile/context.ts",
  "scripts/demo/fleet.ts → test/support/aws.ts",
  "scripts/demo/fleet.ts → local-cloud/server.ts",
  "test/integration/world.ts → functions/sweep/request.ts",
];

const fileOf = (line: string): string => line.split(" → ")[0] ?? "";

/** Imports as sources write them: of types, of packages, and of "./x.js" where x.ts is on disk. */
const source = (from: string, targets: readonly string[]): string =>
  targets
    .map((to, index) => {
      const relative = `${"../".repeat(from.split("/").length - 1)}${to.replace(/ts$/, "js")}`;
      const specifier = /^(functions|local-cloud|scripts|test)\//.test(to) ? `./${relative}` : to;
      return `import type { X as X${index} } from "${specifier}";`;
    })
    .join("\n");

const plant = (root: string, lines: readonly string[]): void => {
  const files = new Map<string, string[]>();
  const imports = (path: string): string[] => files.get(path) ?? (files.set(path, []).get(path) as string[]);
  for (const line of lines) {
    const [from = "", to = ""] = line.split(" → ");
    imports(from).push(to);
    if (to.endsWith(".ts") && to !== "scripts/nowhere.ts") imports(to);
  }
  imports("scripts/round.ts").push("scripts/about.ts");
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, targets] of files) write(path, `${source(path, targets)}\nexport type X = never;\n`);
  for (const name of ["zod", "@aws-sdk/client-ec2"]) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: "index.js" }));
    write(`node_modules/${name}/index.js`, "");
  }
};

let root: string;
let found: string[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "imports-"));
  plant(root, [...Object.values(breaches), ...allowed]);
  const { options = {}, ...ruleSet } = config;
  const { tsConfig: _ours, ...rest } = options;
  const { output } = await cruise(["functions", "local-cloud", "scripts", "test"], {
    ...rest,
    baseDir: root,
    validate: true,
    ruleSet,
  });
  found = (output as ICruiseResult).summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test("every rule has a breach here", () => {
  expect(Object.keys(breaches).sort()).toEqual(config.forbidden?.map(({ name }) => name).sort());
});

test.each(Object.entries(breaches))("%s finds %s", (rule, breach) => {
  expect(found).toContain(`${rule}: ${fileOf(breach)}`);
});

test("no rule finds more than that", () => {
  expect(found).toHaveLength(Object.keys(breaches).length);
});
