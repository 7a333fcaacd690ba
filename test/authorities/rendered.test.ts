/** Policies and event patterns as the modules render them, against what AWS publishes about both. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { readEngine } from "./event-patterns/corpus.js";
import { missingDependents, statementFindings } from "./permissions/check.js";
import { exceptions } from "./permissions/exceptions.js";
import { lint, lintExceptions } from "./permissions/lint.js";
import { readReference, type Reference } from "./permissions/reference.js";
import type { Statement } from "./permissions/statement.js";
import { render, type Rendered } from "./rendered.js";

let rendered: Rendered;
let reference: Reference;

beforeAll(() => {
  rendered = render();
  reference = readReference();
}, 600_000);

/** The files of modules and examples, as they are written. */
const hcl = ["modules", "examples"].flatMap((tree) =>
  readdirSync(join(root, tree), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".tf") && !/(^|\/)(tests|\.terraform|node_modules)\//.test(file))
    .map((file) => readFileSync(join(root, tree, file), "utf8")),
);
const written = (pattern: RegExp): readonly string[] =>
  [...new Set(hcl.flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name)))].sort();

describe("nothing is left out", () => {
  test("of the policies", () => {
    const addresses = rendered.documents.map(({ address }) => address);
    const names = written(/^(?:data "aws_iam_policy_document"|resource "aws_lambda_permission") "(\w+)"/gm);
    expect(names.length).toBeGreaterThan(20);
    expect(
      names.filter(
        (name) => !addresses.some((each) => each.includes(`.${name}[`) || each.endsWith(`.${name}`)),
      ),
    ).toEqual([]);
  });

  test("of their statements", () => {
    const sids = new Set(rendered.documents.flatMap(({ statements }) => statements.map(({ sid }) => sid)));
    expect(written(/^\s*sid\s*=\s*"([^"$]+)"/gm).filter((sid) => !sids.has(sid))).toEqual([]);
  });

  test("of the event patterns", () => {
    const kinds = new Set(rendered.patterns.map(({ address }) => address.replace(/^.*?\.(?=aws_)/, "")));
    const patterns = hcl.flatMap((text) => [
      ...text.matchAll(/^\s*event_pattern\s*=\s*(?:\{|jsonencode\(\{)/gm),
    ]);
    // The same pattern is rendered by each call of its module.
    expect(kinds.size).toBeGreaterThanOrEqual(patterns.length);
  });
});

describe("event patterns", () => {
  test("that are rendered are in the corpus on which AWS's engine was asked", () => {
    const known = new Set(Object.values(readEngine().sections).flatMap(({ patterns }) => patterns));
    // Run `make record-event-patterns` after a change of a pattern.
    expect(rendered.patterns.filter(({ pattern }) => !known.has(pattern))).toEqual([]);
  });
});

describe("policies", () => {
  const findings = (): readonly string[] => {
    const ofStatements = rendered.documents.flatMap(({ address, statements }) =>
      statements.flatMap((statement) =>
        statementFindings(statement, reference).map((found) => `${address} ${statement.sid}: ${found}`),
      ),
    );
    // By module: which of its documents a role has together is not in the state, where each is the same stand-in.
    const modules = new Map<string, Statement[]>();
    for (const { address, statements } of rendered.documents) {
      const [module = ""] = /^\w+: (?:module\.\w+)?/.exec(address) ?? [];
      modules.set(module, [...(modules.get(module) ?? []), ...statements]);
    }
    const ofModules = [...modules].flatMap(([module, statements]) =>
      missingDependents(statements, reference).map((found) => `${module}: ${found}`),
    );
    return [...ofStatements, ...ofModules];
  };

  test("say what AWS understands, and all that it asks for", () => {
    const allowed = (found: string): boolean => exceptions.some(({ finding }) => found.endsWith(finding));
    expect(findings().filter((found) => !allowed(found))).toEqual([]);
  });

  test("still need each exception", () => {
    const found = findings();
    expect(exceptions.filter(({ finding }) => !found.some((each) => each.endsWith(finding)))).toEqual([]);
  });
});

describe("parliament", () => {
  const isExcepted = (finding: string) => lintExceptions.some((each) => each.finding.test(finding));

  test("finds nothing but what is right all the same, and that for a reason", () => {
    const found = lint(rendered.documents);
    expect(found.filter((finding) => !isExcepted(finding))).toEqual([]);
    expect(lintExceptions.filter((each) => !found.some((finding) => each.finding.test(finding)))).toEqual([]);
  });

  test.each<[string, Partial<Statement>, string]>([
    ["an action that is none", { actions: ["ec2:CreateMirrorSession"] }, "UNKNOWN_ACTION"],
    ["an ARN that is none", { resources: ["arn:aws:ec2:traffic-mirror-session/*"] }, "INVALID_ARN"],
    [
      "a date that is no date",
      { conditions: [{ operator: "DateGreaterThan", key: "aws:CurrentTime", values: ["soon"] }] },
      "MISMATCHED_TYPE",
    ],
  ])("finds %s", (_, over, issue) => {
    const statement: Statement = {
      sid: "Planted",
      effect: "Allow",
      actions: ["ec2:DeleteTrafficMirrorSession"],
      resources: ["arn:aws:ec2:eu-west-1:111122223333:traffic-mirror-session/*"],
      isOfResource: false,
      conditions: [],
      ...over,
    };
    const found = lint([{ address: "planted", statements: [statement] }]).filter((each) => !isExcepted(each));
    expect(found.join("\n")).toContain(issue);
  });
});

describe("a planted mistake is found", () => {
  const statement = (over: Partial<Statement>): Statement => ({
    sid: "Planted",
    effect: "Allow",
    actions: ["ec2:CreateTrafficMirrorSession"],
    resources: ["arn:aws:ec2:eu-west-1:111122223333:traffic-mirror-session/*"],
    isOfResource: false,
    conditions: [],
    ...over,
  });
  const condition = (operator: string, key: string) => ({ conditions: [{ operator, key, values: ["x"] }] });

  test("and there is none to begin with", () => {
    expect(statementFindings(statement({}), reference)).toEqual([]);
  });

  test.each<[string, Partial<Statement>, string]>([
    ["an action that is none", { actions: ["ec2:CreateMirrorSession"] }, "there is no action"],
    ["a service that is none", { actions: ["ecc:CreateTags"] }, "there is no action"],
    [
      "a resource that the action does not take",
      { resources: ["arn:aws:ec2:eu-west-1:111122223333:volume/*"] },
      "takes none of the resources",
    ],
    [
      "a resource for an action that takes none",
      { actions: ["ec2:DescribeInstances"], resources: ["arn:aws:ec2:eu-west-1:111122223333:instance/*"] },
      "takes none of the resources",
    ],
    ["a key that is none", condition("StringEquals", "ec2:Nonsense"), "has no condition key"],
    ["a key of another type of resource", condition("ArnLike", "ec2:Vpc"), "has no condition key"],
    ["a comparison of another type", condition("NumericEquals", "aws:RequestTag/a"), "does not compare"],
    [
      "several values without a set operator",
      condition("StringEquals", "aws:TagKeys"),
      "needs a set operator",
    ],
    [
      "one value with a set operator",
      condition("ForAllValues:StringEquals", "aws:RequestTag/a"),
      "needs no set",
    ],
    [
      "a list of objects on the bucket's objects",
      { actions: ["s3:ListBucket"], resources: ["arn:aws:s3:::bucket/*"] },
      "takes none of the resources",
    ],
  ])("%s", (_, over, finding) => {
    expect(statementFindings(statement(over), reference).join("\n")).toContain(finding);
  });

  test("an action without those that it depends on", () => {
    const create = statement({
      actions: ["ec2:CreateVpcEndpoint"],
      resources: ["arn:aws:ec2:eu-west-1:111122223333:vpc/*"],
    });
    expect(missingDependents([create], reference)).toContain("ec2:CreateVpcEndpoint needs ec2:DescribeVpcs");
  });
});
