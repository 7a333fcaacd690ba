import { describe, expect, it } from "@jest/globals";
import { select, tagsMatch } from "../../../../functions/core/sessions/selection.js";
import { aPolicy, aSource } from "../../../support/builders.js";

/** Name of the entry that selects the source, or the reason why none does. */
const chosen = (policy: ReturnType<typeof aPolicy>, source = aSource()) => {
  const selection = select(policy, source);
  return selection.selected ? selection.rule.name : selection.reason;
};

describe("tags of a rule", () => {
  const mirrored = { Mirror: "true", Team: "web" };

  it("need all to hold with match = all", () => {
    expect(tagsMatch({ tags: { Mirror: "true", Team: "web" }, match: "all" }, mirrored)).toBe(true);
    expect(tagsMatch({ tags: { Mirror: "true", Team: "data" }, match: "all" }, mirrored)).toBe(false);
  });

  it("need one to hold with match = any", () => {
    expect(tagsMatch({ tags: { Mirror: "no", Team: "web" }, match: "any" }, mirrored)).toBe(true);
    expect(tagsMatch({ tags: { Mirror: "no", Team: "data" }, match: "any" }, mirrored)).toBe(false);
  });

  it("with a null value ask only that the key is there, even with an empty value", () => {
    expect(tagsMatch({ tags: { Team: null }, match: "all" }, { Team: "" })).toBe(true);
    expect(tagsMatch({ tags: { Team: null }, match: "all" }, { Owner: "web" })).toBe(false);
  });

  it("are case-sensitive in key and value", () => {
    expect(tagsMatch({ tags: { mirror: "true" }, match: "any" }, mirrored)).toBe(false);
    expect(tagsMatch({ tags: { Mirror: "True" }, match: "any" }, mirrored)).toBe(false);
  });

  it.each(["constructor", "toString", "__proto__"])(
    "do not take what every object has for a tag: %s",
    (key) => {
      expect(tagsMatch({ tags: { [key]: null }, match: "any" }, {})).toBe(false);
    },
  );
});

describe("which entry selects an interface", () => {
  const sources = {
    tags: [
      { name: "tag 0", tags: { Mirror: "true" } },
      { name: "tag 1", tags: { Team: null } },
    ],
    subnets: [
      { name: "subnet 0", subnet_id: "subnet-9" },
      { name: "subnet 1", subnet_id: "subnet-1" },
    ],
    vpcs: [{ name: "vpc 0", vpc_id: "vpc-1" }],
  };
  const tagged = (tags: Record<string, string>, over = {}) => aSource({ instance: { tags }, ...over });

  it("is every interface of the VPCs given when there are no sources", () => {
    expect(chosen(aPolicy())).toBe("all");
  });

  it("is none when the lists are empty", () => {
    expect(chosen(aPolicy({ sources: {} }))).toBe("no-rule");
  });

  it("takes a tag entry before a subnet and a subnet before a VPC", () => {
    const policy = aPolicy({ sources });
    expect(chosen(policy, tagged({ Mirror: "true" }))).toBe("tag 0");
    expect(chosen(policy, tagged({}))).toBe("subnet 1");
    expect(chosen(policy, tagged({}, { subnetId: "subnet-2" }))).toBe("vpc 0");
  });

  it("takes the first entry of a list that matches", () => {
    const policy = aPolicy({ sources });
    expect(chosen(policy, tagged({ Mirror: "true", Team: "web" }))).toBe("tag 0");
    expect(chosen(policy, tagged({ Mirror: "no", Team: "web" }))).toBe("tag 1");
  });

  it("numbers the entries over all lists, for the day when the quota is short", () => {
    const policy = aPolicy({ sources });
    const orderOf = (source: ReturnType<typeof aSource>) => select(policy, source);
    expect(orderOf(tagged({ Mirror: "true" }))).toMatchObject({ order: 0 });
    expect(orderOf(tagged({ Team: "x" }))).toMatchObject({ order: 1 });
    expect(orderOf(tagged({}))).toMatchObject({ order: 3 });
    expect(orderOf(tagged({}, { subnetId: "subnet-2" }))).toMatchObject({ order: 4 });
  });

  it("gives an interface without an instance to subnets and VPCs only", () => {
    const policy = aPolicy({ sources: { ...sources, tags: [{ name: "any", tags: { Team: null } }] } });
    expect(chosen(policy, aSource({ instance: null, requester: "amazon-rds" }))).toBe("subnet 1");
  });

  it("never reaches outside the VPCs given, whatever tag or subnet says so", () => {
    const policy = aPolicy({ sources: { ...sources, vpcs: [{ name: "theirs", vpc_id: "vpc-2" }] } });
    expect(chosen(policy, tagged({ Mirror: "true" }, { vpcId: "vpc-2" }))).toBe("outside-vpcs");
  });
});

describe("an entry for primary interfaces", () => {
  const policy = aPolicy({
    sources: {
      tags: [{ name: "primary", tags: { Mirror: "true" }, interfaces: "primary" }],
      vpcs: [{ name: "wider", vpc_id: "vpc-1" }],
    },
  });
  const instance = { tags: { Mirror: "true" } };

  it("selects the interface with device index 0", () => {
    expect(chosen(policy, aSource({ instance, deviceIndex: 0 }))).toBe("primary");
  });

  it("leaves out the others, which a wider entry does not bring back", () => {
    for (const deviceIndex of [1, 7, null]) {
      expect(chosen(policy, aSource({ instance, deviceIndex }))).toBe("secondary-interface");
    }
  });

  it("takes all of them where the entry says nothing", () => {
    expect(chosen(policy, aSource({ deviceIndex: 1 }))).toBe("wider");
  });
});

describe("what is excluded", () => {
  const group = { "aws:autoscaling:groupName": "capture" };

  it.each([
    ["excluded-interface", { network_interface_ids: ["eni-1"] }, {}],
    ["excluded-instance", { instance_ids: ["i-1"] }, {}],
    ["excluded-subnet", { subnet_ids: ["subnet-1"] }, {}],
    ["excluded-autoscaling-group", { autoscaling_group_names: ["capture"] }, group],
    ["excluded-tag", { tags: [{ tags: { Mirror: "false" } }] }, { Mirror: "false" }],
    ["excluded-tag", { tags: [{ tags: { A: null, B: null }, match: "any" }] }, { B: "" }],
  ])("is not selected, for the reason %s", (reason, exclude, tags: Record<string, string>) => {
    const policy = aPolicy({ exclude, sources: { tags: [{ name: "x", tags: { Mirror: null } }] } });
    expect(chosen(policy, aSource({ instance: { tags: { Mirror: "true", ...tags } } }))).toBe(reason);
    expect(chosen(aPolicy({ sources: { vpcs: [{ name: "x", vpc_id: "vpc-1" }] } }))).toBe("x");
  });

  it("needs all tags of an exclusion with match = all", () => {
    const policy = aPolicy({ exclude: { tags: [{ tags: { A: null, B: null } }] } });
    expect(chosen(policy, aSource({ instance: { tags: { A: "" } } }))).toBe("all");
  });

  it("does not touch an interface that only looks alike", () => {
    const exclude = { network_interface_ids: ["eni-12"], autoscaling_group_names: ["Capture"] };
    expect(chosen(aPolicy({ exclude }), aSource({ instance: { tags: group } }))).toBe("all");
  });

  it("holds for a service's interface by its subnet and its id", () => {
    const source = aSource({ instance: null, requester: "amazon-rds" });
    expect(chosen(aPolicy({ exclude: { subnet_ids: ["subnet-1"] } }), source)).toBe("excluded-subnet");
    expect(chosen(aPolicy({ exclude: { network_interface_ids: ["eni-1"] } }), source)).toBe(
      "excluded-interface",
    );
  });
});
