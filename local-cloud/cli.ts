/** The local cloud as a process of its own: `npx tsx local-cloud/cli.ts --help`. */
import { parseArgs } from "node:util";
import { startLocalCloud } from "./index.js";

const HELP = `usage: npx tsx local-cloud/cli.ts [options]

Starts a local AWS on 127.0.0.1 and prints one JSON line with its URL when it is ready. It ends, with everything that
it started, on SIGINT, SIGTERM or SIGHUP, and when the process that started it is gone.

  --port <number>   port to listen on; a free one by default
  --log <file>      append one JSON line per call
  --python <path>   a Python that has moto; by default python3, else a virtual environment that is made once
  --detach          go on when the process that started it is gone
  --help            show this text
`;

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    python: { type: "string" },
    log: { type: "string" },
    detach: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

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
