/** Programs of this machine: run to their end, or started and ended with the twin. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";

export interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What it printed. Throws with what it said where it ends with anything but 0. */
export const run = (
  command: string,
  args: readonly string[],
  { input = "", env = process.env }: RunOptions = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "pipe", env });
    const said: string[] = [];
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(printed);
      else
        reject(
          new Error(`${command} ${args.join(" ")} ended with ${String(code)}: ${said.join("") || printed}`),
        );
    });
    // A program that ends without reading what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });

/** Whether the machine has a program of that name. */
export const has = (command: string): boolean =>
  spawnSync("sh", ["-c", 'command -v "$1"', "sh", command]).status === 0;

export const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once("exit", () => resolve()));

/** Asks it to end, and ends it where it has not within two seconds. */
export const end = async (child: ChildProcess): Promise<void> => {
  const gone = ended(child);
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
  await gone;
  clearTimeout(timer);
};
