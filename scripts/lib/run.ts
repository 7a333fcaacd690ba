import { createWriteStream, mkdirSync, readFileSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnGroup } from "./process-group.js";

export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** What a step writes down; shown only when the step fails. */
export class Log {
  readonly path: string;
  private readonly stream: WriteStream;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.stream = createWriteStream(path);
  }

  write(text: string | Buffer): void {
    this.stream.write(text);
  }

  line(text: string): void {
    this.stream.write(`${text}\n`);
  }

  async close(): Promise<void> {
    await new Promise<void>((done) => this.stream.end(done));
  }

  tail(lines: number): string {
    return readFileSync(this.path, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Keep the output out of the log: for machine-readable output that the caller renders. */
  readonly quiet?: boolean;
}

export interface Ran {
  /** 127 when the command does not exist, 1 when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
}

/**
 * Runs a command to its end without a shell. Never throws for what the command does. The command ends with this process
 * and with it all that it started.
 */
export const run = (command: string, args: readonly string[], options: RunOptions): Promise<Ran> =>
  new Promise((resolve) => {
    options.log.line(`$ ${command.replace(`${root}/`, "")} ${args.join(" ")}`);
    const child = spawnGroup(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (options.quiet !== true) options.log.write(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      options.log.write(chunk);
    });
    child.once("error", (error) => {
      options.log.line(error.message);
      resolve({ code: 127, stdout: "" });
    });
    child.once("close", (code) => {
      resolve({ code: code ?? 1, stdout: Buffer.concat(chunks).toString() });
    });
  });
