/**
 * examples/cdktf: its types hold, what it synthesizes is valid against the real modules, and a module whose variable
 * was renamed breaks it. And, since its packages hold the schemas of two major versions of the aws provider, whether
 * the Terraform of this repository means the same to both. Its packages (800 MB) are installed here, and only here.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { terraformEnvironment } from "../terraform-env.js";
import { differences, usesOf } from "./provider-types.js";
import { examples, modules } from "./roots.js";
import { root, run, type Log } from "./run.js";
import type { Count } from "./count.js";

const example = join(root, "examples", "cdktf");
const packages = join(example, "node_modules");
const work = join(root, ".cache", "cdktf");

const install = async (log: Log): Promise<boolean> => {
  // npm writes it when an installation ends.
  const stamp = join(packages, ".package-lock.json");
  const lock = join(example, "package-lock.json");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return true;
  return (await run("npm", ["ci"], { cwd: example, log })).code === 0;
};

const node = (log: Log, file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
  run(process.execPath, [join(root, "node_modules", file), ...args], { cwd: example, log, env });

/** Synthesizes against a checkout of the product; the folders of the stacks. */
const synthesize = async (log: Log, name: string, product: string): Promise<readonly string[]> => {
  const out = join(work, name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const env = { ...process.env, TRAFFIC_MIRRORING: product, CDKTF_OUTDIR: out };
  const { code } = await node(log, "tsx/dist/cli.mjs", ["main.ts"], env);
  const stacks = join(out, "stacks");
  return code === 0 ? readdirSync(stacks).map((stack) => join(stacks, stack)) : [];
};

/** What Terraform says against a stack; empty when it is valid. */
const faults = async (log: Log, stack: string): Promise<readonly string[]> => {
  const options = { cwd: stack, env: terraformEnvironment().env, log };
  const init = await run("terraform", ["init", "-backend=false", "-input=false", "-no-color"], options);
  if (init.code !== 0) return ["terraform init failed"];
  const { stdout } = await run("terraform", ["validate", "-json"], { ...options, quiet: true });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { severity: string; summary: string; detail: string }[];
  };
  const found = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ summary, detail }) => `${summary}: ${detail}`);
  for (const line of found) log.line(`${stack}: ${line}`);
  return found;
};

/** A copy of what the modules are made of: Terraform copies the whole of a package once more for each use of it. */
const staged = (name: string): string => {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  for (const part of ["modules", join("functions", "dist")]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  return folder;
};

/** A copy with capture-fleet's variable `clients` renamed throughout. */
const renamed = (): string => {
  const folder = staged("renamed");
  const fleet = join(folder, "modules", "capture-fleet");
  for (const name of readdirSync(fleet).filter((each) => each.endsWith(".tf"))) {
    const text = readFileSync(join(fleet, name), "utf8");
    const other = text
      .replace('variable "clients"', 'variable "registered"')
      .replace(/\bvar\.clients\b/g, "var.registered");
    writeFileSync(join(fleet, name), other);
  }
  return folder;
};

const providers = async (log: Log): Promise<boolean> => {
  const files = [...modules(), ...examples()].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".tf"))
      .map((name) => join(root, folder, name)),
  );
  const uses = (await Promise.all(files.map((file) => usesOf(file, readFileSync(file, "utf8"))))).flat();
  const found = differences(
    uses,
    join(packages, "@cdktf/provider-aws/lib"),
    join(packages, "provider-aws-6/lib"),
  );
  for (const line of found) log.line(line);
  log.line(`${uses.length} uses of the provider, ${found.length} differ`);
  return uses.length > 0 && found.length === 0;
};

export const runCdktf = async (log: Log): Promise<Count> => {
  const verdicts: boolean[] = [];
  const note = (what: string, ok: boolean): void => {
    log.line(`${ok ? "ok  " : "FAIL"} ${what}`);
    verdicts.push(ok);
  };
  if (!(await install(log))) return { passed: 0, failed: 1 };
  note("its types hold", (await node(log, "typescript/bin/tsc", ["--noEmit"])).code === 0);
  const stacks = await synthesize(log, "real", staged("product"));
  note("it synthesizes a hub and a client", stacks.length === 2);
  for (const stack of stacks)
    note(`${stack} is valid against the modules`, (await faults(log, stack)).length === 0);
  const [hub] = (await synthesize(log, "broken", renamed())).filter((stack) => stack.endsWith("hub"));
  const said = hub === undefined ? [] : await faults(log, hub);
  note(
    "a variable that was renamed breaks it",
    said.some((line) => line.includes('"clients"')),
  );
  note("the provider's versions 5.100 and 6 agree on what is used", await providers(log));
  const passed = verdicts.filter(Boolean).length;
  return { passed, failed: verdicts.length - passed };
};
