/** What a sweep takes of an account with far more instances than sessions: peak memory and CPU of one process. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../../../scripts/lib/run.js";
import type { Section } from "../section.js";

const INSTANCES = 50_000;
const SESSIONS = 10_000;
/** As the module gives `sweep`. */
const HEAP_MB = 1024;
const LIMIT_MB = 300;

interface Cost {
  readonly plans: number;
  readonly sessions: number;
  readonly cpu: number;
  readonly peak: number;
}

export const memory: Section = {
  name: "memory",
  title: `${INSTANCES.toLocaleString("en")} instances and ${SESSIONS.toLocaleString("en")} sessions, read and planned`,
  columns: ["instances", "sessions", "CPU s", "peak MB", "limit"],
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), "bench-memory-"));
    try {
      const program = join(folder, "program.mjs");
      const require = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
      await build({
        entryPoints: [join(root, "test/bench/wide-account.ts")],
        bundle: true,
        platform: "node",
        format: "esm",
        target: "node22",
        outfile: program,
        banner: { js: require },
        logLevel: "error",
      });
      const node = join(root, "node_modules/node/bin/node");
      const args = [`--max-old-space-size=${String(HEAP_MB)}`, program, String(INSTANCES), String(SESSIONS)];
      const found = JSON.parse(execFileSync(node, args, { encoding: "utf8" })) as Cost;
      const whole = found.plans === INSTANCES && found.sessions === SESSIONS;
      return [
        {
          name: "one sweep",
          cells: [
            String(found.plans),
            String(found.sessions),
            found.cpu.toFixed(2),
            found.peak.toFixed(0),
            `${String(LIMIT_MB)} MB`,
          ],
          ok: whole && found.peak <= LIMIT_MB,
        },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
