import { parsePolicy } from "../../functions/core/sessions/policy.js";
import { root } from "../../scripts/lib/run.js";
import { readConfiguration } from "./hcl.js";
import { defaultOf, ruleFields, uneven } from "./rule-shape.js";

// Terraform has no names for types, so the fields of a rule stand in three objects of one variable.

const written = async () => {
  const { variables } = await readConfiguration(root, "modules/mirror-controller/inputs");
  return ruleFields(variables.get("sources") ?? {});
};

test("rules by tags, subnets and VPCs have the same fields", async () => {
  const kinds = await written();
  expect(kinds.get("tags")?.size).toBeGreaterThan(0);
  expect(uneven(kinds)).toEqual([]);
});

test("the functions read these fields, and no others, with the same defaults", async () => {
  const fields = [...((await written()).get("vpcs") ?? [])].filter(([name]) => name !== "name");
  const parsed = parsePolicy(
    JSON.stringify({
      version: 1,
      vpcs: [],
      sources: { vpcs: [{ name: "all", vpc_id: "vpc-0123456789abcdef0" }] },
    }),
  );
  const { name: _name, vpc_id: _id, ...rest } = (parsed.ok && parsed.policy.sources?.vpcs[0]) || {};
  expect(rest).toEqual(Object.fromEntries(fields.map(([name, type]) => [name, defaultOf(type)])));
});
