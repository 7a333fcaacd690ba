/**
 * The runtime side of a function's process. Reads invocations as JSON lines from descriptor 3 and writes
 * results as JSON lines to descriptor 4; standard output and error belong to the function. After each
 * invocation a marker line goes to both, so that the parent knows which lines belong to which invocation.
 * Ends when descriptor 3 does, that is, also when the parent died.
 */
import { existsSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const MARKER = "\u0000end ";
const answer = (message) => {
  const line = Buffer.from(JSON.stringify(message) + "\n");
  for (let sent = 0; sent < line.length;) {
    try {
      sent += writeSync(4, line, sent);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
};
const failure = (error) => {
  const isError =
    error instanceof Error || (error !== null && typeof error === "object" && "message" in error);
  return {
    errorType: isError ? (error.name ?? "Error") : typeof error,
    errorMessage: isError ? String(error.message) : String(error),
    trace: isError && error.stack ? String(error.stack).split("\n") : [],
  };
};
const fatal = (kind) => (error) => {
  answer({
    fatal: {
      ...failure(error),
      errorType: kind === "exception" ? "Runtime.UncaughtException" : "Runtime.UnhandledPromiseRejection",
    },
  });
  process.exit(129);
};

const load = async () => {
  const [, file, name] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER ?? "") ?? [];
  const base = join(process.env.LAMBDA_TASK_ROOT ?? "", file ?? "");
  const path = [".js", ".mjs", ".cjs"]
    .map((ending) => base + ending)
    .find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw Object.assign(new Error(`Cannot find module '${file}'`), { name: "Runtime.ImportModuleError" });
  }
  // Lambda imports by file URL, and falls back on require for CommonJS
  const module = path.endsWith(".cjs") ? createRequire(path)(path) : await import(pathToFileURL(path).href);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== "function") {
    throw Object.assign(new Error(`${process.env._HANDLER} is undefined or not exported`), {
      name: "Runtime.HandlerNotFound",
    });
  }
  return handler;
};

const call = (handler, event, context) =>
  new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    if (result !== null && typeof result === "object" && typeof result.then === "function") {
      result.then(resolve, reject);
    } else if (handler.length < 3) {
      resolve(result);
    }
  });

const invoke = async (handler, message) => {
  const end = Date.now() + message.timeout;
  process.env._X_AMZN_TRACE_ID = message.traceId;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: message.functionArn,
    awsRequestId: message.requestId,
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  };
  let outcome;
  try {
    const value = await call(handler, message.event, context);
    outcome = { value: JSON.stringify(value === undefined ? null : value) };
  } catch (error) {
    outcome = { error: failure(error) };
    console.error(JSON.stringify({ ...outcome.error, level: "ERROR", invokeError: true }));
  }
  process.stdout.write(`${MARKER}${message.requestId}\n`);
  process.stderr.write(`${MARKER}${message.requestId}\n`);
  answer({ requestId: message.requestId, ...outcome });
};

process.on("uncaughtException", fatal("exception"));
process.on("unhandledRejection", fatal("rejection"));
const lines = createInterface({ input: new Socket({ fd: 3, readable: true, writable: false }) });
lines.once("close", () => process.exit(0));
const began = performance.now();
try {
  const handler = await load();
  answer({ ready: performance.now() - began });
  lines.on("line", (line) => void invoke(handler, JSON.parse(line)));
} catch (error) {
  answer({ fatal: failure(error) });
  process.exit(1);
}
