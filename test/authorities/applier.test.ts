/** The policies for whoever applies, against AWS's Service Authorization Reference. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { committed } from "../applier/committed.js";
import { MODULES } from "../applier/recorded.js";
import { missingDependents, statementFindings } from "./permissions/check.js";
import { readReference, type Reference } from "./permissions/reference.js";
import type { Statement } from "./permissions/statement.js";

let reference: Reference;
beforeAll(() => {
  reference = readReference();
}, 600_000);

const statements = (name: string): readonly Statement[] => {
  const values = {
    partition: "aws",
    region: "eu-west-1",
    account_id: "111122223333",
    name: "team",
    iam_path: "/",
    permissions_boundary: "arn:aws:iam::111122223333:policy/boundary",
  };
  return committed(name, values).map(({ Sid, Effect, Action, Resource, Condition = {} }) => ({
    sid: Sid,
    effect: Effect,
    actions: Action,
    resources: Resource,
    isOfResource: false,
    conditions: Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values: [values].flat() })),
    ),
  }));
};

/** What an action depends on and these modules never need, with the reason. */
const NOT_NEEDED: Readonly<Record<string, string>> = {
  "ec2:CreateVpcEndpoint needs route53:AssociateVPCWithHostedZone":
    "for endpoints with a private DNS name, which a Gateway Load Balancer endpoint has not",
  "lambda:CreateFunction needs lambda:PassCapacityProvider": "for functions on instances of one's own",
};

describe.each([...MODULES, "permissions-boundary"])("%s", (name) => {
  test("says what AWS understands", () => {
    expect(
      statements(name).flatMap((statement) =>
        statementFindings(statement, reference).map((found) => `${statement.sid}: ${found}`),
      ),
    ).toEqual([]);
  });

  test("permits what its actions depend on", () => {
    expect(
      missingDependents(statements(name), reference).filter((each) => NOT_NEEDED[each] === undefined),
    ).toEqual([]);
  });
});

test("every reason is still needed", () => {
  const found = new Set(MODULES.flatMap((name) => missingDependents(statements(name), reference)));
  expect(Object.keys(NOT_NEEDED).filter((each) => !found.has(each))).toEqual([]);
});
