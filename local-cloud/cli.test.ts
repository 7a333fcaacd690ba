/** The local cloud as a process of its own leaves nothing behind, however it ends. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { fileURLToPath } from "node:url";
import { LocalCloudClient } from "./index.js";
import { createFunction, lambdaOf } from "./support/resources.js";
import { InvokeCommand } from "@aws-sdk/client-lambda";

jest.setTimeout(60_000);
const CLI = fileURLToPath(new URL("./cli.ts", import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("ended before it was ready")));
    if (child.stdout !== null) createInterface({ input: child.stdout }).once("line", resolve);
  });

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const goneWithin = async (pids: readonly number[], milliseconds: number): Promise<boolean> => {
  for (const end = Date.now() + milliseconds; Date.now() < end;) {
    if (!pids.some(alive)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
};

/** A local cloud with a function process in it; answers the pids of moto and of that process. */
const start = async (command: string, args: readonly string[]) => {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  const { url } = JSON.parse(await firstLine(child)) as { url: string };
  const cloud = new LocalCloudClient(url);
  const source = "export const handler = async () => process.pid;";
  const FunctionName = await createFunction(cloud, "111111111111", source);
  const answer = await lambdaOf(cloud, "111111111111").send(new InvokeCommand({ FunctionName }));
  const worker = Number(Buffer.from(answer.Payload ?? []).toString());
  const pids = [(await cloud.health()).moto.pid, worker];
  expect(pids.every(alive)).toBe(true);
  return { child, pids };
};

const NODE = ["--import", "tsx", CLI];

describe("the command line", () => {
  test("describes each of its options and starts nothing", () => {
    const help = execFileSync(process.execPath, [...NODE, "--help"], { encoding: "utf8" });
    expect(help.match(/^ {2}--\w+/gm)?.map((option) => option.trim())).toEqual([
      "--port",
      "--log",
      "--python",
      "--detach",
      "--help",
    ]);
  });

  test.each(["SIGTERM", "SIGKILL"] as const)("ends moto and function processes on %s", async (signal) => {
    const { child, pids } = await start(process.execPath, NODE);
    child.kill(signal);
    expect(await goneWithin(pids, 8000)).toBe(true);
  });

  test("ends when the process that started it is gone", async () => {
    const script = `"${process.execPath}" ${NODE.map((arg) => `"${arg}"`).join(" ")} & wait`;
    const { child, pids } = await start("sh", ["-c", script]);
    child.kill("SIGKILL");
    expect(await goneWithin(pids, 8000)).toBe(true);
  });
});
