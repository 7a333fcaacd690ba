/** A local cloud to qualify, and what a run writes below a folder of its own. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalCloudClient } from "../../local-cloud/index.js";
import { NONE, type Options } from "../../qualify/options.js";
import type { Surroundings } from "../../qualify/run.js";

export const OPTIONS: Options = { region: DEFAULT_REGION, budget: 100, minutes: 60, extras: NONE };

export const whereOf = (cloud: LocalCloudClient, account = DEFAULT_ACCOUNT) => ({
  region: DEFAULT_REGION,
  endpoint: cloud.url,
  credentials: { accessKeyId: account, secretAccessKey: "local" },
});

export const surroundings = (
  cloud: LocalCloudClient,
  folder = mkdtempSync(join(tmpdir(), "qualify-")),
): Surroundings => ({
  folder,
  where: whereOf(cloud),
  env: cloud.env(),
  version: "test",
  signal: new AbortController().signal,
  say: (line) => process.stderr.write(`${line}\n`),
});
