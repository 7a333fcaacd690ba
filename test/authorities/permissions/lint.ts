/** The rendered policies, once more, through parliament (PyPI), a linter with a copy of AWS's reference of its own. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../../../scripts/lib/run.js";
import type { Statement } from "./statement.js";

export interface Document {
  readonly address: string;
  readonly statements: readonly Statement[];
}

/** What it finds and is right all the same, by what the finding says, with the reason. Each must still occur. */
export const lintExceptions: readonly { readonly finding: RegExp; readonly reason: string }[] = [
  {
    finding: /: RESOURCE_MISMATCH \[/,
    reason:
      "It asks each statement for every type of resource that an action takes. Ours give them in several, with other " +
      "conditions for each; check.ts and applier.test.ts see them together.",
  },
  {
    finding: /: UNKNOWN_CONDITION_FOR_ACTION Unknown condition lambda:SourceFunctionArn /,
    reason:
      "Of every call that a function's code makes (Lambda Developer Guide, \"Using source function ARN to control " +
      'function access behavior"); no reference lists it.',
  },
];

/** IAM takes one value for a list of one, and parliament does for Bool and Null alone. */
const oneOrSeveral = (values: readonly string[]) => (values.length === 1 ? values[0] : values);

const conditionOf = ({ conditions }: Statement): object => {
  const blocks: Record<string, Record<string, unknown>> = {};
  for (const { operator, key, values } of conditions) (blocks[operator] ??= {})[key] = oneOrSeveral(values);
  return conditions.length === 0 ? {} : { Condition: blocks };
};

const policyOf = (statements: readonly Statement[]): object => ({
  Version: "2012-10-17",
  Statement: statements.map((each) => ({
    ...(/^\w+$/.test(each.sid) && { Sid: each.sid }),
    Effect: each.effect,
    Action: each.actions,
    Resource: each.resources,
    ...conditionOf(each),
  })),
});

/** Policies of identities; those of resources name principals, of which it knows little. */
export const lint = (documents: readonly Document[]): readonly string[] => {
  const python = execFileSync(
    join(root, "scripts", "venv.sh"),
    ["venv-parliament", "test/requirements-parliament.txt"],
    { encoding: "utf8" },
  ).trim();
  const given = documents.flatMap(({ address, statements }) => {
    const ours = statements.filter(({ isOfResource }) => !isOfResource);
    return ours.length === 0 ? [] : [{ address, policy: policyOf(ours) }];
  });
  const output = execFileSync(python, [join(import.meta.dirname, "lint.py")], {
    encoding: "utf8",
    input: JSON.stringify(given),
    stdio: ["pipe", "pipe", "ignore"],
  });
  return JSON.parse(output) as string[];
};
