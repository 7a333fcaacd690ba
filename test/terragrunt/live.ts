/**
 * The live repository of examples/terragrunt as a platform team would have it: a copy of its own, and the product
 * behind a git address with a tag, both below .cache. Terragrunt, git and Terraform are real; AWS is the local cloud.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { spawnGroup } from "../../scripts/lib/process-group.js";
import { root } from "../../scripts/lib/run.js";
import { terraformEnvironment } from "../../scripts/terraform-env.js";

const work = join(root, ".cache", "terragrunt");
const product = join(work, "product");
const live = join(work, "live-repository", "live");

/** A local of release.hcl. */
const released = (name: string): string => {
  const text = readFileSync(join(live, "release.hcl"), "utf8");
  const value = new RegExp(`^\\s*${name}\\s*=\\s*"([^"]+)"`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`release.hcl has no ${name}`);
  return value;
};

const git = (...args: string[]): void => {
  const identity = [
    "-c",
    "user.name=test",
    "-c",
    "user.email=test@example.com",
    "-c",
    "commit.gpgsign=false",
  ];
  execFileSync("git", [...identity, ...args], { cwd: product, stdio: "ignore" });
};

/** What is committed or could be, as a repository with the tag that the live repository asks for. */
const makeProduct = (): void => {
  const list = [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--",
    "*.tf",
    "modules",
    "functions/dist",
  ];
  const files = execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\0");
  mkdirSync(product, { recursive: true });
  for (const file of files.filter((name) => name !== "")) {
    mkdirSync(dirname(join(product, file)), { recursive: true });
    copyFileSync(join(root, file), join(product, file));
  }
  git("init", "--quiet");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message", "the product");
  git("tag", released("ref"));
};

/** A unit's outcome in the report of `run --all`, in the order in which they ended. */
export interface Outcome {
  readonly unit: string;
  readonly result: string;
}

interface Reported {
  readonly Name: string;
  readonly Result: string;
  readonly Started: string;
  readonly Ended: string;
}

export class Live {
  readonly #env: NodeJS.ProcessEnv;

  /** `env`: as whom Terragrunt is started; it assumes a role in each account from there. */
  constructor(env: Readonly<Record<string, string>>) {
    rmSync(work, { recursive: true, force: true });
    cpSync(join(root, "examples", "terragrunt"), dirname(live), { recursive: true });
    makeProduct();
    const own = Object.entries(terraformEnvironment().env).filter(
      ([name]) =>
        !/^(AWS_|TF_VAR_|TF_CLI_ARGS|TF_DATA_DIR|TF_WORKSPACE|TF_LOG|TG_|TERRAGRUNT_|GIT_)/.test(name),
    );
    this.#env = {
      ...Object.fromEntries(own),
      ...env,
      TG_TF_PATH: "terraform",
      TG_NON_INTERACTIVE: "true",
      TG_NO_COLOR: "true",
      // Two cores: more at once only wait for each other.
      TG_PARALLELISM: "2",
      // The git address of the release leads to the copy.
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.file://${product}.insteadOf`,
      GIT_CONFIG_VALUE_0: released("repository").replace(/^git::/, ""),
    };
  }

  read(file: string): string {
    return readFileSync(join(live, file), "utf8");
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(live, file)), { recursive: true });
    writeFileSync(join(live, file), text);
  }

  /** `terragrunt run --all <command>` in the whole repository; throws with the end of what it said. */
  async runAll(command: string, options: { flags?: readonly string[]; args?: readonly string[] } = {}) {
    const report = join(work, "report.json");
    rmSync(report, { force: true });
    const flags = ["--report-file", report, "--report-format", "json", ...(options.flags ?? [])];
    const text = await this.#terragrunt([
      "run",
      "--all",
      ...flags,
      "--",
      command,
      "-no-color",
      ...(options.args ?? []),
    ]);
    const reported = JSON.parse(readFileSync(report, "utf8")) as Reported[];
    const outcomes: Outcome[] = [...reported]
      .sort((a, b) => a.Ended.localeCompare(b.Ended))
      .map(({ Name, Result }) => ({ unit: Name.replaceAll(".terragrunt-stack/", ""), result: Result }));
    return { text, outcomes };
  }

  /** Outputs of one unit, by its folder. */
  async outputs<T>(folder: string): Promise<T> {
    const text = await this.#terragrunt(["run", "--", "output", "-json"], join(live, folder));
    const found = JSON.parse(text.slice(text.indexOf("{"))) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value])) as T;
  }

  #terragrunt(args: readonly string[], cwd = live): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawnGroup("terragrunt", args, { cwd, env: this.#env });
      let out = "";
      let all = "";
      child.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        all += chunk.toString();
      });
      child.stderr.on("data", (chunk: Buffer) => (all += chunk.toString()));
      child.once("error", reject);
      child.once("close", (code) => {
        writeFileSync(join(root, "reports", "terragrunt-last.log"), all);
        if (code === 0) resolve(out);
        else
          reject(
            new Error(`terragrunt ${args.join(" ")} ended with ${code ?? "a signal"}:\n${all.slice(-6000)}`),
          );
      });
    });
  }
}
