/**
 * Runs Terraform on a copy of an example: the copy refers to the real modules, the tree stays clean, and several
 * runs do not share state. What the copy gets besides is an override file, Terraform's own way to change a root
 * without editing it ("Override Files" in its language reference).
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { endGroup, spawnGroup, type GroupLeader } from "../../scripts/lib/process-group.js";
import { root } from "../../scripts/lib/run.js";
import { terraformEnvironment } from "../../scripts/terraform-env.js";
import { idsIn } from "./terraform-state.js";

/** A line of `-json` ("Machine-Readable UI" in Terraform's internals), as far as it is read here. */
export interface TerraformLine {
  readonly "@message": string;
  readonly type: string;
  readonly hook?: {
    readonly resource: { readonly addr: string; readonly resource_type: string };
    readonly action: string;
    readonly elapsed_seconds?: number;
  };
  readonly change?: {
    readonly resource: { readonly addr: string };
    readonly action: string;
  };
  readonly changes?: { readonly add: number; readonly change: number; readonly remove: number };
  readonly diagnostic?: { readonly severity: string; readonly summary: string; readonly detail: string };
}

export type Variables = Readonly<Record<string, unknown>>;

export interface RootOptions {
  /** Folder of the example below `tree`. */
  readonly example: string;
  /** The repository as a whole, or another version of it. Default this one. */
  readonly tree?: string;
  /** Names the working copy below .cache; whatever a run of the same name left there is forgotten. */
  readonly name: string;
  /** A folder in its place that is gone on with: the state of a run that was killed is in it. */
  readonly folder?: string;
  /** Terraform, or OpenTofu, of another version than the PATH's. */
  readonly command?: string;
  /** Credentials and endpoint. AWS and Terraform settings of the caller's environment are not inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** HCL of override files by their names. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly onLine?: (line: TerraformLine) => void;
}

export class TerraformError extends Error {
  override readonly name = "TerraformError";
}

/**
 * Provider settings for a cloud that is neither asked for its account's credentials nor has a name for each
 * bucket, and whose missing answers must not be retried for minutes. As often as SDKs try by themselves, since a
 * connection can break on any machine; the provider's own default is 25 times.
 */
const provider = (more: string): string => `provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
  max_retries                 = 3
${more}}
`;

export const LOCAL_PROVIDER = provider("");

/** The same with `default_tags`. */
export const taggingProvider = (tags: Readonly<Record<string, string>>): string =>
  provider(`  default_tags {\n    tags = ${JSON.stringify(tags)}\n  }\n`);

const running = new Set<GroupLeader>();

/** Ends every Terraform of this process with its provider processes, at once. */
export const killTerraform = (): void => {
  for (const child of running) endGroup(child);
  running.clear();
};

const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(terraformEnvironment().env).filter(
      ([name]) => !/^(AWS_|TF_VAR_|TF_CLI_ARGS|TF_DATA_DIR|TF_WORKSPACE|TF_LOG)/.test(name),
    ),
  );

const copyExample = (from: string, folder: string): void => {
  for (const name of readdirSync(from).filter((each) => each.endsWith(".tf"))) {
    const text = readFileSync(join(from, name), "utf8");
    const moved = text.replace(/(\bsource\s*=\s*")(\.\.?\/[^"]*)"/g, (_, before: string, path: string) => {
      return `${before}${relative(folder, join(from, path))}"`;
    });
    if (moved === text) copyFileSync(join(from, name), join(folder, name));
    else writeFileSync(join(folder, name), moved);
  }
};

export class TerraformRoot {
  readonly folder: string;
  readonly #lasting: boolean;
  #example: string;
  readonly #command: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #onLine: (line: TerraformLine) => void;

  constructor(options: RootOptions) {
    this.folder = options.folder ?? join(root, ".cache", "terraform", "work", options.name);
    this.#lasting = options.folder !== undefined;
    this.#example = options.example;
    this.#command = options.command ?? "terraform";
    if (!this.#lasting) rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    copyExample(join(options.tree ?? root, options.example), this.folder);
    for (const [name, hcl] of Object.entries(options.overrides ?? {})) {
      writeFileSync(join(this.folder, `${name}_override.tf`), hcl);
    }
    this.#env = { ...inherited(), ...options.env };
    this.#onLine = options.onLine ?? (() => undefined);
  }

  /** Another version of the repository, or another example, over the same state: to be followed by `init`. */
  switchTo(tree: string, example = this.#example): void {
    this.#example = example;
    for (const name of readdirSync(this.folder)) {
      if (name.endsWith(".tf") && !name.endsWith("_override.tf")) rmSync(join(this.folder, name));
    }
    copyExample(join(tree, this.#example), this.folder);
  }

  async init(): Promise<void> {
    await this.#expect(["init", "-input=false", "-no-color"], [0]);
  }

  /**
   * `replace`: addresses that are made anew though nothing about them has changed. `targets`: make these and what they
   * need, and nothing else.
   */
  async apply(
    variables: Variables = {},
    replace: readonly string[] = [],
    targets: readonly string[] = [],
  ): Promise<void> {
    const only = [
      ...replace.map((address) => `-replace=${address}`),
      ...targets.map((address) => `-target=${address}`),
    ];
    await this.#expect(
      [
        "apply",
        "-auto-approve",
        "-input=false",
        "-json",
        ...this.#patience(),
        ...only,
        ...this.#variables(variables),
      ],
      [0],
    );
  }

  async destroy(variables: Variables = {}): Promise<void> {
    await this.#expect(
      [
        "destroy",
        "-auto-approve",
        "-input=false",
        "-json",
        ...this.#patience(),
        ...this.#variables(variables),
      ],
      [0],
    );
  }

  /** Addresses that a plan would change, with the action; none when the plan is empty. */
  async plan(variables: Variables = {}): Promise<readonly string[]> {
    const args = ["plan", "-detailed-exitcode", "-input=false", "-json", ...this.#variables(variables)];
    const { code, lines } = await this.#expect(args, [0, 2]);
    const changes = lines.flatMap(({ type, change }) =>
      type === "planned_change" && change ? [`${change.action} ${change.resource.addr}`] : [],
    );
    // Outputs alone can differ as well.
    return code === 2 && changes.length === 0 ? ["change of outputs"] : changes;
  }

  async outputs<T = Record<string, unknown>>(): Promise<T> {
    const { text } = await this.#expect(["output", "-json", "-no-color"], [0]);
    const outputs = JSON.parse(text) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as T;
  }

  /** Ids of resources of a type in the state, by their addresses. */
  async ids(type: string): Promise<ReadonlyMap<string, string>> {
    const { text } = await this.#expect(["state", "pull"], [0]);
    return idsIn(text, type);
  }

  /** Addresses of everything in the state. */
  async resources(): Promise<readonly string[]> {
    const { text } = await this.#expect(["state", "list", "-no-color"], [0]);
    return text.split("\n").filter((line) => line !== "");
  }

  /** Gives a resource another address in the state. */
  async move(from: string, to: string): Promise<void> {
    await this.#expect(["state", "mv", from, to], [0]);
  }

  /** Takes into the state what is there already, by the command, one at a time. */
  async import(address: string, id: string, variables: Variables = {}): Promise<void> {
    await this.#expect(
      ["import", "-input=false", "-no-color", ...this.#variables(variables), address, id],
      [0],
    );
  }

  /** Takes resources out of the state and leaves them where they are. */
  async forget(...addresses: readonly string[]): Promise<void> {
    await this.#expect(["state", "rm", "-no-color", ...addresses], [0]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A killed run's Terraform goes on to its end, and holds the lock until then. */
  #patience(): string[] {
    return this.#lasting ? ["-lock-timeout=30m"] : [];
  }

  #variables(variables: Variables): string[] {
    return Object.entries(variables).map(
      ([name, value]) => `-var=${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
  }

  async #expect(args: readonly string[], codes: readonly number[]) {
    const ran = await this.#run(args);
    if (codes.includes(ran.code)) return ran;
    const errors = ran.lines.flatMap(({ diagnostic: found }) =>
      found?.severity === "error" ? [`${found.summary}: ${found.detail}`] : [],
    );
    const said = errors.length > 0 ? errors.join("\n") : `${ran.text}\n${ran.complaint}`.slice(-4000);
    throw new TerraformError(`${this.#command} ${args[0] ?? ""} ended with ${ran.code}:\n${said}`);
  }

  #run(args: readonly string[]) {
    return new Promise<{ code: number; text: string; complaint: string; lines: TerraformLine[] }>(
      (resolve) => {
        const child = spawnGroup(this.#command, args, {
          cwd: this.folder,
          env: this.#env,
          // What it is making is to be in the state: interrupted, the provider drops calls that AWS has answered to.
          outlives: this.#lasting,
        });
        running.add(child);
        const texts: string[] = [];
        const lines: TerraformLine[] = [];
        let complaint = "";
        createInterface({ input: child.stdout }).on("line", (text) => {
          texts.push(text);
          if (!args.includes("-json") || !text.startsWith('{"@')) return;
          const line = JSON.parse(text) as TerraformLine;
          lines.push(line);
          this.#onLine(line);
        });
        child.stderr.on("data", (chunk: Buffer) => {
          complaint = (complaint + chunk.toString()).slice(-4000);
        });
        child.once("error", (error) => {
          complaint += error.message;
        });
        child.once("close", (code) => {
          running.delete(child);
          resolve({ code: code ?? 1, text: texts.join("\n"), complaint, lines });
        });
      },
    );
  }
}
