import { describe, expect, it } from "@jest/globals";
import { parsePolicy } from "../../../../functions/core/sessions/policy.js";
import { aPolicyDocument } from "../../../support/builders.js";

const [vpc] = aPolicyDocument().vpcs;
const document = (over: object = {}) => ({ ...aPolicyDocument(), ...over });
const withVpc = (over: object) => document({ vpcs: [{ ...vpc, ...over }] });
const withEntry = (over: object, list = "vpcs") => {
  const own = { tags: { tags: { A: null } }, subnets: { subnet_id: "subnet-1" }, vpcs: { vpc_id: "vpc-1" } }[
    list
  ];
  return document({ sources: { [list]: [{ name: "web", ...own, ...over }] } });
};

function parse(value: unknown) {
  const parsed = parsePolicy(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  return parsed.policy;
}
/** The paths of the fields that are wrong. */
function wrong(value: unknown): string[] {
  const parsed = parsePolicy(JSON.stringify(value));
  return parsed.ok ? [] : parsed.problems.map((problem) => problem.split(":")[0] ?? "");
}

describe("the least document", () => {
  it("stands for every interface of its VPCs, with defaults that promise nothing unproven", () => {
    const { targets: _, vni: __, endpoint_service_name: ___, ...least } = vpc!;
    expect(parse({ version: 1, vpcs: [least] })).toEqual({
      version: 1,
      vpcs: [{ ...least, targets: null, vni: null, endpoint_service_name: null }],
      filters: [],
      sources: null,
      exclude: {
        tags: [],
        subnet_ids: [],
        instance_ids: [],
        network_interface_ids: [],
        autoscaling_group_names: [],
      },
      options: {
        stopped_instances: "remove",
        accept_sharing: false,
        allow_cross_zone: true,
        requester_managed: { rds: false, elasticache: false },
        fargate: false,
        instance_types: {},
      },
      lifecycle_hooks: [],
    });
  });

  it("may be without any VPC", () => {
    expect(parse({ version: 1, vpcs: [] }).vpcs).toEqual([]);
  });
});

describe("an entry", () => {
  it("may leave everything but its name and what it matches to the VPC, as null or by silence", () => {
    const nothing = {
      filter_id: null,
      target_id: null,
      packet_length: null,
      virtual_network_id: null,
      session_number: null,
    };
    const defaults = {
      name: "web",
      vpc_id: "vpc-1",
      ...nothing,
      outrank: false,
      interfaces: "all",
      on: "always",
    };
    expect(parse(withEntry({})).sources?.vpcs).toEqual([defaults]);
    expect(parse(withEntry(nothing)).sources?.vpcs).toEqual([defaults]);
  });

  it("matches all of its tags unless it says any", () => {
    expect(parse(withEntry({}, "tags")).sources?.tags[0]).toMatchObject({ match: "all", tags: { A: null } });
    expect(parse(withEntry({ match: "any" }, "tags")).sources?.tags[0]).toMatchObject({ match: "any" });
  });

  it("keeps its place in its list", () => {
    const subnets = ["a", "b", "c"].map((name) => ({ name, subnet_id: "subnet-1" }));
    expect(parse(document({ sources: { subnets } })).sources?.subnets.map(({ name }) => name)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});

describe("ranges", () => {
  it.each([
    ["packet_length", 55, 8500],
    ["virtual_network_id", 1, 16_777_215],
    ["session_number", 1, 32_766],
  ])("of an entry's %s: %i to %i", (field, low, high) => {
    expect(wrong(withEntry({ [field]: low }))).toEqual([]);
    expect(wrong(withEntry({ [field]: high }))).toEqual([]);
    for (const bad of [low - 1, high + 1, low + 0.5, String(low), true, []]) {
      expect(wrong(withEntry({ [field]: bad }))).toEqual([`sources.vpcs.0.${field}`]);
    }
  });

  it("of a VPC's vni: 1 to 16777215", () => {
    expect(wrong(withVpc({ vni: 1 }))).toEqual([]);
    expect(wrong(withVpc({ vni: 16_777_215 }))).toEqual([]);
    expect(wrong(withVpc({ vni: 0 }))).toEqual(["vpcs.0.vni"]);
    expect(wrong(withVpc({ vni: 16_777_216 }))).toEqual(["vpcs.0.vni"]);
  });
});

describe("what is refused, by the path of the field", () => {
  it.each<[string, object]>([
    ["version", document({ version: 2 })],
    ["version", document({ version: "1" })],
    ["vpcs", document({ vpcs: null })],
    ["vpcs.0.vpc_id", withVpc({ vpc_id: "eni-1" })],
    ["vpcs.0.vpc_id", withVpc({ vpc_id: "" })],
    ["vpcs.0.filter_id", withVpc({ filter_id: null })],
    ["vpcs.0.filter_id", withVpc({ filter_id: "tmf-1 " })],
    ["vpcs.0.endpoint_service_name", withVpc({ endpoint_service_name: "" })],
    ["vpcs.0.targets.0.target_id", withVpc({ targets: [{ target_id: "tmf-1", availability_zone: "a" }] })],
    ["vpcs.0.targets.0.availability_zone", withVpc({ targets: [{ target_id: "tmt-1" }] })],
    ["sources.vpcs.0.name", withEntry({ name: "" })],
    ["sources.vpcs.0.name", withEntry({ name: null })],
    ["sources.vpcs.0.name", withEntry({ name: "x".repeat(257) })],
    ["sources.vpcs.0.interfaces", withEntry({ interfaces: "secondary" })],
    ["sources.subnets.0.subnet_id", withEntry({ subnet_id: "vpc-1" }, "subnets")],
    ["sources.subnets.0.target_id", withEntry({ target_id: "eni-1" }, "subnets")],
    ["sources.tags.0.match", withEntry({ match: "one" }, "tags")],
    ["sources.tags.0.tags", withEntry({ tags: {} }, "tags")],
    ["sources.tags.0.tags.A", withEntry({ tags: { A: true } }, "tags")],
    ["exclude.tags.0.tags", document({ exclude: { tags: [{ tags: {} }] } })],
    ["exclude.subnet_ids", document({ exclude: { subnet_ids: "subnet-1" } })],
    ["options.stopped_instances", document({ options: { stopped_instances: "ignore" } })],
    ["options.requester_managed.rds", document({ options: { requester_managed: { rds: "yes" } } })],
    ["options.instance_types.m8g.*", document({ options: { instance_types: { "m8g.*": 1 } } })],
  ])("%s", (path, value) => {
    expect(wrong(value)).toEqual([path]);
  });

  it("is named all at once", () => {
    expect(wrong({ ...withEntry({ packet_length: 1, session_number: 0 }), version: 3 }).sort()).toEqual([
      "sources.vpcs.0.packet_length",
      "sources.vpcs.0.session_number",
      "version",
    ]);
  });

  it("says what is allowed", () => {
    const parsed = parsePolicy(JSON.stringify(withEntry({ packet_length: 40 })));
    expect(parsed).toMatchObject({ ok: false, problems: [expect.stringMatching(/packet_length: .*55/)] });
  });
});

describe("what is no document at all", () => {
  it.each(["", "{", "unused", '{"version":1,"vpcs":[}'])("is not JSON: %j", (text) => {
    expect(parsePolicy(text)).toEqual({ ok: false, problems: [expect.stringMatching(/^not JSON: /)] });
  });

  it.each(["null", "[]", "1", '"policy"'])("is something else: %s", (text) => {
    expect(parsePolicy(text)).toEqual({ ok: false, problems: [expect.stringMatching(/^document: /)] });
  });
});

describe("keys that this version does not know", () => {
  it("are passed over, so that a newer module does not stop older functions", () => {
    const value = { ...withVpc({ colour: "blue" }), later: {}, options: { beyond: true } };
    expect(parse(value)).toEqual(parse(document()));
  });

  it("do not reach the prototype of anything", () => {
    const text = JSON.stringify(document()).replace("{", '{"__proto__":{"sources":{}},');
    expect(parsePolicy(text)).toEqual(parsePolicy(JSON.stringify(document())));
  });
});
