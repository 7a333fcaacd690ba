import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../../scripts/lib/run.js";

/** Talks all the time, and writes down after two seconds that it ended in order. */
const PROGRAM = `
const { writeFileSync } = require("node:fs");
setInterval(() => process.stdout.write("line\\n"), 10);
process.stdout.on("error", () => process.exit(1));
setTimeout(() => { writeFileSync(process.argv[1], "in order"); process.exit(0); }, 2000);
writeFileSync(process.argv[2], "ready");
`;

const STARTER = `
import { spawnGroup } from "${root}/scripts/lib/process-group.ts";
const [ended, ready, how] = process.argv.slice(1);
const child = spawnGroup(process.execPath, ["-e", ${JSON.stringify(PROGRAM)}, ended, ready], { outlives: how === "outlives" });
child.stdout.resume();
`;

const appears = async (path: string, milliseconds: number): Promise<boolean> => {
  const end = Date.now() + milliseconds;
  while (!existsSync(path) && Date.now() < end) await sleep(50);
  return existsSync(path);
};

const killed = async (how: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "group-"));
  try {
    const [ended, ready] = [join(folder, "ended"), join(folder, "ready")];
    const args = ["--import", "tsx", "--input-type=module", "-e", STARTER, ended, ready, how];
    const starter = spawn(process.execPath, args, { cwd: root, stdio: "ignore" });
    expect(await appears(ready, 15_000)).toBe(true);
    starter.kill("SIGKILL");
    return (await appears(ended, 4_000)) ? readFileSync(ended, "utf8") : "at once";
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test("when who started it is killed, a program ends at once, or goes on to its end where it must not stop half-way", async () => {
  expect(await Promise.all([killed("at once"), killed("outlives")])).toEqual(["at once", "in order"]);
});
