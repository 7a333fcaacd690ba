/**
 * The node's own programs around a capture tool, started again and again while nothing is uploaded. The tool is a
 * stand-in with the name and the folders of the real one.
 */
import { spawn, spawnSync } from "node:child_process";
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
import { setTimeout as sleep } from "node:timers/promises";
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

/** Of one start of bin/tool. */
const environment = (settings: Readonly<Record<string, string>>): Record<string, string> => {
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
const start = (settings: Readonly<Record<string, string>>): { status: number | null; said: string } => {
  const { status, stderr } = spawnSync(join(programs, "bin/tool"), {
    env: environment(settings),
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

describe("the built-in tool", () => {
  /** A tcpdump that captures a packet every 0.3 s, in a file of its own, and loses one of its ring at its end. */
  const TCPDUMP = `#!/bin/bash
while [ "$1" != -w ]; do shift; done
n=0
said() { printf "%d packets captured$1%d packets received by filter$1%d packets dropped by kernel\\n" "$n" $((n + 1)) 0 >&2; }
trap 'said ", "' USR1
trap 'said "\\n"; exit 0' TERM
echo "listening on mirror0" >&2
while :; do
  n=$((n + 1))
  printf '%030d' "$n" >"$(TZ=UTC date "+$2")$n"
  sleep 0.3 &
  wait $!
done
`;
  const GZIP = (script: string): string => `#!/bin/bash
file=\${*: -1}
${script}
exec /usr/bin/env -i PATH=/usr/bin:/bin gzip "$@"
`;

  /** Runs it until `look` gives true, then stops it as systemd does. */
  const run = async (
    look: () => boolean | Promise<boolean>,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; said: string; stoppedIn: number }> => {
    const child = spawn(join(programs, "bin/tool"), {
      env: environment({ TOOL_KIND: "tcpdump", ...settings }),
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const end = Date.now() + 20_000;
    while (child.exitCode === null && Date.now() < end && !(await look())) await sleep(100);
    const from = Date.now();
    child.kill("SIGTERM");
    return { code: await ended, said, stoppedIn: Date.now() - from };
  };
  const counters = (): { packets: number; drops: number } =>
    existsSync(join(folder, "counters.json"))
      ? (JSON.parse(readFileSync(join(folder, "counters.json"), "utf8")) as {
          packets: number;
          drops: number;
        })
      : { packets: 0, drops: 0 };
  const finished = async (count: number): Promise<boolean> => (await done()).length >= count;

  beforeEach(() => write("bin/tcpdump", TCPDUMP, 0o755));

  test("counts what its stop loses, and goes on counting where an earlier start ended", async () => {
    for (const starts of [1, 2]) {
      const before = (await done()).length;
      const { code } = await run(() => finished(before + 6));
      expect(code).toBe(0);
      const { packets, drops } = counters();
      expect([drops, packets - drops]).toEqual([2 * starts, (await done()).length]);
    }
    expect(await listFiles(join(folder, "spool/open"))).toEqual([]);
  });

  test("delivers on when a compression fails, and the file as it is", async () => {
    write("bin/gzip", GZIP(`case "$file" in *-w0-2.pcap) exit 1 ;; esac`), 0o755);
    const { code, said } = await run(() => finished(10));
    expect([code, said]).toEqual([0, expect.stringMatching(/-w0-2\.pcap is handed over uncompressed/)]);
    const names = await done();
    expect(names.filter((name) => name.endsWith("-w0-2.pcap"))).toHaveLength(1);
    expect(names.filter((name) => name.endsWith(".pcap.gz")).length).toBeGreaterThan(5);
    expect(names.length).toBe(counters().packets - counters().drops);
  });

  test("starts on a disk without room for compressing, and captures before it settles what was left", async () => {
    write("bin/gzip", GZIP(`sleep 2; exit 1 # No space left on device`), 0o755);
    for (let n = 0; n < 60; n++) write(`spool/open/20261121T0600${n + 10}-w7.pcap`, `${n}`.padStart(30, "0"));
    write("spool/open/20261121T060009-w0.pcap", "header alone".padEnd(24));
    let unsettled = 0;
    const { code, said } = await run(async () => {
      if (counters().packets === 0) return false;
      unsettled = (await listFiles(join(folder, "spool/open/waiting"))).length;
      return true;
    });
    expect(unsettled).toBeGreaterThan(0);
    expect([code, said]).toEqual([0, expect.stringContaining("handed over uncompressed")]);
    const names = await done();
    expect(names.filter((name) => name.endsWith("-w7.pcap"))).toHaveLength(60);
    expect(names.some((name) => name.includes("060009"))).toBe(false);
    expect(await listFiles(join(folder, "spool/open"))).toEqual([]);
  });

  test("loses nothing of a compression that was killed: half of one is repeated, a whole one delivered", async () => {
    write("spool/open/waiting/20261121T060000-w0.pcap", "1".repeat(30));
    write("spool/open/waiting/20261121T060000-w0.pcap.gz", "half");
    write("spool/open/waiting/20261121T060001-w0.pcap.gz", "whole");
    await run(() => finished(4));
    const content = async (time: string): Promise<string[]> =>
      (await done())
        .filter((name) => name.includes(time))
        .map((name) =>
          readFileSync(join(folder, "spool/done", name))
            .subarray(0, 5)
            .toString("latin1"),
        );
    expect((await content("060000")).map((text) => text.startsWith("\x1f\x8b"))).toEqual([true]);
    expect(await content("060001")).toEqual(["whole"]);
  });

  test("ends, to be started again, when the clock is set back: tcpdump would not rotate until it is past", async () => {
    write(
      "bin/date",
      `#!/bin/sh
[ "$*" = +%s ] && [ -e '${folder}/back' ] && exec /bin/date -d '1 hour ago' +%s
exec /bin/date "$@"
`,
      0o755,
    );
    const { code, said } = await run(() => {
      if (counters().packets > 0) write("back", "");
      return false;
    });
    expect([code, said]).toEqual([1, expect.stringContaining("the clock was set back by 3600 s")]);
  });
});
