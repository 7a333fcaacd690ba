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
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
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
  ["zeek", 'trap "" TERM; echo "start" >conn.log'],
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

/** A sensor that writes a log, begins a new one when it is told to, and ends when it is told to. */
const SURICATA = `#!/bin/bash
while [ "$1" != -l ]; do shift; done
write() { echo "{\\"n\\":$((n += 1))}" >>"$logs/eve.json"; }
logs=$2
trap write HUP
trap 'touch '"$logs/../../reloaded" USR2
trap 'exit 0' TERM
write
while :; do sleep 0.1; done
`;

test("suricata's logs are delivered on when one cannot be compressed or moved, and its rules are loaded again", async () => {
  write("bin/suricata", SURICATA, 0o755);
  write(
    "bin/gzip",
    `#!/bin/bash
echo >>'${folder}/calls'
[ "$(wc -l <'${folder}/calls')" -ne 1 ] || { echo "half" >"\${*: -1}.gz"; exit 1; }
exec /usr/bin/gzip "$@"
`,
    0o755,
  );
  const child = spawn(join(programs, "bin/tool"), {
    env: {
      ...environment({ TOOL_COMMAND: join(programs, "tools/suricata/entrypoint.sh") }),
      SURICATA_RULES: join(folder, "rules"),
    },
    stdio: "ignore",
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    const until = async (look: () => Promise<boolean> | boolean): Promise<void> => {
      for (const end = Date.now() + 25_000; !(await look());) {
        expect([child.exitCode, Date.now() < end]).toEqual([null, true]);
        await sleep(100);
      }
    };
    await until(async () => (await done()).length >= 1);
    write("rules", "alert");
    // A folder in the way: mv fails.
    renameSync(join(folder, "spool/done"), join(folder, "spool/away"));
    write("spool/done", "");
    const waiting = async (): Promise<number> =>
      (await listFiles(join(folder, "spool/open/suricata"))).filter(({ path }) => path.endsWith(".gz"))
        .length;
    await until(async () => (await waiting()) >= 1);
    rmSync(join(folder, "spool/done"));
    renameSync(join(folder, "spool/away"), join(folder, "spool/done"));
    await until(async () => (await done()).length >= 3 && existsSync(join(folder, "spool/reloaded")));
  } finally {
    child.kill("SIGTERM");
  }
  expect(await ended).toBe(0);
  const texts = (await done()).map((name) => {
    const raw = readFileSync(join(folder, "spool/done", name));
    return (name.endsWith(".gz") ? gunzipSync(raw) : raw).toString().trim();
  });
  expect(texts.sort()).toEqual(texts.map((_, n) => `{"n":${n + 1}}`));
  expect((await done()).filter((name) => name.endsWith(".json"))).toHaveLength(1);
});

test("of arkime's files those that it has open stay, however old, and one that cannot be moved keeps no other", async () => {
  write(
    "bin/capture",
    `#!/bin/bash
folder=$SPOOL_OPEN/arkime
exec 5>"$folder/old.pcap.zst" 6>"$folder/blocked.pcap"
exec 6>&-
trap 'echo whole >&5; exit 0' TERM
echo 1 >"$folder/first.pcap"
n=0
while :; do sleep 0.3; echo "$n" >"$folder/next-$((n += 1)).pcap"; done
`,
    0o755,
  );
  mkdirSync(join(folder, "spool/done/blocked.pcap/x"), { recursive: true });
  const child = spawn(join(programs, "bin/tool"), {
    env: {
      ...environment({ TOOL_COMMAND: join(programs, "tools/arkime/entrypoint.sh") }),
      ARKIME_HAND_OVER_SECONDS: "0.5",
    },
    stdio: "ignore",
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  for (const end = Date.now() + 20_000; (await done()).length < 4 && Date.now() < end;) await sleep(100);
  expect(await done()).not.toContain("old.pcap.zst");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(readFileSync(join(folder, "spool/done/old.pcap.zst"), "utf8")).toBe("whole\n");
  expect(await done()).toEqual(expect.arrayContaining(["first.pcap", "next-1.pcap", "next-2.pcap"]));
});

test("a compressed file beside its original is a part, and is not evidence twice", async () => {
  write("bin/tool", "#!/bin/sh\n", 0o755);
  write("spool/open/eve.json", "all");
  write("spool/open/eve.json.gz", "half");
  write("spool/open/other.json.gz", "whole");
  expect(start({ TOOL_COMMAND: join(folder, "bin/tool") }).status).toBe(0);
  expect(await done()).toEqual(["eve.json", "other.json.gz"]);
});

test.each([
  ["tcp port 443", 0, ""],
  [
    "tcp prot 443",
    1,
    "capture.filter is no filter that a tool takes: can't parse filter expression: syntax error",
  ],
])("the filter %p is looked at before anything is set up", (filter, status, said) => {
  for (const name of ["systemctl", "ip", "nft", "ethtool", "python3", "node"]) {
    write(`bin/${name}`, "#!/bin/sh\necho 20\n", 0o755);
  }
  const run = spawnSync(join(programs, "bin/preflight"), {
    env: environment({ TOOL_KIND: "tcpdump", TOOL_FILTER: filter, DATAPATH: "kernel" }),
    encoding: "utf8",
  });
  expect([run.status, run.stderr.trim()]).toEqual([status, expect.stringContaining(said)]);
});

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
  /**
   * A tcpdump that captures a packet every 0.3 s, in a file of its own, and has always one more in its ring; where there
   * is a file "late", only three and that one, which it writes when it has been asked often, as it is when it stops.
   */
  const tcpdump = (): string => `#!/bin/bash
while [ "$1" != -w ]; do shift; done
n=0 asked=0 ring=1
touch '${folder}/captures'
write() {
  n=$((n + 1))
  printf '%030d' "$n" >"$(TZ=UTC date "+$2")$n"
}
said() {
  asked=$((asked + 1))
  [ ! -e '${folder}/late' ] || [ "$asked" -ne 6 ] || { ring=0; write "$@"; }
  printf "%d packets captured$3%d packets received by filter$3%d packets dropped by kernel\\n" "$n" $((n + ring)) 0 >&2
}
trap 'said "$1" "$2" ", "' USR1
trap 'said "$1" "$2" "\\n"; exit 0' TERM
echo "listening on mirror0" >&2
while :; do
  [ -e '${folder}/late' ] && [ "$n" -ge 3 ] || write "$@"
  sleep 0.3 &
  wait $!
done
`;
  const compressor = (name: "zstd" | "gzip", script: string): void =>
    write(
      `bin/${name}`,
      `#!/bin/bash
file=\${*: -1}
${script}
exec /usr/bin/${name} "$@"
`,
      0o755,
    );

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

  beforeEach(() => write("bin/tcpdump", tcpdump(), 0o755));

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
    compressor("zstd", `case "$file" in *-w0.pcap2) exit 1 ;; esac`);
    const { code, said } = await run(() => finished(10));
    expect([code, said]).toEqual([0, expect.stringMatching(/-w0\.pcap2 is handed over uncompressed/)]);
    const names = await done();
    expect(names.filter((name) => name.endsWith("-w0-2.pcap"))).toHaveLength(1);
    expect(names.filter((name) => name.endsWith(".pcap.zst")).length).toBeGreaterThan(5);
    expect(names.length).toBe(counters().packets - counters().drops);
  });

  test("starts on a disk without room for compressing, and captures before it settles what was left", async () => {
    compressor("zstd", `sleep 2; exit 1 # No space left on device`);
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
    write("spool/open/waiting/20261121T060000-w0.pcap3", "1".repeat(30));
    write("spool/open/waiting/20261121T060000-w0.pcap3.zst", "half");
    write("spool/open/waiting/20261121T060001-w0.pcap.gz", "whole");
    await run(() => finished(4));
    const contents = async (time: string): Promise<string[][]> =>
      (await done())
        .filter((name) => name.includes(time))
        .map((name) => [
          name,
          readFileSync(join(folder, "spool/done", name))
            .subarray(0, 5)
            .toString("hex"),
        ]);
    const magic = expect.stringMatching(/^28b52ffd/) as unknown;
    expect(await contents("060000")).toEqual([["20261121T060000-w0-3.pcap.zst", magic]]);
    expect(await contents("060001")).toEqual([
      ["20261121T060001-w0.pcap.gz", Buffer.from("whole").toString("hex")],
    ]);
  });

  test.each([
    ["gzip", ".pcap.gz", "1f8b"],
    ["none", ".pcap", "30303030"],
  ])("compresses by %s where that is asked for", async (method, ending, magic) => {
    const { code } = await run(() => finished(4), { TOOL_COMPRESSION: method });
    expect(code).toBe(0);
    for (const name of await done()) {
      expect(name.replace(/^\d{8}T\d{6}-w\d-\d+/, "")).toBe(ending);
      expect(
        readFileSync(join(folder, "spool/done", name))
          .toString("hex")
          .startsWith(magic),
      ).toBe(true);
    }
    expect((await done()).length).toBe(counters().packets - counters().drops);
  });

  test("captures within two seconds of its start, whatever was left behind", async () => {
    for (let n = 0; n < 5000; n++)
      write(`spool/open/20261121T0600${n % 60}-w${n % 4}.pcap${n}`, "1".repeat(30));
    const from = Date.now();
    const { code, stoppedIn } = await run(() => counters().packets > 0);
    expect(statSync(join(folder, "captures")).mtimeMs - from).toBeLessThan(2000);
    expect(code).toBe(0);
    expect(stoppedIn).toBeLessThan(15_000); // the files that its time did not suffice for wait for the next start
    const kept = [...(await done()), ...(await listFiles(join(folder, "spool/open")))];
    expect(kept.length).toBe(5000 + counters().packets - counters().drops);
  });

  test("stops within five seconds though a compression takes longer, and hands its file over as it is", async () => {
    compressor("zstd", `sleep 30`);
    const { code, said, stoppedIn } = await run(async () => {
      const waiting = await listFiles(join(folder, "spool/open/waiting"));
      return waiting.length > 0;
    });
    expect([code, said]).toEqual([0, expect.stringContaining("handed over uncompressed")]);
    expect(stoppedIn).toBeLessThan(5000);
    expect((await done()).length).toBe(counters().packets - counters().drops);
    expect(await listFiles(join(folder, "spool/open"))).toEqual([]);
  });

  test("writes what the ring held when it was stopped, before it ends", async () => {
    write("late", "");
    const { code } = await run(() => counters().packets === 8);
    expect([code, counters()]).toEqual([0, { packets: 8, drops: 0 }]);
    expect(await done()).toHaveLength(8);
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
