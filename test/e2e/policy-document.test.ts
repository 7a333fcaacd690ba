/**
 * The contract between Terraform and the functions: what modules/mirror-controller renders is planned by the real
 * provider, put together by the functions' own reader and parsed with their own schema, and must then say what was
 * asked for. Nothing is applied.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { CreateSubnetCommand, CreateVpcCommand } from "@aws-sdk/client-ec2";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { createPolicyParameter } from "../../functions/aws/policy-parameter.js";
import { parsePolicy, type Policy } from "../../functions/core/sessions/policy.js";
import { root } from "../../scripts/lib/run.js";
import { terraformEnvironment } from "../../scripts/terraform-env.js";
import { startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { createAws } from "../support/aws.js";
import { EVERYTHING, LARGE, MINIMAL, TOO_LARGE, type Inputs } from "./policy-documents.js";

const folder = join(root, ".cache", "terraform", "work", "policy-document");
const PARAMETER_BYTES = 4096;

let cloud: LocalCloud;

interface Ran {
  readonly code: number;
  readonly text: string;
}

/** Not in this process's own time: the local cloud answers from here. */
const terraform = (...args: string[]): Promise<Ran> => {
  const own = /^(AWS_|TF_VAR_|TF_CLI_ARGS|TF_DATA_DIR|TF_WORKSPACE|TF_LOG)/;
  const inherited = Object.entries(terraformEnvironment().env).filter(([name]) => !own.test(name));
  const env = { ...Object.fromEntries(inherited), ...cloud.env() };
  return new Promise((resolve) => {
    execFile(
      "terraform",
      args,
      { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, text: stdout + stderr });
      },
    );
  });
};

/** In JSON syntax a string is a template: what looks like one must be kept from being read so. */
const literal = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/[$%](?=\{)/g, (sign) => sign + sign));

const writeRoot = (modules: Readonly<Record<string, Inputs>>): void => {
  const source = relative(folder, join(root, "modules", "mirror-controller"));
  const main = {
    provider: {
      aws: {
        skip_credentials_validation: true,
        skip_metadata_api_check: true,
        max_retries: 1,
      },
    },
    module: Object.fromEntries(
      Object.entries(modules).map(([name, inputs]) => [
        name,
        { source, name, ...(literal(inputs) as object) },
      ]),
    ),
  };
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify(main, undefined, 2));
};

/** What a plan says of parameters, as far as it is read. */
interface PlannedModule {
  readonly resources?: readonly {
    readonly type: string;
    readonly values: { readonly name: string; readonly insecure_value: string };
  }[];
  readonly child_modules?: readonly PlannedModule[];
}

const parametersIn = ({ resources = [], child_modules = [] }: PlannedModule): [string, string][] => [
  ...resources.flatMap(({ type, values }): [string, string][] =>
    type === "aws_ssm_parameter" ? [[values.name, values.insecure_value]] : [],
  ),
  ...child_modules.flatMap(parametersIn),
];

/** SSM with these parameters in it. */
const ssmWith = (parameters: ReadonlyMap<string, string>): SSMClient => {
  const found = (name: string) => ({ Name: name, Value: parameters.get(name) });
  const send = ({ input }: { input: { Name?: string; Names?: readonly string[] } }) =>
    Promise.resolve(
      input.Names === undefined
        ? { Parameter: found(input.Name ?? "") }
        : { Parameters: input.Names.filter((name) => parameters.has(name)).map(found) },
    );
  return { send } as unknown as SSMClient;
};

const readPolicy = async (parameters: ReadonlyMap<string, string>, name: string): Promise<Policy> => {
  const { text } = await createPolicyParameter(ssmWith(parameters), `/${name}/policy`).read();
  if (text === undefined) throw new Error("the parts do not make the document that the head says");
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  return parsed.policy;
};

const asked = { minimal: MINIMAL, everything: EVERYTHING, large: LARGE };
/** Subnets that the documents name → subnets that are there: others are refused. */
const subnets = new Map<string, string>();
const withSubnets = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replace(/subnet-[0-9a-f]{17}/g, (id) => subnets.get(id) ?? id)) as T;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cloud = await startLocalCloud();
  const { ec2 } = createAws(cloud.env());
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
  const named = new Set(JSON.stringify(EVERYTHING.inputs).match(/subnet-[0-9a-f]{17}/g));
  for (const [n, id] of [...named].entries()) {
    const CidrBlock = `10.0.${String(n)}.0/24`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock }));
    subnets.set(id, Subnet?.SubnetId ?? "");
  }
  writeRoot(
    withSubnets(Object.fromEntries(Object.entries(asked).map(([name, { inputs }]) => [name, inputs]))),
  );
  const init = await terraform("init", "-input=false", "-no-color");
  if (init.code !== 0) throw new Error(init.text);
});

afterAll(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the policy document that Terraform plans", () => {
  let parameters: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const plan = await terraform("plan", "-input=false", "-no-color", "-out=plan");
    if (plan.code !== 0) throw new Error(plan.text);
    const { text } = await terraform("show", "-json", "plan");
    const { planned_values } = JSON.parse(text) as { planned_values: { root_module: PlannedModule } };
    parameters = new Map(parametersIn(planned_values.root_module));
  });

  test.each(Object.keys(asked) as (keyof typeof asked)[])(
    "%s: the functions read what was asked for",
    async (name) => {
      expect(await readPolicy(parameters, name)).toEqual(withSubnets(asked[name].expected));
    },
  );

  test("no parameter is larger than SSM takes, and only a large document is split", () => {
    const sizes = [...parameters].map(([name, value]) => [name, Buffer.byteLength(value)] as const);
    expect(sizes.filter(([, bytes]) => bytes > PARAMETER_BYTES)).toEqual([]);
    const parts = (name: string) => sizes.filter(([each]) => each.startsWith(`/${name}/policy/`)).length;
    expect(parts("minimal")).toBe(0);
    expect(parts("everything")).toBe(8);
    expect(parts("large")).toBeGreaterThanOrEqual(15);
  });

  test("the large document has about 60 KB", () => {
    const bytes = [...parameters]
      .filter(([name]) => name.startsWith("/large/policy/"))
      .reduce((sum, [, value]) => sum + Buffer.byteLength(value), 0);
    expect(bytes).toBeGreaterThan(58_000);
  });
});

test("a document over 64 KB fails while planning, with a sentence that names the inputs and the limit", async () => {
  writeRoot({ minimal: TOO_LARGE });
  const plan = await terraform("plan", "-input=false", "-json");
  const errors = plan.text
    .split("\n")
    .filter((line) => line.includes('"diagnostic"'))
    .map((line) => (JSON.parse(line) as { diagnostic: { detail: string } }).diagnostic.detail)
    // Messages are wrapped where they are written.
    .map((detail) => detail.replace(/\s+/g, " "));
  expect(plan.code).toBe(1);
  expect(errors).toContainEqual(
    expect.stringMatching(
      /^sources, exclude, lifecycle_hooks and vpcs .* \d+ bytes; the functions take 65,536 at most/,
    ),
  );
});
