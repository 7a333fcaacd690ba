/**
 * How long a bundle's import takes on the functions' Node, beside a bundle of @aws-sdk/client-ec2 alone: most of a
 * cold start that is ours to change. Each run is a process of its own, and the bundles take turns, so that what
 * else the machine does falls on all of them alike.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, type Bundle } from "../../../scripts/lib/bundle.js";
import { root } from "../../../scripts/lib/run.js";
import { bundleOf, writeBundle } from "../metered.js";
import { median, type Row, type Section } from "../section.js";
import { functionNames } from "./size.js";

const RUNS = 15;
const LIMIT = 1.4;
const NODE = join(root, "node_modules", "node", "bin", "node");

const PROBE = `
const began = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - began));
process.exit(0);
`;

/** As Terraform sets it: a function reads it while it is imported. */
const ENVIRONMENT = {
  CONTROLLER_NAME: "bench",
  ACCOUNT_ID: "111122223333",
  POLICY_PARAMETER: "/bench/policy",
  SWEEP_STATE_PARAMETER: "/bench/sweep-state",
  MODE: "enforce",
  MUTATIONS_PER_SECOND: "1",
  MUTATIONS_BURST: "1",
  SESSION_TAGS: "{}",
  SESSION_QUOTA: "10000",
  GUARDRAILS: JSON.stringify({
    removal_percent: 20,
    removal_minimum: 10,
    acknowledged_until: null,
    rollout_percent: 100,
    max_sessions: null,
    first_apply_sessions: null,
  }),
  SESSION_USD_PER_HOUR: "0.015",
  EVENT_BUS_NAME: "bench",
  EVENTS_QUEUE_URL: "http://127.0.0.1/bench-events",
  DEMANDS: JSON.stringify({
    table: "bench-demands",
    default_minutes: 1440,
    maximum_minutes: 10_080,
    limit: 500,
    requester_limit: 20,
    requests_per_minute: 30,
  }),
  POWERTOOLS_SERVICE_NAME: "traffic-mirror",
  POWERTOOLS_METRICS_NAMESPACE: "TrafficMirror",
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "none",
  AWS_SECRET_ACCESS_KEY: "none",
};

const importTime = (file: string): number =>
  Number(
    execFileSync(NODE, ["--input-type=module", "-e", PROBE, file], { env: ENVIRONMENT, encoding: "utf8" }),
  );

/** What the limit is measured by: the smaller of the two, and so the harder one to keep to. */
const CLIENT = "client-ec2, one command";
const WHOLE = "client-ec2, every command";

export const imports: Section = {
  name: "imports",
  title: `Import on Node 22 (median of ${RUNS} runs), beside a bundle of @aws-sdk/client-ec2 alone`,
  columns: ["ms", "ratio", "limit"],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), "bench-imports-"));
    try {
      const files = new Map<string, string>();
      const references = [
        [CLIENT, 'export { EC2Client, DescribeInstancesCommand } from "@aws-sdk/client-ec2";'],
        [WHOLE, 'export * from "@aws-sdk/client-ec2";'],
      ] as const;
      const add = (name: string, place: string, code: Bundle) => {
        writeBundle(code, join(folder, place));
        files.set(name, join(folder, place, "index.mjs"));
      };
      for (const [index, [name, code]] of references.entries()) {
        add(name, `reference-${index}`, await bundle({ code }));
      }
      for (const name of functionNames()) add(name, name, bundleOf(name));
      const times = new Map([...files.keys()].map((name) => [name, [] as number[]]));
      for (let run = 0; run < RUNS; run++) {
        for (const [name, file] of files) times.get(name)?.push(importTime(file));
      }
      const base = median(times.get(CLIENT) ?? []);
      return [...times].map(([name, taken]): Row => {
        const ratio = median(taken) / base;
        const cells = [median(taken).toFixed(0), ratio.toFixed(2)];
        const isFunction = name !== CLIENT && name !== WHOLE;
        return isFunction
          ? { name, cells: [...cells, LIMIT.toFixed(1)], ok: ratio <= LIMIT }
          : { name, cells: [...cells, ""] };
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
