import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isForm } from "./call.js";
import type { Answer, Call } from "./types.js";

const REQUIREMENTS = fileURLToPath(new URL("./requirements.txt", import.meta.url));
const VERSION = /^moto\[server\]==(\S+)$/m.exec(readFileSync(REQUIREMENTS, "utf8"))?.[1] ?? "";
const REPOSITORY = fileURLToPath(new URL("../", import.meta.url));
const PIPE = fileURLToPath(new URL("./moto-pipe.py", import.meta.url));

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

export interface Moto {
  readonly pid: number;
  /** The folder of AWS's models of its APIs, which come with moto. */
  readonly models: string;
  /** Sends a call; a query request is encoded again from its fields, which a patch may have changed. */
  send(call: Call): Promise<Answer>;
  reset(): Promise<void>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Head {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
}

const LENGTHS = 8;

/** A call or an answer as moto-pipe.py has it: two lengths, a head in JSON, a body. */
export const frame = (head: object, body: Uint8Array): Buffer => {
  const text = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  return Buffer.concat([lengths, text, body]);
};

/** Takes what the pipe gives, in pieces of any size, and hands on each answer that is whole. */
export const answerReader = (whole: (answer: Answer) => void): ((chunk: Buffer) => void) => {
  let chunks: Buffer[] = [];
  let length = 0;
  let wanted = LENGTHS;
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length >= wanted) {
      const all = Buffer.concat(chunks);
      const bodyAt = LENGTHS + all.readUInt32BE(0);
      wanted = bodyAt + all.readUInt32BE(4);
      chunks = [all];
      if (length < wanted) return;
      whole(decodeAnswer(all.subarray(LENGTHS, bodyAt), all.subarray(bodyAt, wanted)));
      chunks = [all.subarray(wanted)];
      length -= wanted;
      wanted = LENGTHS;
    }
  };
};

const decodeAnswer = (head: Buffer, body: Buffer): Answer => {
  const { status, headers } = JSON.parse(head.toString()) as Head;
  const received: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    received[key] = key in received ? `${received[key] ?? ""},${value}` : value;
  }
  // The front counts for itself, after patches.
  delete received["content-length"];
  return { status, headers: received, body };
};

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

export const startMoto = async (
  options: { python?: string; log?: (line: string) => void } = {},
): Promise<Moto> => {
  const python = findPython(options.python, options.log);
  // Neither AWS's images nor its managed policies: nothing here uses one, and moto would make 1,200 and 1,500 objects for
  // each account (and partition) anew at every reset, which took 3 s of processor time.
  const environment: NodeJS.ProcessEnv = { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: "false" };
  for (const name of ["MOTO_ACCOUNT_ID", "MOTO_IAM_LOAD_MANAGED_POLICIES", "AWS_ENDPOINT_URL"]) {
    delete environment[name];
  }
  const child = spawn(python, [PIPE], { stdio: ["pipe", "pipe", "pipe"], env: environment });
  // moto answers in the order in which it was asked, one call at a time: its own server answers side by side without a
  // lock, and a list that is read while another call adds to it ends in a 500 ("dictionary changed size").
  const asked: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  let complaint = "";
  child.stdout.on(
    "data",
    answerReader((answer) => asked.shift()?.resolve(answer)),
  );
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000);
  });
  child.stdin.on("error", () => undefined);
  const lost = (): void => {
    for (const { reject } of asked.splice(0)) reject(new Error(`moto ended:\n${complaint}`));
  };
  const gone = new Promise<void>((resolve) => {
    // not `exit`: what it wrote before that may still be in the pipe
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  }).then(lost);
  const ask = ({ body, ...head }: Request): Promise<Answer> =>
    new Promise((resolve, reject) => {
      asked.push({ resolve, reject });
      if (ended(child)) lost();
      else child.stdin.write(frame(head, body));
    });
  const own = (method: string, path: string): Promise<Answer> =>
    ask({ method, path, headers: { host: "127.0.0.1" }, body: Buffer.alloc(0) });
  const started = await own("GET", "/moto-api/");
  const models = await own("GET", "/_models");
  if (started.status >= 500) throw new Error(`moto does not answer: ${started.status}\n${complaint}`);
  return {
    pid: child.pid ?? -1,
    models: models.body.toString(),
    send: (call) => {
      const { "transfer-encoding": _, ...headers } = call.headers;
      const form = isForm(call.headers) && call.params["Action"] !== undefined;
      return ask({
        method: call.method,
        path: call.path,
        headers: { ...headers, "x-moto-account-id": call.account },
        body: form ? Buffer.from(new URLSearchParams(call.params).toString()) : call.body,
      });
    },
    reset: async () => {
      const answer = await own("POST", "/moto-api/reset");
      if (answer.status !== 200) throw new Error(`moto refused the reset: ${answer.status}`);
    },
    stop: async () => {
      if (ended(child)) return;
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
      await gone;
      clearTimeout(hard);
    },
  };
};
