/** What is kept across restarts of the agent: the lifecycle's state, and up to where the counters are published. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod/mini";
import type { State } from "../core/lifecycle.js";
import type { Sample } from "../core/packet-counts.js";
import { describe, type Log } from "./log.js";
import { replaceFile } from "./spool-files.js";

const schema = z.object({
  phase: z.enum(["launching", "in-service", "draining", "stopping", "uploading", "left"]),
  since: z.number(),
  boot: z.string(),
  target: z.nullable(z.string()),
  cause: z.nullable(z.enum(["terminating", "warm-pool", "spot", "abandoned"])),
  leaveAt: z.nullable(z.number()),
  ended: z.boolean(),
  heartbeatAt: z.number(),
});

/** undefined when there is none or none that can be read: the node then proves its data path again. */
export async function loadState(path: string): Promise<State | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** A full disk must not keep a node from leaving: then the state is in memory alone. */
export async function saveState(path: string, state: State, log: Log): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, JSON.stringify(state));
  } catch (error) {
    log.warn("the state is not on disk", { path, error: describe(error) });
  }
}

/** Counters begin anew with each boot. */
const published = z.object({ boot: z.string(), sample: z.object({ at: z.number() }) });

export async function loadPublished(path: string, boot: string): Promise<Sample | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(path, "utf8"));
    const known = published.parse(read);
    return known.boot === boot ? (read as { sample: Sample }).sample : undefined;
  } catch {
    return undefined;
  }
}

export async function savePublished(path: string, boot: string, sample: Sample, log: Log): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, JSON.stringify({ boot, sample }));
  } catch (error) {
    log.warn("what is published is not on disk", { path, error: describe(error) });
  }
}
