/** Programs of the node, by absolute path or the PATH of the unit; never through a shell. */
import { execFile } from "node:child_process";

export interface CommandResult {
  readonly ok: boolean;
  /** What it wrote to both streams, or why it failed, cut off after `length` characters. */
  readonly output: string;
}

/** Never throws: a program that is missing, fails or takes too long is `ok: false`. */
export function runCommand(
  command: readonly string[],
  seconds: number,
  length = 2000,
  input = "",
): Promise<CommandResult> {
  const [file = "", ...args] = command;
  return new Promise((resolve) => {
    const options = { timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: 1 << 20 } as const;
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      const written = `${stdout}${stderr}`.trim();
      const why = error === null ? "" : error.killed ? `no result in ${seconds} s` : error.message;
      const output = (written === "" ? why : written).slice(0, length);
      resolve({ ok: error === null, output: output === "" && error !== null ? `${file} failed` : output });
    });
    // One that ends before it has read all of it says so by its exit code.
    child.stdin?.on("error", () => undefined).end(input);
  });
}
