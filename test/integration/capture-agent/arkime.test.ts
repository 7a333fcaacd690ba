/** Arkime's entry point with a stand-in that answers by the command socket as capture 6.7.1 does. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseCounters } from "../../../functions/capture-agent/core/kernel-text.js";
import { environment, folder, programs, write } from "./tool-stage.js";

/** The ring was offered 1000 packets and had no room for 30; of those taken no thread had time for 20. */
const CAPTURE = `#!/usr/bin/env node
const { createServer } = require("node:net");
const path = process.argv[process.argv.indexOf("--command-socket") + 1];
// As it does where an earlier one left its own.
require("node:fs").rmSync(path, { force: true });
const answer = \`Arkime Version: 6.7.1-GIT
Packets Processed: 950
Packets Received: 1000
Packets Dropped: 30 (3.00)

Current Sessions: 200

ES Queue: 0
Frags: 0/0

Packets Processed: 950
Packets IP Dropped: 0
Packets Overload Dropped: 20
Packets Corrupt: 0
\`;
createServer((client) => client.on("data", (asked) => {
  // In two pieces, and the connection stays open.
  if (String(asked) !== "packet-stats\\n") return;
  client.write(answer.slice(0, 300), () => setTimeout(() => client.write(answer.slice(300)), 50));
})).listen(path);
process.on("SIGTERM", () => process.exit(0));
`;

/** As the agent reads it. */
const counted = (): ReturnType<typeof parseCounters> => {
  const file = join(folder, "counters.json");
  const places = { packets: "packets", drops: "drops", lines: false, packets_include_drops: true };
  return existsSync(file) ? parseCounters(readFileSync(file, "utf8"), places) : undefined;
};

test("arkime's counters are read by its command socket, what its threads had no time for is a drop, and they go on over starts", async () => {
  write("bin/capture", CAPTURE, 0o755);
  for (const starts of [1, 2]) {
    const child = spawn(join(programs, "bin/tool"), {
      env: {
        ...environment({ TOOL_COMMAND: join(programs, "tools/arkime/entrypoint.sh") }),
        ARKIME_HAND_OVER_SECONDS: "0.3",
      },
      stdio: "ignore",
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const expected = { packets: 950 * starts, drops: 50 * starts };
    for (const end = Date.now() + 45_000; counted()?.packets !== expected.packets && Date.now() < end;) {
      await sleep(50);
    }
    expect(counted()).toEqual(expected);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(counted()).toEqual(expected);
  }
});

/** With which options capture is started. */
const OPTIONS = `#!/bin/sh
printf '%s\\n' "$@" >"\${MIRROR_COUNTERS%/*}/options"
`;

test.each([
  ["none", {}, false],
  [
    "one",
    { TOOL_BUCKET: "packets", TOOL_BUCKET_REGION: "eu-west-1", TOOL_BUCKET_ENDPOINT: "127.0.0.1:6090" },
    true,
  ],
])("with %s bucket of its packets arkime writes them to the agent or to the spool", (_, settings, own) => {
  write("bin/capture", OPTIONS, 0o755);
  const command = { TOOL_COMMAND: join(programs, "tools/arkime/entrypoint.sh"), TOOL_ARGUMENTS: "--debug" };
  spawnSync(join(programs, "bin/tool"), {
    env: { ...environment({ ...command, ...settings }), ARKIME_HAND_OVER_SECONDS: "0.3" },
  });
  const options = readFileSync(join(folder, "options"), "utf8").trim().split("\n");
  const expected = [
    "pcapWriteMethod=s3",
    "s3Bucket=packets",
    "s3Region=eu-west-1",
    "s3Host=127.0.0.1:6090",
    "s3UseHttp=true",
    "s3PathAccessStyle=true",
  ];
  expect(options.filter((each) => expected.includes(each))).toEqual(own ? expected : []);
  expect(options).toContain(`pcapDir=${folder}/spool/open/arkime`);
  // The caller's come last, and win.
  expect(options.at(-1)).toBe("--debug");
});
