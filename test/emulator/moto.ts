import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isForm } from "./call.js";
import type { Answer, Call } from "./types.js";

const REQUIREMENTS = fileURLToPath(new URL("./requirements.txt", import.meta.url));
const VERSION = /^moto\[server\]==(\S+)$/m.exec(readFileSync(REQUIREMENTS, "utf8"))?.[1] ?? "";
const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
/** moto, but it ends when its standard input does: it cannot outlive whoever started it, however that died. */
const LAUNCH = [
  "import os, sys, threading",
  "threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()",
  "from moto.server import main",
  "main(sys.argv[1:])",
].join("\n");

const hasMoto = (python: string): boolean => {
  // flask comes with moto[server] alone
  const script =
    "import importlib.metadata as m, importlib.util as u; " +
    `assert m.version("moto") == "${VERSION}" and u.find_spec("flask")`;
  return spawnSync(python, ["-c", script], { stdio: "ignore" }).status === 0;
};

/** The interpreter that has moto: the one named, the one on the PATH, else a virtual environment made here. */
export const findPython = (given?: string, log: (line: string) => void = () => undefined): string => {
  if (given !== undefined) {
    if (!hasMoto(given)) throw new Error(`${given} cannot import moto ${VERSION}`);
    return given;
  }
  const folder = join(REPOSITORY, ".cache", "venv");
  const own = join(folder, "bin", "python");
  for (const candidate of ["python3", own]) {
    if ((candidate === "python3" || existsSync(candidate)) && hasMoto(candidate)) return candidate;
  }
  log(`installing moto ${VERSION} into a virtual environment (.cache/venv); this happens once`);
  mkdirSync(folder, { recursive: true });
  for (const [command, ...args] of [
    ["python3", "-m", "venv", folder],
    [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
  ] as const) {
    const run = spawnSync(command, args, { encoding: "utf8" });
    if (run.status !== 0) {
      throw new Error(
        `cannot install moto ${VERSION}: ${command} ${args.join(" ")}\n${run.stderr}${String(run.error ?? "")}`,
      );
    }
  }
  return own;
};

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });

const request = (
  port: number,
  options: { method: string; path: string; headers: Record<string, string>; body: Buffer },
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers: Record<string, string> = { ...options.headers };
    for (const name of ["transfer-encoding", "connection", "expect"]) delete headers[name];
    headers["content-length"] = String(options.body.length);
    const sent = http.request(
      // moto's server closes each connection; a kept one would be reset under us
      { host: "127.0.0.1", port, method: options.method, path: options.path, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const received: Record<string, string> = {};
          for (const [name, value] of Object.entries(response.headers)) {
            if (value === undefined || name === "connection" || name === "transfer-encoding") continue;
            received[name] = Array.isArray(value) ? value.join(",") : value;
          }
          delete received["content-length"];
          resolve({ status: response.statusCode ?? 500, headers: received, body: Buffer.concat(chunks) });
        });
      },
    );
    sent.once("error", reject);
    sent.end(options.body);
  });

export interface Moto {
  readonly port: number;
  readonly pid: number;
  /** Sends a call; a query request is encoded again from its fields, which a patch may have changed. */
  send(call: Call): Promise<Answer>;
  reset(): Promise<void>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export const startMoto = async (
  options: { python?: string; log?: (line: string) => void } = {},
): Promise<Moto> => {
  const python = findPython(options.python, options.log);
  const port = await freePort();
  const environment: NodeJS.ProcessEnv = { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" };
  for (const name of ["MOTO_ACCOUNT_ID", "AWS_ENDPOINT_URL"]) delete environment[name];
  const child = spawn(python, ["-c", LAUNCH, "-H", "127.0.0.1", "-p", String(port)], {
    stdio: ["pipe", "ignore", "pipe"],
    env: environment,
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000);
  });
  child.stdin.on("error", () => undefined);
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const get = (method: string, path: string) =>
    request(port, { method, path, headers: { host: "127.0.0.1" }, body: Buffer.alloc(0) });
  const stop = async (): Promise<void> => {
    if (ended(child)) return;
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(hard);
  };
  for (let tries = 0; ; tries++) {
    if (ended(child)) throw new Error(`moto ended before it answered:\n${complaint}`);
    const answered = await get("GET", "/moto-api/").then(
      (answer) => answer.status < 500,
      () => false,
    );
    if (answered) break;
    if (tries > 300) {
      await stop();
      throw new Error(`moto does not answer on port ${port}:\n${complaint}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // moto answers calls side by side without a lock: a list that is read while another call adds to it ends in a 500
  // ("dictionary changed size during iteration"). Python runs one thread at a time, so little is lost by turns.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    port,
    pid: child.pid ?? -1,
    send: (call) =>
      inTurn(() =>
        request(port, {
          method: call.method,
          path: call.path,
          headers: { ...call.headers, "x-moto-account-id": call.account },
          body:
            isForm(call.headers) && call.params["Action"] !== undefined
              ? Buffer.from(new URLSearchParams(call.params).toString())
              : call.body,
        }),
      ),
    reset: async () => {
      const answer = await inTurn(() => get("POST", "/moto-api/reset"));
      if (answer.status !== 200) throw new Error(`moto refused the reset: ${answer.status}`);
    },
    stop,
  };
};
