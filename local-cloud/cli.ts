/**
 * The local cloud as a process of its own: `npx tsx local-cloud/cli.ts --port 4566`.
 * Prints one JSON line when it is ready, and ends, with everything it started, on SIGINT, SIGTERM, or when
 * the process that started it is gone (unless --detach is given).
 */
import { parseArgs } from "node:util";
import { startLocalCloud } from "./index.js";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    python: { type: "string" },
    log: { type: "string" },
    detach: { type: "boolean", default: false },
  },
});

const cloud = await startLocalCloud({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.python === undefined ? {} : { python: values.python }),
  ...(values.log === undefined ? {} : { logFile: values.log }),
  log: (line) => process.stderr.write(`${line}\n`),
});

let ending = false;
const end = (code: number): void => {
  if (ending) return;
  ending = true;
  void cloud.stop().then(
    () => process.exit(code),
    () => process.exit(1),
  );
};
process.once("SIGINT", () => end(130));
process.once("SIGTERM", () => end(143));
process.once("SIGHUP", () => end(129));
if (!values.detach) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(0), 500).unref();
}
process.stdout.write(`${JSON.stringify({ ready: true, url: cloud.url })}\n`);
