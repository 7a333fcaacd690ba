/**
 * A bundle as a process of its own on the functions' Node, that also tells what it cost: beside the bundle lies a
 * handler that answers a question of the bench with the process's own counters and hands on everything else.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { bundle, type Bundle } from "../../scripts/lib/bundle.js";
import { Worker } from "../../local-cloud/lambda/worker.js";
import { zipOf } from "./sections/size.js";

/** The peak is the kernel's high-water mark where it tells one: getrusage counts the parent's memory in. */
const HANDLER = `
import { readFileSync } from "node:fs";
import { handler as inner } from "./index.mjs";
const peak = () => {
  try {
    return Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
};
const usage = () => {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, peakMegabytes: peak() / 1024 };
};
export const handler = (event, context) => (event?.bench === "usage" ? usage() : inner(event, context));
`;

/** Reads what a sweep must read, and does nothing with it. */
const BARE_SDK = `
import {
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeTrafficMirrorSessions,
} from "@aws-sdk/client-ec2";
const client = new EC2Client({});
const pages = { client, pageSize: 1000 };
export const handler = async ({ vpcId }) => {
  let [sessions, instances] = [0, 0];
  for await (const page of paginateDescribeTrafficMirrorSessions(pages, {})) {
    sessions += page.TrafficMirrorSessions?.length ?? 0;
  }
  const ofVpc = { Filters: [{ Name: "vpc-id", Values: [vpcId] }] };
  for await (const page of paginateDescribeInstances(pages, ofVpc)) {
    for (const { Instances } of page.Reservations ?? []) instances += Instances?.length ?? 0;
  }
  return { sessions, instances };
};
`;

export interface Usage {
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

export interface Metered {
  /** Throws with the function's message when it failed. */
  invoke(event: object): Promise<Record<string, unknown>>;
  /** Of the process since its start, its import included. */
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const folders: string[] = [];

const unpacked = (code: Bundle): string => {
  const folder = mkdtempSync(join(tmpdir(), "bench-function-"));
  folders.push(folder);
  mkdirSync(folder, { recursive: true });
  writeBundle(code, folder);
  writeFileSync(join(folder, "metered.mjs"), HANDLER);
  return folder;
};

process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The code of a committed bundle. */
export const bundleOf = (name: string): Bundle => unzipSync(zipOf(name));

export const writeBundle = (code: Bundle, folder: string): void => {
  mkdirSync(folder, { recursive: true });
  for (const [file, contents] of Object.entries(code)) writeFileSync(join(folder, file), contents);
};

export const bareSdk = (): Promise<Bundle> => bundle({ code: BARE_SDK });

/** `megabytes`: the function's memory size, which bounds the heap as Lambda's runtime does. */
export const startMetered = (
  code: Bundle,
  environment: Readonly<Record<string, string>>,
  { megabytes, timeoutSeconds }: { megabytes: number; timeoutSeconds: number },
): Metered => {
  const folder = unpacked(code);
  const name = environment["AWS_LAMBDA_FUNCTION_NAME"] ?? "function";
  const worker = new Worker({
    folder,
    environment: { ...environment, _HANDLER: "metered.handler", LAMBDA_TASK_ROOT: folder },
    memory: megabytes,
    onLine: () => undefined,
  });
  const functionArn = `arn:aws:lambda:${environment["AWS_REGION"] ?? ""}:${environment["AWS_ACCESS_KEY_ID"] ?? ""}:function:${name}`;
  const invoke = async (event: object): Promise<Record<string, unknown>> => {
    const { value, error } = await worker.invoke(JSON.stringify(event), { timeoutSeconds, functionArn });
    if (error !== undefined) throw new Error(`${name}: ${error.errorType}: ${error.errorMessage}`);
    return JSON.parse(value ?? "null") as Record<string, unknown>;
  };
  return {
    invoke,
    usage: async () => (await invoke({ bench: "usage" })) as unknown as Usage,
    stop: () => worker.stop(),
  };
};
