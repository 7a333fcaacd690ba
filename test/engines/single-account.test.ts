/**
 * examples/single-account by engines other than the Terraform of the PATH, which runs everything else: applied, planned
 * again without a change, with a session at work, and destroyed. `make test-engines` builds the engines.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_REGION, startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { root } from "../../scripts/lib/run.js";
import { terraformEnvironment } from "../../scripts/terraform-env.js";
import { createAws } from "../support/aws.js";
import { LOCAL_PROVIDER, TerraformRoot } from "../support/terraform.js";
import { openTofuEnvironment } from "./opentofu.js";

interface Outputs {
  readonly source_subnets: Readonly<Record<string, string>>;
}

const built = (name: string): string => join(root, ".cache", "bin", name);

const ENGINES = [
  { name: "OpenTofu", version: /^1\.12\./, command: built("tofu"), env: openTofuEnvironment },
  { name: "the oldest Terraform", version: /^1\.9\./, command: built("terraform-1.9"), env: () => ({}) },
];

describe.each(ENGINES)("$name", ({ name, version, command, env }) => {
  const slug = name.toLowerCase().replaceAll(" ", "-");
  const times: Record<string, number> = {};
  let cloud: LocalCloud;
  let engine: TerraformRoot;

  const timed = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    try {
      return await work();
    } finally {
      times[label] = Math.round((performance.now() - began) / 1000);
    }
  };

  beforeAll(async () => {
    mkdirSync(join(root, "reports"), { recursive: true });
    cloud = await startLocalCloud({ logFile: join(root, "reports", `engines-${slug}-cloud.log`) });
    await cloud.setSchedules({ paused: true });
    engine = new TerraformRoot({
      example: "examples/single-account",
      name: `engines-${slug}`,
      command,
      env: { ...cloud.env(), ...env() },
      overrides: { provider: LOCAL_PROVIDER },
    });
  });

  afterAll(async () => {
    process.stderr.write(`${name}, seconds: ${JSON.stringify(times)}\n`);
    await (cloud as LocalCloud | undefined)?.stop();
    (engine as TerraformRoot | undefined)?.remove();
  });

  test("is the version that it is said to be", () => {
    const said = execFileSync(command, ["version", "-json"], {
      encoding: "utf8",
      env: { ...terraformEnvironment().env, ...env() },
    });
    const { terraform_version: found } = JSON.parse(said) as { terraform_version: string };
    process.stderr.write(`${name} ${found}\n`);
    expect(found).toMatch(version);
  });

  test("applies, and a second plan is empty", async () => {
    await timed("init", () => engine.init());
    await timed("apply", () => engine.apply());
    expect(await timed("plan", () => engine.plan())).toEqual([]);
  });

  test("what it made mirrors, and that changes no plan", async () => {
    const aws = createAws(cloud.env());
    const { source_subnets: subnets } = await engine.outputs<Outputs>();
    await aws.launch({ subnetId: subnets[`${DEFAULT_REGION}a`] ?? "", tags: { Mirror: "true" } });
    await cloud.idle();
    expect(await aws.sessions()).toHaveLength(1);
    expect(await engine.plan()).toEqual([]);
  });

  test("destroys, and leaves nothing", async () => {
    await timed("destroy", () => engine.destroy());
    expect(await engine.resources()).toEqual([]);
    const left = Object.values(await createAws(cloud.env()).inventory()).flat();
    expect(left).toEqual([]);
    expect(await cloud.denials()).toEqual([]);
    expect(await cloud.gaps()).toEqual([]);
    expect(await cloud.refused()).toEqual([]);
  });
});
