/**
 * Child processes that end with whoever started them, and all that they started themselves with them: Terraform with its
 * providers, Jest with its workers and theirs.
 *
 * Each is a process group of its own, and beside it a guard waits at a pipe. When this process ends, in whatever way
 * (Ctrl-C, SIGTERM, SIGKILL, a crash), the kernel closes the pipe, and the guard kills the group. Handlers of signals
 * would not do: none runs after SIGKILL, and within a test file of Jest `process` is a copy that hears of no signal.
 */
import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

const GUARD = 'read -r _; kill -s KILL -- "-$1"';

const killGroup = (leader: number): void => {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // gone already
  }
};

/** Reads nothing: a group in the background cannot read from a terminal. */
export type GroupLeader = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Between a program and this process's pipes, for one that outlives this process: a Go program dies of its next line where
 * nobody reads it (package os/signal, "SIGPIPE"), so somebody goes on reading.
 */
const DRAINED = `drain() { cat || :; cat >/dev/null; }
"$@" 2> >(drain >&2) | drain`;

/**
 * As `spawn` of Node, with its output in pipes. `outlives`: the child goes on to its end without this process, for what
 * it must not leave half done.
 */
export const spawnGroup = (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly outlives?: boolean } = {},
): GroupLeader => {
  const { outlives = false, ...rest } = options;
  const started = outlives
    ? { command: "bash", args: ["-o", "pipefail", "-c", DRAINED, "bash", command, ...args] }
    : { command, args };
  const child = spawn(started.command, started.args, {
    ...rest,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid === undefined || outlives) return child;
  // In a group of its own: what is sent to the group of this process must not end the guard first.
  const guard = spawn("sh", ["-c", GUARD, "guard", String(pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  child.once("exit", () => {
    guard.kill("SIGKILL");
    // What the child has left behind.
    killGroup(pid);
  });
  return child;
};

/** Ends the child and all of its group at once. */
export const endGroup = ({ pid }: Pick<ChildProcess, "pid">): void => {
  if (pid !== undefined) killGroup(pid);
};
