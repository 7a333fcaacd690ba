import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const BOOTSTRAP = fileURLToPath(new URL("./bootstrap.mjs", import.meta.url));
const MARKER = "\u0000end ";

/** Node 22, the functions' runtime, whatever runs the local cloud itself. */
export const runtimeBinary = (): string =>
  join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface Outcome {
  readonly requestId: string;
  /** JSON text of what the handler returned. */
  readonly value?: string;
  readonly error?: FunctionError;
  readonly lines: readonly string[];
  readonly milliseconds: number;
  /** Milliseconds the import took; only of a process's first invocation. */
  readonly coldStart?: number;
}

interface Message {
  readonly ready?: number;
  readonly fatal?: FunctionError;
  readonly requestId?: string;
  readonly value?: string;
  readonly error?: FunctionError;
}

interface Running {
  readonly requestId: string;
  readonly lines: string[];
  marks: number;
  message?: Message;
  finish(outcome: Pick<Outcome, "value" | "error">): void;
}

/** Lambda gives a process ten seconds to import its code. */
const INIT_SECONDS = 10;

/** One warm process of a function: one invocation at a time, module state survives between them. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #onLine: (line: string) => void;
  readonly #exited: Promise<void>;
  readonly #ready: Promise<{ milliseconds: number } | { error: FunctionError }>;
  #running: Running | undefined;
  #claimed = false;
  #fatal: FunctionError | undefined;
  #early: string[] = [];
  #used = false;
  #ended = false;

  constructor(options: {
    folder: string;
    environment: Readonly<Record<string, string>>;
    memory: number;
    onLine: (line: string) => void;
  }) {
    this.#onLine = options.onLine;
    const child = spawn(runtimeBinary(), [`--max-old-space-size=${options.memory}`, BOOTSTRAP], {
      cwd: options.folder,
      env: { ...options.environment },
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#line(line));
    }
    (child.stdio[3] as Writable).on("error", () => undefined);
    let settle: (value: { milliseconds: number } | { error: FunctionError }) => void = () => undefined;
    this.#ready = new Promise((resolve) => (settle = resolve));
    createInterface({ input: child.stdio[4] as Readable }).on("line", (line) => {
      const message = JSON.parse(line) as Message;
      if (message.ready !== undefined) settle({ milliseconds: message.ready });
      else if (message.fatal !== undefined) {
        this.#fatal = message.fatal;
        settle({ error: message.fatal });
      } else if (this.#running?.requestId === message.requestId && this.#running !== undefined) {
        this.#running.message = message;
        this.#settle();
      }
    });
    this.#exited = new Promise((resolve) => {
      // "close" comes after the pipes are drained, so no line is lost
      child.once("close", (code, signal) => {
        this.#ended = true;
        const error = this.#fatal ?? {
          errorType: "Runtime.ExitError",
          errorMessage: `Runtime exited with error: ${signal === null ? `exit status ${code}` : `signal: ${signal}`}`,
        };
        settle({ error });
        this.#running?.finish({ error });
        resolve();
      });
      child.once("error", () => child.emit("close", -1, null));
    });
  }

  get idle(): boolean {
    return !this.#ended && this.#running === undefined && !this.#claimed;
  }

  /** Taken, though the invocation begins a moment later: of two that look in the same moment one finds it. */
  claim(): this {
    this.#claimed = true;
    return this;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  #line(line: string): void {
    if (line.startsWith(MARKER)) {
      if (this.#running?.requestId === line.slice(MARKER.length)) {
        this.#running.marks++;
        this.#settle();
      }
      return;
    }
    (this.#running?.lines ?? this.#early).push(line);
    this.#onLine(line);
  }

  #settle(): void {
    const running = this.#running;
    if (running?.message === undefined || running.marks < 2) return;
    const { value, error } = running.message;
    running.finish({ ...(value === undefined ? {} : { value }), ...(error === undefined ? {} : { error }) });
  }

  /** Runs the handler once. Never rejects: what went wrong is in `error`. A timeout kills the process. */
  async invoke(payload: string, options: { timeoutSeconds: number; functionArn: string }): Promise<Outcome> {
    const requestId = randomUUID();
    const cold = !this.#used;
    this.#used = true;
    const running: Running = {
      requestId,
      lines: this.#early,
      marks: 0,
      finish: () => undefined,
    };
    this.#early = [];
    this.#running = running;
    this.#claimed = false;
    const outcome = new Promise<Pick<Outcome, "value" | "error">>((resolve) => (running.finish = resolve));
    const initTimer = setTimeout(() => this.kill(), INIT_SECONDS * 1000);
    const ready = await this.#ready;
    clearTimeout(initTimer);
    const began = Date.now();
    let timer: NodeJS.Timeout | undefined;
    if ("milliseconds" in ready) {
      const timeout = options.timeoutSeconds * 1000;
      const trace = randomUUID().replaceAll("-", "");
      const traceId = `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Parent=${trace.slice(0, 16)};Sampled=0`;
      timer = setTimeout(() => {
        this.#fatal = {
          errorType: "Sandbox.Timedout",
          errorMessage: `RequestId: ${requestId} Error: Task timed out after ${options.timeoutSeconds}.00 seconds`,
        };
        this.kill();
      }, timeout);
      (this.#child.stdio[3] as Writable).write(
        `{"requestId":"${requestId}","timeout":${timeout},"traceId":"${traceId}","functionArn":${JSON.stringify(options.functionArn)},"event":${payload === "" ? "{}" : payload}}\n`,
      );
    } else {
      running.finish({ error: ready.error });
    }
    const result = await outcome;
    clearTimeout(timer);
    this.#running = undefined;
    return {
      requestId,
      ...result,
      lines: running.lines,
      milliseconds: Date.now() - began,
      ...(cold && "milliseconds" in ready ? { coldStart: ready.milliseconds } : {}),
    };
  }

  kill(): void {
    if (!this.#ended) this.#child.kill("SIGKILL");
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.kill();
    await this.#exited;
  }
}
