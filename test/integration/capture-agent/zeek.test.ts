/** Zeek's entry point with a stand-in that writes the counts of modules/capture-fleet/node/tools/zeek/local.zeek: who starts it again, and what is counted. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseCounters } from "../../../functions/capture-agent/core/kernel-text.js";
import { done, environment, folder, programs, write } from "./tool-stage.js";

/** Each has been offered 100 packets, had no room for 5 and has read 90; at its end 200, 5 and 190. */
const ZEEK = `#!/bin/bash
number=\${PWD##*-}
echo $$ >>'../../pids-'"$number"
echo "by $$" >conn.log
say() { echo "$1" >"$ZEEK_COUNTS.new"; mv "$ZEEK_COUNTS.new" "$ZEEK_COUNTS"; }
trap 'say "200 190 5"; exit 0' TERM
say "100 90 5"
while :; do sleep 0.1; done
`;
const pids = (worker: number): number[] => {
  const file = join(folder, `spool/pids-${worker}`);
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
};
/** As the agent reads it. */
const counted = (): ReturnType<typeof parseCounters> => {
  const file = join(folder, "counters.json");
  const places = { packets: "packets", drops: "drops", lines: false, packets_include_drops: true };
  return existsSync(file) ? parseCounters(readFileSync(file, "utf8"), places) : undefined;
};
const until = async (look: () => boolean): Promise<void> => {
  for (const end = Date.now() + 45_000; !look();) {
    expect(Date.now()).toBeLessThan(end);
    await sleep(50);
  }
};

describe("zeek's workers", () => {
  let child: ChildProcess;
  let ended: Promise<number | null>;
  const begin = (settings: Readonly<Record<string, string>> = {}): void => {
    write("bin/zeek", ZEEK, 0o755);
    child = spawn(join(programs, "bin/tool"), {
      env: environment({ TOOL_COMMAND: join(programs, "tools/zeek/entrypoint.sh"), ...settings }),
      stdio: "ignore",
    });
    ended = new Promise((resolve) => child.once("close", resolve));
  };
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    return ended;
  };

  test("one that is killed is started again alone, what it wrote is kept, and what its ring held is counted as lost", async () => {
    begin();
    await until(() => counted()?.packets === 190);
    const [first, second] = [pids(0), pids(1)];
    process.kill(first[0] ?? 0, "SIGKILL");
    await until(() => counted()?.packets === 280);
    expect(pids(0)).toHaveLength(2);
    expect(pids(1)).toEqual(second);
    expect(counted()).toEqual({ packets: 280, drops: 20 });
    expect(await stop()).toBe(0);
    // 100 of the killed one, 200 of each of the others; not read: 10 of each.
    expect(counted()).toEqual({ packets: 470, drops: 30 });
    const kept = (await done()).map((path) => readFileSync(join(folder, "spool/done", path), "utf8").trim());
    expect(kept).toEqual([`by ${first[0]}`]);
  });

  test("counts go on where an earlier start ended", async () => {
    for (const packets of [380, 760]) {
      begin();
      await until(
        () => pids(0).length > 0 && pids(1).length > 0 && (counted()?.packets ?? 0) >= packets - 190,
      );
      expect(await stop()).toBe(0);
      expect(counted()).toEqual({ packets, drops: packets / 19 });
      for (const worker of [0, 1]) rmSync(join(folder, `spool/pids-${worker}`));
    }
  });

  test("with a filter, which Zeek applies behind its ring, what was not wanted is not counted as lost", async () => {
    begin({ TOOL_FILTER: "tcp" });
    await until(() => counted()?.packets === 190);
    expect(await stop()).toBe(0);
    expect(counted()).toEqual({ packets: 390, drops: 10 });
  });
});
