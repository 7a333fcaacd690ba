/** `node capture-agent.mjs [node.json]`: the program on the capture node, started by systemd. */
import { readFileSync } from "node:fs";
import { runAgent } from "./agent.js";
import { parseConfig } from "./config.js";
import { createLog, describe } from "./system/log.js";

const log = createLog((line) => process.stdout.write(line));

// No clean-up is needed: the next start goes on from what is on disk.
process.on("SIGTERM", () => process.exit(0));
try {
  await runAgent(parseConfig(readFileSync(process.argv[2] ?? "/etc/traffic-mirror/node.json", "utf8")), log);
} catch (error) {
  log.error("the agent cannot run", { error: describe(error) });
  process.exit(1);
}
