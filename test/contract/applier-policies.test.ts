/** docs/applier-policies: as recorded, of today's modules, small enough for IAM, and enough for what was recorded. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate } from "../../local-cloud/iam/policy.js";
import { root } from "../../scripts/lib/run.js";
import { policyFiles, rendered } from "../applier/policies.js";
import { MODULES, readRecorded, type Module } from "../applier/recorded.js";
import { typesOf } from "../applier/types.js";

const folder = join(root, "docs", "applier-policies");
const recorded = readRecorded();
const read = (name: string): string => readFileSync(join(folder, `${name}.json`), "utf8");
const VALUES = {
  partition: "aws",
  region: "eu-west-1",
  account_id: "111122223333",
  name: "team",
  iam_path: "/",
  permissions_boundary: "arn:aws:iam::111122223333:policy/boundary",
};
const fill = (text: string): string =>
  text.replace(/\$\{(\w+)\}/g, (_, name: string) => VALUES[name as keyof typeof VALUES]);

test("the files are what `npm run applier:policies` writes", () => {
  const files = policyFiles();
  expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
  for (const [name, text] of Object.entries(files))
    expect(readFileSync(join(folder, name), "utf8")).toBe(text);
});

describe.each(MODULES)("%s", (module: Module) => {
  test("has no type of resource that was not recorded: run `make record-permissions`", () => {
    expect(typesOf(module)).toEqual(recorded[module].types);
  });

  test("is one managed policy, with long names too (IAM quotas: 6,144 characters without blanks)", () => {
    const long = {
      ...VALUES,
      partition: "aws-us-gov",
      region: "us-gov-west-1",
      name: "n".repeat(26),
      iam_path: `/${"p".repeat(20)}/`,
    };
    expect(JSON.stringify(rendered(read(module), long)).length).toBeLessThanOrEqual(6144);
  });

  test("permits each call that was recorded, and none on another name or account", () => {
    const policy = rendered(read(module), VALUES);
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
  const deny = rendered(read("permissions-boundary"), VALUES);
  const allow = rendered(read("mirror-controller"), VALUES);
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
