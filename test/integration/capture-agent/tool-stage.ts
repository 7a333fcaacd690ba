/** A folder with what the node's own programs around a capture tool need, and the stand-ins for the tools. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listFiles } from "../../../functions/capture-agent/system/spool-files.js";

export const programs = join(process.cwd(), "modules/capture-fleet/node");
export let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tool-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

export const write = (path: string, content: string, mode = 0o644): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  chmodSync(join(folder, path), mode);
};
export const done = async (): Promise<string[]> =>
  (await listFiles(join(folder, "spool/done"))).map(({ path }) => path).sort();

/** Of one start of bin/tool. */
export const environment = (settings: Readonly<Record<string, string>>): Record<string, string> => {
  const all = {
    SPOOL_DIRECTORY: join(folder, "spool"),
    TOOL_KIND: "command",
    TOOL_ARGUMENTS: "",
    TOOL_ROTATE_SECONDS: "1",
    TOOL_ROTATE_MEGABYTES: "1",
    WORKERS: "2",
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}='${value}'\n`);
  write("node.env", lines.join(""));
  return {
    PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
    TRAFFIC_MIRROR_ENV: join(folder, "node.env"),
    MIRROR_COUNTERS: join(folder, "counters.json"),
    SURICATA_STATISTICS: join(folder, "run"),
    SURICATA_ROTATE_SECONDS: "1",
  };
};

/** Starts bin/tool and waits until it ends by itself. */
export const start = (
  settings: Readonly<Record<string, string>>,
): { status: number | null; said: string } => {
  const { status, stderr } = spawnSync(join(programs, "bin/tool"), {
    env: environment(settings),
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, said: stderr };
};
