/** What render/ renders: the statements of every policy and every event pattern, from the states of `terraform test`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { dataDirectory, terraformEnvironment } from "../../scripts/terraform-env.js";
import type { Statement } from "./permissions/statement.js";

export interface PolicyDocument {
  readonly address: string;
  readonly statements: readonly Statement[];
}

export interface RenderedPattern {
  readonly address: string;
  readonly pattern: string;
}

export interface Rendered {
  readonly documents: readonly PolicyDocument[];
  readonly patterns: readonly RenderedPattern[];
}

interface Resource {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Module {
  readonly resources?: readonly Resource[];
  readonly child_modules?: readonly Module[];
}

/** A statement block of data.aws_iam_policy_document. */
interface Block {
  readonly sid: string | null;
  readonly effect: string | null;
  readonly actions: readonly string[] | null;
  readonly resources: readonly string[] | null;
  readonly principals: readonly object[] | null;
  readonly condition: readonly { test: string; variable: string; values: readonly string[] }[] | null;
}

const resourcesOf = (module: Module): readonly Resource[] => [
  ...(module.resources ?? []),
  ...(module.child_modules ?? []).flatMap(resourcesOf),
];

const statementOf = (block: Block, index: number): Statement => ({
  sid: block.sid ?? `[${index}]`,
  effect: block.effect === "Deny" ? "Deny" : "Allow",
  actions: block.actions ?? [],
  resources: block.resources ?? [],
  isOfResource: (block.principals ?? []).length > 0,
  conditions: (block.condition ?? []).map(({ test, variable, values }) => ({
    operator: test,
    key: variable,
    values,
  })),
});

/** A permission of a Lambda function is a statement of its resource policy. */
const permissionOf = ({
  action,
  statement_id: sid,
  source_arn: arn,
}: Record<string, unknown>): Statement => ({
  sid: String(sid),
  effect: "Allow",
  actions: [String(action)],
  resources: [],
  isOfResource: true,
  conditions: typeof arn === "string" ? [{ operator: "ArnLike", key: "aws:SourceArn", values: [arn] }] : [],
});

export const readStates = (lines: readonly string[]): Rendered => {
  const resources = lines.flatMap((line) => {
    const { test_state: state, "@testrun": run } = JSON.parse(line) as {
      test_state?: { root_module: Module };
      "@testrun"?: string;
    };
    if (state === undefined) return [];
    return resourcesOf(state.root_module).map((each) => ({
      ...each,
      address: `${run ?? ""}: ${each.address}`,
    }));
  });
  const of = (type: string): readonly Resource[] => resources.filter((each) => each.type === type);
  return {
    documents: [
      ...of("aws_iam_policy_document").map(({ address, values }) => ({
        address,
        statements: ((values["statement"] ?? []) as readonly Block[]).map(statementOf),
      })),
      ...of("aws_lambda_permission").map(({ address, values }) => ({
        address,
        statements: [permissionOf(values)],
      })),
    ],
    patterns: of("aws_cloudwatch_event_rule").flatMap(({ address, values }) =>
      typeof values["event_pattern"] === "string" ? [{ address, pattern: values["event_pattern"] }] : [],
    ),
  };
};

export const render = (): Rendered => {
  const cwd = join(root, "test", "authorities", "render");
  const { env } = terraformEnvironment();
  const terraform = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync("terraform", args, {
      cwd,
      env: { ...env, TF_DATA_DIR: dataDirectory("test/authorities/render") },
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    if (status === 0) return stdout;
    const errors = stdout.split("\n").filter((line) => line.includes('"@level":"error"'));
    throw new Error(
      `terraform ${args[0] ?? ""} ended with ${status ?? "a signal"}:\n${errors.join("\n")}${stderr}`,
    );
  };
  terraform("init", "-backend=false", "-input=false", "-no-color");
  return readStates(
    terraform("test", "-json", "-verbose")
      .split("\n")
      .filter((line) => line.startsWith("{")),
  );
};
