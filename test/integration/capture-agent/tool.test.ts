/**
 * The node's own programs around a capture tool, started again and again while nothing is uploaded. The tool is a
 * stand-in with the name and the folders of the real one.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listFiles } from "../../../functions/capture-agent/system/spool-files.js";

const programs = join(process.cwd(), "modules/capture-fleet/node");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tool-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, content: string, mode = 0o644): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  chmodSync(join(folder, path), mode);
};
const done = async (): Promise<string[]> =>
  (await listFiles(join(folder, "spool/done"))).map(({ path }) => path).sort();

/** One start of bin/tool until it ends by itself. */
const start = (settings: Readonly<Record<string, string>>): { status: number | null; said: string } => {
  const all = {
    SPOOL_DIRECTORY: join(folder, "spool"),
    TOOL_KIND: "command",
    TOOL_ARGUMENTS: "",
    WORKERS: "2",
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}='${value}'\n`);
  write("node.env", lines.join(""));
  const { status, stderr } = spawnSync(join(programs, "bin/tool"), {
    env: {
      PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
      TRAFFIC_MIRROR_ENV: join(folder, "node.env"),
      SURICATA_STATISTICS: join(folder, "run"),
      SURICATA_ROTATE_SECONDS: "1",
    },
    encoding: "utf8",
    timeout: 30_000,
  });
  return { status, said: stderr };
};

test.each([
  [
    "suricata",
    'while [ "$1" != -l ]; do shift; done; echo "{\\"start\\":1}" >"$2/eve.json"; echo x >"$2/fast.log"',
  ],
  ["zeek", 'echo "start" >conn.log'],
])(
  "%s is started four times while nothing is uploaded, and every start's logs are kept",
  async (name, script) => {
    write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
    for (let starts = 1; starts <= 4; starts++) {
      const { status, said } = start({ TOOL_COMMAND: join(programs, `tools/${name}/entrypoint.sh`) });
      expect([starts, status, said]).toEqual([starts, 0, ""]);
    }
    write("bin/nothing", "#!/bin/sh\n", 0o755);
    expect(start({ TOOL_COMMAND: join(folder, "bin/nothing") }).status).toBe(0);
    const logs = (await done()).map((path) => path.replace(/left-\d+-/, "").replace(/\d{8}T\d{6}/, "<time>"));
    expect(logs).toEqual(
      name === "suricata"
        ? [
            ...Array<string>(4).fill("<time>-eve.json.gz"),
            ...Array<string>(4).fill("suricata/fast.log"),
          ].sort()
        : [...Array<string>(4).fill("zeek-0/conn.log"), ...Array<string>(4).fill("zeek-1/conn.log")],
    );
    expect(await listFiles(join(folder, "spool/open"))).toEqual([]);
  },
);

test("links and empty folders are no evidence, drafts are, and what cannot be moved keeps no tool from starting", async () => {
  write("bin/tool", "#!/bin/sh\n", 0o755);
  write("spool/open/a/b/c/d/e/f/deep.log", "deep");
  write("spool/open/.draft.json", "draft");
  write("spool/open/blocked/x.log", "waits in open/");
  write("spool/done/blocked", "a file where the folder would be");
  mkdirSync(join(folder, "spool/open/empty/nested"), { recursive: true });
  symlinkSync("/etc/passwd", join(folder, "spool/open/link"));
  const { status, said } = start({ TOOL_COMMAND: join(folder, "bin/tool") });
  expect([status, said]).toEqual([0, expect.stringContaining("open/blocked/x.log stays in the spool")]);
  expect(await done()).toEqual(["a/b/c/d/e/f/deep.log", "blocked", "draft.json"]);
  expect(existsSync(join(folder, "spool/open/empty"))).toBe(false);
  expect(existsSync(join(folder, "spool/open/link"))).toBe(false);
  expect(readFileSync(join(folder, "spool/open/blocked/x.log"), "utf8")).toBe("waits in open/");
});
