/**
 * One aws provider for every `terraform validate` and `terraform test` of a run. Terraform starts a provider anew for
 * each phase of each `run` block, which is four fifths of what such a test costs: 20 runs took 22 CPU seconds, and take 5.
 * The provider is the one that `terraform init` chose, started as its developers do for a debugger ("Debugging
 * providers", Terraform plugin framework), and only asked for its schemas: where something is mocked, nothing is
 * configured. What applies for real, the end-to-end tests, has Terraform start its providers itself.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { endGroup, spawnGroup } from "./process-group.js";

const PATIENCE_MS = 120_000;

/** The provider that `terraform init` put into a root's data directory. */
const installed = (dataDirectory: string): string => {
  const versions = join(dataDirectory, "providers", "registry.terraform.io", "hashicorp", "aws");
  for (const version of existsSync(versions) ? readdirSync(versions) : []) {
    for (const platform of readdirSync(join(versions, version))) {
      const folder = join(versions, version, platform);
      const file = readdirSync(folder).find((name) => name.startsWith("terraform-provider-aws"));
      if (file !== undefined) return join(folder, file);
    }
  }
  throw new Error(`no aws provider below ${versions}`);
};

/** What a provider says when it is ready: the value of TF_REATTACH_PROVIDERS between single quotes. */
export const reattachIn = (output: string): string | undefined =>
  /TF_REATTACH_PROVIDERS='(\{.+\})'/.exec(output)?.[1];

const start = (program: string): Promise<NodeJS.ProcessEnv> =>
  new Promise((resolve, reject) => {
    const child = spawnGroup(program, ["-debug"]);
    let output = "";
    const late = setTimeout(() => {
      endGroup(child);
      reject(new Error(`the provider is not ready after ${PATIENCE_MS / 1000} s:\n${output}`));
    }, PATIENCE_MS);
    const hear = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
      const reattach = reattachIn(output);
      if (reattach === undefined) return;
      clearTimeout(late);
      // it lives as long as this process, and does not keep it alive
      child.unref();
      for (const stream of [child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
      resolve({ TF_REATTACH_PROVIDERS: reattach });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`the provider ended with ${String(code)}:\n${output}`));
    });
  });

let shared: Promise<NodeJS.ProcessEnv> | undefined;

/** For the environment of `terraform validate` and `terraform test`; the first root that asks lends its provider. */
export const sharedProvider = async (dataDirectory: string): Promise<NodeJS.ProcessEnv> =>
  (shared ??= start(installed(dataDirectory)));
