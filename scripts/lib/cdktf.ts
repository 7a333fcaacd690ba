/**
 * examples/cdktf: it runs as its README says, its types hold, with CDKTF and with CDK Terrain, what it synthesizes is valid
 * against the real modules, and a module whose variable was renamed breaks it. And, since CDKTF's packages of two major
 * versions of the aws provider hold the schemas (test/provider-types, 800 MB), whether the Terraform of this repository
 * means the same to both. All of these packages are installed here, and only here.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
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
const schemas = join(root, "test", "provider-types");
const work = join(root, ".cache", "cdktf");
/** What the installation of CDK Terrain may take, in bytes. */
const TERRAIN_LIMIT = 10e6;

const install = async (log: Log, folder: string): Promise<boolean> => {
  // npm writes it when an installation ends.
  const stamp = join(folder, "node_modules", ".package-lock.json");
  const lock = join(folder, "package-lock.json");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return true;
  return (await run("npm", ["ci"], { cwd: folder, log })).code === 0;
};

/** A tool of the repository, run in a copy of the example or in itself. */
const node = (
  log: Log,
  folder: string,
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
) => run(process.execPath, [join(root, "node_modules", file), ...args], { cwd: folder, log, env });

/** Synthesizes against a checkout of the product; the folders of the stacks. */
const synthesize = async (
  log: Log,
  name: string,
  product: string,
  folder = example,
): Promise<readonly string[]> => {
  const out = join(work, name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const env = { ...process.env, TRAFFIC_MIRRORING: product, CDKTF_OUTDIR: out };
  const { code } = await node(log, folder, "tsx/dist/cli.mjs", ["main.ts"], env);
  const stacks = join(out, "stacks");
  return code === 0 ? readdirSync(stacks).map((stack) => join(stacks, stack)) : [];
};

/** The commands of the README, one after the other, each of which must succeed; their number. */
const asWritten = async (log: Log): Promise<number> => {
  const readme = readFileSync(join(example, "README.md"), "utf8");
  const commands = (/^```\n([^]*?)^```$/m.exec(readme)?.[1] ?? "")
    .split("\n")
    .map((line) => line.replace(/ +#.*$/, ""))
    .filter((line) => line !== "");
  const { TRAFFIC_MIRRORING: _product, ...env } = process.env;
  for (const command of commands) {
    const [program = "", ...args] = command.split(" ");
    if ((await run(program, args, { cwd: example, log, env })).code !== 0) return 0;
  }
  return commands.length;
};

const sizeOf = (path: string): number => {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
};

/** The same example with CDK Terrain under CDKTF's name: another package.json, and not a line changed. */
const terrain = (): string => {
  const folder = join(work, "cdktn");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(example).filter((each) => /\.ts$|^cdktf\.json$|^tsconfig\.json$/.test(each)))
    copyFileSync(join(example, name), join(folder, name));
  for (const name of ["package.json", "package-lock.json", ".npmrc"])
    cpSync(join(example, "cdktn", name), join(folder, name), { preserveTimestamps: true });
  return folder;
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
    join(schemas, "node_modules", "provider-aws-5", "lib"),
    join(schemas, "node_modules", "provider-aws-6", "lib"),
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
  const [ran, installed] = [await asWritten(log), await install(log, schemas)];
  if (ran === 0 || !installed) return { passed: 0, failed: 1 };
  note("it runs as its README says", ran >= 2);
  const carriedOn = terrain();
  if (!(await install(log, carriedOn))) return { passed: 0, failed: 1 };
  const size = sizeOf(join(carriedOn, "node_modules"));
  note(`CDK Terrain takes ${(size / 1e6).toFixed(1)} MB`, size <= TERRAIN_LIMIT);
  const product = staged("product");
  for (const [name, folder] of [
    ["CDKTF", example],
    ["CDK Terrain", carriedOn],
  ] as const) {
    note(`${name}: its types hold`, (await node(log, folder, "typescript/bin/tsc", ["--noEmit"])).code === 0);
    const stacks = await synthesize(log, `real-${name.replace(" ", "-")}`, product, folder);
    note(`${name}: it synthesizes a hub and a client`, stacks.length === 2);
    for (const stack of stacks)
      note(`${stack} is valid against the modules`, (await faults(log, stack)).length === 0);
  }
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
