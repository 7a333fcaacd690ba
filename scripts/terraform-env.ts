/**
 * Prepares the environment in which this repository runs Terraform, so that neither a stale setting nor a
 * missing network stops it. In this order:
 *
 *   1. TF_PLUGIN_MIRROR names a folder that holds `registry.terraform.io`: providers come from there.
 *   2. TF_CLI_CONFIG_FILE names a file that exists: that is somebody's choice, nothing is changed.
 *   3. A folder `registry.terraform.io` near the root of this file system has a fitting aws provider: as in 1.
 *   4. Otherwise plain `terraform init` over the network, with one shared plugin cache below .cache.
 *
 * Started by hand it also proves that the provider can be had: `npm run terraform:prepare`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./lib/run.js";

const cache = join(root, ".cache", "terraform");
const constraint = ">= 5.100, < 7";

const fits = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === 6 || (major === 5 && minor >= 100);
};

/** Does this mirror hold an aws provider that the modules accept, for this platform? */
const holdsProvider = (mirror: string): boolean => {
  const folder = join(mirror, "registry.terraform.io", "hashicorp", "aws");
  if (!existsSync(folder)) return false;
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  return readdirSync(folder).some((name) => {
    const packed = /^terraform-provider-aws_([\d.]+)_(\w+)\.zip$/.exec(name);
    if (packed?.[1] !== undefined) return fits(packed[1]) && packed[2] === platform;
    return fits(name) && existsSync(join(folder, name, platform));
  });
};

/** The folder that holds `registry.terraform.io` with a fitting provider, where there is one. */
export const findMirror = (given: string | undefined): string | undefined => {
  if (given !== undefined && given !== "") {
    if (!holdsProvider(given)) {
      throw new Error(
        `TF_PLUGIN_MIRROR must hold registry.terraform.io/hashicorp/aws ${constraint}: ${given}`,
      );
    }
    return resolve(given);
  }
  // Never below another mount, and not deep: this takes a tenth of a second. What lies in a temporary folder (somebody's
  // TF_DATA_DIR looks the same) may be gone in a moment.
  const temporary = ["(", "-path", "/tmp", "-o", "-path", "/var/tmp", ")", "-prune"];
  const wanted = ["-type", "d", "-name", "registry.terraform.io", "-print"];
  const search = ["/", "-xdev", "-maxdepth", "4", ...temporary, "-o", ...wanted];
  const found = spawnSync("find", search, { encoding: "utf8" }).stdout;
  return found
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => dirname(line))
    .find(holdsProvider);
};

export interface Prepared {
  /** For every Terraform process: pass it whole. */
  readonly env: NodeJS.ProcessEnv;
  /** Where providers come from, in words. */
  readonly source: string;
  /** The mirror, where they come from one. */
  readonly mirror?: string;
}

let prepared: Prepared | undefined;

/** Finds the providers once per process; see the head of this file. */
export const terraformEnvironment = (base: NodeJS.ProcessEnv = process.env): Prepared => {
  prepared ??= prepare(base);
  return prepared;
};

/**
 * Terraform and its provider hold the provider's schemas, 150 MB, and would walk them again for every so much that they
 * allocate: collecting later halves the CPU of a `terraform test` (11 runs: 13.1 s by default, 7.0 s with 400; 101 runs:
 * 75 s with 400, 67 s with 1000). The limit keeps that in bounds ("A Guide to the Go Garbage Collector").
 */
const collector = { GOGC: "1000", GOMEMLIMIT: "1500MiB" };

/** Whole at every moment: test steps run side by side, and a Terraform of another may be reading it. */
const replaceFile = (file: string, text: string): void => {
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text);
  renameSync(beside, file);
};

const prepare = (base: NodeJS.ProcessEnv): Prepared => {
  const { TF_CLI_CONFIG_FILE: configured, TF_PLUGIN_MIRROR: given, ...rest } = base;
  const env: NodeJS.ProcessEnv = {
    ...collector,
    ...rest,
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
  };
  if (given === undefined) {
    if (configured !== undefined && existsSync(configured)) {
      return {
        env: { ...env, TF_CLI_CONFIG_FILE: configured },
        source: "the CLI configuration in TF_CLI_CONFIG_FILE",
      };
    }
    if (existsSync(join(homedir(), ".terraformrc"))) return { env, source: "the CLI configuration at home" };
  }
  mkdirSync(cache, { recursive: true });
  const mirror = findMirror(given);
  if (mirror !== undefined) {
    const file = join(cache, "terraform.rc");
    const pattern = '"registry.terraform.io/hashicorp/aws"';
    replaceFile(
      file,
      [
        "provider_installation {",
        `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = [${pattern}]\n  }`,
        `  direct {\n    exclude = [${pattern}]\n  }`,
        "}\n",
      ].join("\n"),
    );
    return { env: { ...env, TF_CLI_CONFIG_FILE: file }, source: `the mirror ${mirror}`, mirror };
  }
  const plugins = env["TF_PLUGIN_CACHE_DIR"] ?? join(cache, "plugins");
  mkdirSync(plugins, { recursive: true });
  return {
    // Lock files are not committed here (see .gitignore), so the cache may be used without one.
    env: { ...env, TF_PLUGIN_CACHE_DIR: plugins, TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "true" },
    source: "the network",
  };
};

/** A folder for `.terraform` of one root, away from the module's own folder. */
export const dataDirectory = (folder: string): string =>
  join(cache, "data", folder === "." ? "root" : folder.replaceAll("/", "-"));

/**
 * Gets the provider once, in an empty root, so that later inits (which may run at the same time, and a plugin
 * cache is not made for that) only link to it. Throws with what Terraform said.
 */
export const fetchProvider = (): string => {
  const { env, source } = terraformEnvironment();
  const folder = join(cache, "provider");
  mkdirSync(folder, { recursive: true });
  const required = `aws = {\n      source  = "hashicorp/aws"\n      version = "${constraint}"\n    }`;
  writeFileSync(
    join(folder, "versions.tf"),
    `terraform {\n  required_providers {\n    ${required}\n  }\n}\n`,
  );
  const init = spawnSync("terraform", ["init", "-input=false", "-no-color"], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  if (init.error !== undefined) {
    throw new Error(
      "terraform is missing: install 1.9 or newer (https://developer.hashicorp.com/terraform/install).",
    );
  }
  if (init.status !== 0) throw new Error(`no aws provider from ${source}:\n${init.stderr}`);
  return source;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(`aws provider: from ${fetchProvider()}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
