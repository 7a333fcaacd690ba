/** docs/applier-policies: as recorded, of today's modules, small enough for IAM, and enough for what was recorded. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate, type PolicyDocument } from "../../local-cloud/iam/policy.js";
import { committed, policyFolder } from "../applier/committed.js";
import { MAXIMUM_CHARACTERS, policies, policyText, sizeOf } from "../applier/policies.js";
import { MODULES, readRecorded, type Module } from "../applier/recorded.js";
import { typesOf } from "../applier/types.js";

const recorded = readRecorded();
const VALUES = {
  partition: "aws",
  region: "eu-west-1",
  account_id: "111122223333",
  name: "team",
  iam_path: "/",
  permissions_boundary: "arn:aws:iam::111122223333:policy/boundary",
};
const document = (name: string): PolicyDocument => ({ Statement: committed(name, VALUES) });
const fill = (text: string): string =>
  text.replace(/\$\{(\w+)\}/g, (_, name: string) => VALUES[name as keyof typeof VALUES]);

test("the files are what `npm run applier:policies` writes", () => {
  const files = [...policies().values()].flatMap((each) => Object.entries(each));
  expect(readdirSync(policyFolder).sort()).toEqual(files.map(([name]) => name).sort());
  for (const [name, policy] of files) {
    expect(readFileSync(join(policyFolder, name), "utf8")).toBe(policyText(policy));
    expect(sizeOf(policy)).toBeLessThanOrEqual(MAXIMUM_CHARACTERS);
  }
});

describe.each(MODULES)("%s", (module: Module) => {
  test("has no type of resource that was not recorded: run `make record-permissions`", () => {
    expect(typesOf(module)).toEqual(recorded[module].types);
  });

  test("permits each call that was recorded, and none on another name or account", () => {
    const policy = document(module);
    const ask = (action: string, resource: string, passedTo?: string) =>
      evaluate([policy], {
        action,
        resource,
        context: passedTo === undefined ? {} : { "iam:PassedToService": passedTo },
      });
    expect(recorded[module].permissions.length).toBeGreaterThan(30);
    for (const { action, resource, passedTo } of recorded[module].permissions) {
      // any ending, as of other options
      const one = fill(resource).replaceAll("*", "x");
      expect([action, one, ask(action, one, passedTo)]).toEqual([action, one, "allow"]);
      if (passedTo !== undefined) expect(ask(action, one, "ec2.example.com")).toBe("none");
      if (!resource.includes("${name}")) continue;
      const others = fill(resource.replaceAll("${name}", "other")).replaceAll("*", "x");
      expect([action, others, ask(action, others, passedTo)]).toEqual([action, others, "none"]);
    }
  });
});

test("with permissions-boundary.json no role is made or changed without the boundary", () => {
  const deny = document("permissions-boundary");
  const allow = document("mirror-controller");
  const ask = (action: string, boundary?: string) =>
    evaluate([deny, allow], {
      action,
      resource: "arn:aws:iam::111122223333:role/team-sweep",
      context: boundary === undefined ? {} : { "iam:PermissionsBoundary": boundary },
    });
  for (const action of ["iam:CreateRole", "iam:PutRolePolicy"]) {
    expect(ask(action)).toBe("deny");
    expect(ask(action, "arn:aws:iam::aws:policy/AdministratorAccess")).toBe("deny");
    expect(ask(action, VALUES.permissions_boundary)).toBe("allow");
  }
  expect(ask("iam:DeleteRolePermissionsBoundary", VALUES.permissions_boundary)).toBe("deny");
});
