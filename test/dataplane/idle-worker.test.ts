/**
 * What a worker captured before its traffic ended is delivered after the rotation's time, not with the worker's next packet,
 * which may never come. Needs root, unshare and tcpdump, as test/dataplane does.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

test("five packets and then silence: they are delivered", () => {
  const folder = mkdtempSync(join(tmpdir(), "idle-"));
  const bin = join(process.cwd(), "modules/capture-fleet/node/bin");
  for (const name of ["tcpdump-workers", "delivery.sh", "room.sh", "settings.sh"])
    cpSync(join(bin, name), join(folder, name));
  for (const name of ["open", "done", "run"]) mkdirSync(join(folder, name));
  const settings = { TOOL_ROTATE_SECONDS: "2", TOOL_ROTATE_MEGABYTES: "10", TOOL_COMPRESSION: "none" };
  writeFileSync(
    join(folder, "node.env"),
    Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
  );
  const script = `
    ip link set lo up
    ${folder}/tcpdump-workers >/dev/null 2>&1 & tool=$!
    sleep 3
    python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(5): s.sendto(b"x" * 50, ("127.0.0.1", 9))'
    for second in $(seq 60); do
      [ -z "$(find ${folder}/done -type f -size +24c)" ] || break
      sleep 1
    done
    find ${folder}/done -type f -size +24c | wc -l
    kill -TERM $tool; wait $tool`;
  try {
    const found = execFileSync("unshare", ["-n", "bash", "-c", script], {
      env: {
        PATH: process.env["PATH"],
        TRAFFIC_MIRROR_ENV: join(folder, "node.env"),
        MIRROR_INTERFACE: "lo",
        MIRROR_WORKERS: "1",
        MIRROR_FILTER: "udp port 9",
        MIRROR_COUNTERS: join(folder, "run/counters.json"),
        SPOOL_OPEN: join(folder, "open"),
        SPOOL_DONE: join(folder, "done"),
      },
      encoding: "utf8",
    });
    expect(Number(found.trim())).toBe(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
