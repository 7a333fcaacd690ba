/** What bin/tool does with what an earlier start of a command or a container has left in open/. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
  chmodSync,
  readFileSync,
  existsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listFiles } from "../../../functions/capture-agent/system/spool-files.js";

const bin = join(process.cwd(), "modules/capture-fleet/node/bin");
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tool-"));
  mkdirSync(join(folder, "lib"));
  mkdirSync(join(folder, "path"));
  for (const name of ["tool", "settings.sh"]) cpSync(join(bin, name), join(folder, "lib", name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = (path: string, text: string): void => {
  writeFileSync(join(folder, path), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, path), 0o755);
};
const put = (path: string): void => {
  mkdirSync(dirname(join(folder, "spool/open", path)), { recursive: true });
  writeFileSync(join(folder, "spool/open", path), path);
};
function start(settings: Record<string, string>): void {
  const all = { SPOOL_DIRECTORY: join(folder, "spool"), WORKERS: "1", ...settings };
  writeFileSync(
    join(folder, "node.env"),
    Object.entries(all)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
  );
  execFileSync(join(folder, "lib/tool"), {
    env: {
      TRAFFIC_MIRROR_ENV: join(folder, "node.env"),
      PATH: `${join(folder, "path")}:${process.env["PATH"] ?? ""}`,
    },
    stdio: "pipe",
  });
}
const command = { TOOL_KIND: "command", TOOL_COMMAND: "/bin/true" };
const done = async (): Promise<string[]> =>
  (await listFiles(join(folder, "spool/done"))).map(({ path }) => path).sort();

test("of two files that a sensor took out of the traffic, report and report.gz, both are evidence", async () => {
  put("extracted/report");
  put("extracted/report.gz");
  start(command);
  expect(await done()).toEqual(["extracted/report", "extracted/report.gz"]);
});

test("what has the name of a file that waits, and what is named by dots alone, is beside it", async () => {
  put("extracted/report");
  put("extracted/...");
  mkdirSync(join(folder, "spool/done/extracted"), { recursive: true });
  writeFileSync(join(folder, "spool/done/extracted/report"), "an earlier one");
  start(command);
  expect(await done()).toEqual([
    "extracted/dots",
    expect.stringMatching(/^extracted\/left-\d+-report$/),
    "extracted/report",
  ]);
});

test("a part of a log that Suricata's entry point was compressing is none of its own", async () => {
  put("suricata/20260101T000000-eve.json");
  put("suricata/20260101T000000-eve.json.gz");
  start(command);
  expect(await done()).toEqual(["suricata/20260101T000000-eve.json"]);
});

test("what lies in a folder of drafts, or has two dots, is delivered", async () => {
  put("zeek-0/.state/conn.log");
  put("..draft");
  start(command);
  expect(await done()).toHaveLength(2);
});

test("a container whose image is here starts while its registry is away", () => {
  program("lib/registry-login", 'echo "ecr cannot be reached" >&2; exit 1');
  program("path/podman", `echo "$@" >>${folder}/podman`);
  try {
    start({ TOOL_KIND: "container", TOOL_IMAGE: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/zeek:7" });
  } catch {
    // What counts is whether it was started.
  }
  expect(existsSync(join(folder, "podman")) ? readFileSync(join(folder, "podman"), "utf8") : "").toContain(
    "run --rm",
  );
});
