/** A run that is stopped leaves nothing behind: neither Terraform nor its providers, neither moto nor functions. */
import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { root } from "../../scripts/lib/run.js";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All that run on this machine; the dead who wait to be collected are left out. */
const processes = (): readonly Process[] =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const [, pid, parent, state = "", command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined || state.startsWith("Z")
        ? []
        : [{ pid: Number(pid), parent: Number(parent), command }];
    });

const below = (pid: number, all: readonly Process[]): readonly Process[] =>
  all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid, all)]);

const WORK = [/^terraform apply/, /terraform-provider-aws/, /moto-pipe\.py/];

let started: readonly Process[] = [];

// Should the test fail, nothing is left either.
afterEach(() => {
  for (const { pid, command } of processes()) {
    if (started.some((each) => each.pid === pid && each.command === command)) process.kill(pid, "SIGKILL");
  }
});

/** Waits until each of these is at work `times` times, then stops the run as told, and says what was still there. */
const stop = async (
  [command = "", ...args]: readonly string[],
  signal: NodeJS.Signals,
  times: number,
): Promise<readonly string[]> => {
  const run = spawn(command, args, { cwd: root, stdio: "ignore" });
  const ended = new Promise((resolve) => run.once("exit", resolve));
  const { pid = -1 } = run;
  started = [];
  const busy = () =>
    WORK.every((each) => started.filter((found) => each.test(found.command)).length >= times);
  while (!busy()) {
    if (run.exitCode !== null) throw new Error(`the run ended by itself, with ${run.exitCode}`);
    await sleep(200);
    started = below(pid, processes());
  }
  run.kill(signal);
  await ended;
  let left = started;
  // A minute is for a busy machine.
  for (let tries = 0; tries < 600 && left.length > 0; tries++) {
    await sleep(100);
    const living = processes();
    left = started.filter((each) =>
      living.some(({ pid, command }) => pid === each.pid && command === each.command),
    );
  }
  return left.map((each) => each.command);
};

test("Jest with workers of its own, on SIGTERM", async () => {
  const jest = ["npm", "run", "--silent", "jest", "--", "--config", "test/e2e/stopped/jest.config.mjs"];
  expect(await stop(jest, "SIGTERM", 2)).toEqual([]);
});

test("a step of make test, even on SIGKILL", async () => {
  const step = [process.execPath, "--import", "tsx", "test/e2e/stopped/step.ts"];
  expect(await stop(step, "SIGKILL", 2)).toEqual([]);
});

test("the demo, on SIGINT", async () => {
  expect(await stop(["npm", "run", "--silent", "demo"], "SIGINT", 1)).toEqual([]);
});
