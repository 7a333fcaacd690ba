/**
 * The node's own programs around a capture tool, started again and again while nothing is uploaded. The tool is a
 * stand-in with the name and the folders of the real one.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { listFiles } from "../../../functions/capture-agent/system/spool-files.js";
import { done, environment, folder, programs, start, write } from "./tool-stage.js";

test.each([
  [
    "suricata",
    'while [ "$1" != -l ]; do shift; done; echo "{\\"start\\":1}" >"$2/eve.json"; echo x >"$2/fast.log"',
  ],
  [
    "zeek",
    // When all have begun the entry point is told to end.
    'trap "ended=1" TERM; echo "start" >conn.log; until [ -e ../zeek-0/conn.log ] && [ -e ../zeek-1/conn.log ]; do sleep 0.1; done; kill "$PPID"; until [ "$ended" ]; do sleep 0.1; done',
  ],
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
      for (const end = Date.now() + 45_000; !(await look());) {
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
  for (const end = Date.now() + 45_000; (await done()).length < 4 && Date.now() < end;) await sleep(100);
  expect(await done()).not.toContain("old.pcap.zst");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(readFileSync(join(folder, "spool/done/old.pcap.zst"), "utf8")).toBe("whole\n");
  expect(await done()).toEqual(expect.arrayContaining(["first.pcap", "next-1.pcap", "next-2.pcap"]));
});

test("a compressed log of Suricata's beside its original is a part, and is not evidence twice", async () => {
  write("bin/tool", "#!/bin/sh\n", 0o755);
  write("spool/open/suricata/1-eve.json", "all");
  write("spool/open/suricata/1-eve.json.gz", "half");
  write("spool/open/suricata/2-eve.json.gz", "whole");
  expect(start({ TOOL_COMMAND: join(folder, "bin/tool") }).status).toBe(0);
  expect(await done()).toEqual(["suricata/1-eve.json", "suricata/2-eve.json.gz"]);
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
  write("spool/open/blocked/a\nb\u001b[2Jc.log", "named after what was captured");
  write("spool/done/blocked", "a file where the folder would be");
  mkdirSync(join(folder, "spool/open/empty/nested"), { recursive: true });
  symlinkSync("/etc/passwd", join(folder, "spool/open/link"));
  const { status, said } = start({ TOOL_COMMAND: join(folder, "bin/tool") });
  expect([status, said]).toEqual([0, expect.stringContaining("open/blocked/x.log stays in the spool")]);
  // One line for each, without anything that a terminal or a journal would obey.
  expect(said).toMatch(/blocked\/\S*a\\nb\\E\[2Jc\.log\S* stays in the spool/);
  expect(said).not.toContain("\u001b");
  expect(await done()).toEqual(["a/b/c/d/e/f/deep.log", "blocked", "draft.json"]);
  expect(existsSync(join(folder, "spool/open/empty/nested"))).toBe(false);
  expect(existsSync(join(folder, "spool/open/link"))).toBe(false);
  expect(readFileSync(join(folder, "spool/open/blocked/x.log"), "utf8")).toBe("waits in open/");
});
