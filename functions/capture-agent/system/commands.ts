/** Programs of the node, by absolute path or the PATH of the unit; never through a shell. */
import { execFile } from "node:child_process";

export interface Ran {
  readonly ok: boolean;
  /** What it said on both streams, cut off after `length` characters. */
  readonly said: string;
}

/** Never throws: a program that is missing, fails or takes too long did not do it. */
export function runCommand(command: readonly string[], seconds: number, length = 2000): Promise<Ran> {
  const [file = "", ...args] = command;
  return new Promise((resolve) => {
    const options = { timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: 1 << 20 } as const;
    execFile(file, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      const why = error === null ? "" : error.killed ? `no answer in ${seconds} s` : error.message;
      const said = (output === "" ? why : output).slice(0, length);
      resolve({ ok: error === null, said: said === "" && error !== null ? `${file} failed` : said });
    });
  });
}
