/** The built-in tool with stand-ins for tcpdump and the compressors: what it delivers, and how it starts and stops. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listFiles } from "../../../functions/capture-agent/system/spool-files.js";
import { done, environment, folder, programs, write } from "./tool-stage.js";

describe("the built-in tool", () => {
  /**
   * A tcpdump that captures a packet every 0.3 s, in a file of its own, and has always one more in its ring; where there
   * is a file "late", only three and that one, which it writes when it has been asked often, as it is when it stops.
   */
  const tcpdump = (): string => `#!/bin/bash
while [ "$1" != -w ]; do shift; done
n=0 asked=0 ring=1
touch '${folder}/captures'
echo $$ >>'${folder}/pids'
write() {
  n=$((n + 1))
  printf '%030d' "$n" >"$(TZ=UTC date "+$2")$n"
  echo >>'${folder}/written'
}
said() {
  asked=$((asked + 1))
  [ ! -e '${folder}/late' ] || [ "$asked" -ne 6 ] || { ring=0; write "$@"; }
  printf "%d packets captured$3%d packets received by filter$3%d packets dropped by kernel\\n" "$n" $((n + ring)) 0 >&2
}
trap 'said "$1" "$2" ", "' USR1
trap : USR2 # writes what it holds, which this one never does
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
  ): Promise<{ code: number | null; said: string }> => {
    const child = spawn(join(programs, "bin/tool"), {
      env: environment({ TOOL_KIND: "tcpdump", ...settings }),
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const end = Date.now() + 40_000;
    while (child.exitCode === null && Date.now() < end && !(await look())) await sleep(100);
    child.kill("SIGTERM");
    return { code: await ended, said };
  };
  const counters = (): { packets: number; drops: number } =>
    existsSync(join(folder, "counters.json"))
      ? (JSON.parse(readFileSync(join(folder, "counters.json"), "utf8")) as {
          packets: number;
          drops: number;
        })
      : { packets: 0, drops: 0 };
  /** Done, and what a stop had no time for, which the next start delivers. */
  const kept = async (): Promise<number> =>
    (await done()).length + (await listFiles(join(folder, "spool/open"))).length;
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
    expect(await kept()).toBe(60 + counters().packets - counters().drops);
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

  test("delivers whole what cannot be taken apart by client", async () => {
    // No capture files, and no splitter beside the programs either.
    const { code } = await run(() => finished(4), { DATAPATH: "bpf" });
    expect(code).toBe(0);
    const names = await done();
    expect(names.filter((name) => name.includes("vlan="))).toEqual([]);
    expect(names.length).toBeGreaterThan(8);
    expect(await kept()).toBe(counters().packets - counters().drops);
  });

  test.each([
    ["gzip", ".pcap.gz", "1f8b"],
    ["none", ".pcap", "30303030"],
  ])("compresses by %s where that is asked for", async (method, ending, magic) => {
    // On a busy machine what compression cannot keep up with is handed over as it is.
    const compressed = async (): Promise<string[]> =>
      (await done()).filter((name) => name.replace(/^\d{8}T\d{6}-w\d-\d+/, "") === ending);
    const { code } = await run(async () => (await compressed()).length >= 4, { TOOL_COMPRESSION: method });
    expect(code).toBe(0);
    expect((await compressed()).length).toBeGreaterThanOrEqual(4);
    for (const name of await compressed()) {
      expect(
        readFileSync(join(folder, "spool/done", name))
          .toString("hex")
          .startsWith(magic),
      ).toBe(true);
    }
    expect((await done()).length).toBe(counters().packets - counters().drops);
  });

  test("captures before it looks at what was left behind, however much that is", async () => {
    for (let n = 0; n < 5000; n++)
      write(`spool/open/20261121T0600${n % 60}-w${n % 4}.pcap${n}`, "1".repeat(30));
    let finishedBefore = Infinity;
    const { code } = await run(async () => {
      if (!existsSync(join(folder, "captures"))) return false;
      finishedBefore = Math.min(finishedBefore, (await done()).length);
      return counters().packets > 0;
    });
    expect(finishedBefore).toBeLessThan(5000);
    expect(code).toBe(0);
    // The files that the time of its stop did not suffice for wait for the next start.
    const kept = [...(await done()), ...(await listFiles(join(folder, "spool/open")))];
    expect(kept.length).toBe(5000 + counters().packets - counters().drops);
  });

  test("does not wait with its stop for a compression that takes long, and hands its file over as it is", async () => {
    compressor("zstd", `sleep 300`);
    const { code, said } = await run(async () => {
      const waiting = await listFiles(join(folder, "spool/open/waiting"));
      return waiting.length > 0;
    });
    expect([code, said]).toEqual([0, expect.stringContaining("handed over uncompressed")]);
    expect((await done()).length).toBe(counters().packets - counters().drops);
    expect(await listFiles(join(folder, "spool/open"))).toEqual([]);
  });

  describe("on a full disk", () => {
    const states = (): (string | undefined)[] =>
      readFileSync(join(folder, "pids"), "utf8")
        .trim()
        .split("\n")
        .map((pid) => / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
    const stand = (): boolean => states().every((state) => state === "T");
    /** Blocks that are free, of 1000. */
    const free = (blocks: number): void => write("free", `4096 1000 ${blocks} ${blocks}\n`);
    beforeEach(() => {
      free(900);
      write("bin/stat", `#!/bin/sh\nexec cat '${folder}/free'\n`, 0o755);
    });

    test("stands still until there is room, since tcpdump would lose what it writes, and then goes on", async () => {
      const written = (): number => statSync(join(folder, "written")).size;
      let step: "room" | "full" | "room again" = "room";
      let before = 0;
      const { code, said } = await run(async () => {
        if (step === "room" && (await finished(4))) {
          free(20);
          step = "full";
        }
        if (step === "full" && stand()) {
          before = written();
          // There must also be room for what the rings hold.
          free(40);
          await sleep(1000);
          expect([stand(), written()]).toEqual([true, before]);
          free(60);
          step = "room again";
        }
        return step === "room again" && written() >= before + 4;
      });
      expect([code, said]).toEqual([0, expect.stringContaining("stand still")]);
      expect(await kept()).toBe(counters().packets - counters().drops);
    });

    test("ends when it is told to, and hands over uncompressed what a compressor would have no room for", async () => {
      free(40);
      const { code } = await run(async () => {
        if (!(await finished(4))) return false;
        free(20);
        return stand();
      });
      expect(code).toBe(0);
      const names = await done();
      expect(names.filter((name) => name.endsWith(".zst"))).toEqual([]);
      expect(names).toHaveLength(counters().packets - counters().drops);
    });
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
    expect([code, said]).toEqual([1, expect.stringMatching(/the clock was set back by (3600|3599) s/)]);
  });
});
