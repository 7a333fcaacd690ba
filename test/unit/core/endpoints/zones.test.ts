import { describe, expect, it } from "@jest/globals";
import {
  A,
  anEndpointOf,
  aSubnet,
  aTargetOf,
  B,
  endpointTagsOf,
  EVACUATE,
  inWords,
  NOTHING,
  OTHER_SERVICE,
  planned,
} from "../../../support/endpoint-builders.js";
import { NOON } from "../../../support/fakes.js";

describe("which zones", () => {
  const subnets = [aSubnet(), aSubnet({ id: "subnet-b", zone: B })];

  it("every one with a subnet", () => {
    expect(inWords(planned({ ...NOTHING, subnets }))).toEqual([
      "create-endpoint subnet-a: zone-needed",
      "create-endpoint subnet-b: zone-needed",
    ]);
  });

  it("of those that the service offers, by id and not by name", () => {
    // The service's owner calls our zone B eu-west-1a.
    const service = { usable: true, zoneIds: new Set([B.id]), zoneNames: new Set([A.name]) } as const;
    const plan = planned({ ...NOTHING, subnets, service });
    expect(inWords(plan)).toEqual(["create-endpoint subnet-b: zone-needed"]);
    expect(plan.unserved).toMatchObject([{ zone: A, reason: "not-offered" }]);
    const result = planned({ ...NOTHING, subnets }, { serviceZoneIds: new Set([A.id]) });
    expect(inWords(result)).toEqual(["create-endpoint subnet-a: zone-needed"]);
  });

  it("only those with instances, where the settings say so", () => {
    const plan = planned({ ...NOTHING, subnets, inhabited: new Set(["subnet-b"]) }, { zones: "instances" });
    expect(inWords(plan)).toEqual(["create-endpoint subnet-b: zone-needed"]);
    expect(plan.unserved).toMatchObject([{ zone: A, reason: "no-instances" }]);
  });

  it("none that has no subnet with IPv4", () => {
    const plan = planned({ ...NOTHING, subnets: [aSubnet({ ipv4: false })] });
    expect([plan.actions, plan.unserved[0]?.reason]).toEqual([[], "no-subnet"]);
  });
});

describe("which subnet", () => {
  const hosts = (...all: Parameters<typeof aSubnet>[0][]) => {
    const subnets = all.map((each) => aSubnet(each));
    const [action] = planned({ ...NOTHING, subnets }, { subnetTags: { Tier: "inspection" } }).actions;
    return action?.kind === "create-endpoint" ? action.subnetIds : [];
  };
  const tags = { Tier: "inspection" };

  it("the one with most free addresses, then the first by id", () => {
    expect(hosts({ id: "subnet-c" }, { id: "subnet-b" }, { id: "subnet-d", freeAddresses: 101 })).toEqual([
      "subnet-d",
      "subnet-b",
      "subnet-c",
    ]);
  });

  it("of the preferred ones, where there are any", () => {
    expect(hosts({ id: "subnet-b", freeAddresses: 1, tags }, { id: "subnet-c" })).toEqual(["subnet-b"]);
  });

  it("never one that is full, that is to be removed, or without IPv4", () => {
    const bad = [{ freeAddresses: 0 }, { tags: EVACUATE }, { ipv4: false }];
    expect(
      hosts(...bad.map((each, index) => ({ ...each, id: `subnet-${String(index)}` })), { id: "subnet-9" }),
    ).toEqual(["subnet-9"]);
  });
});

describe("a subnet that is to be removed", () => {
  const leaves = aSubnet({ tags: EVACUATE });
  const stays = aSubnet({ id: "subnet-b" });
  const successor = anEndpointOf({ id: "vpce-2", subnetId: "subnet-b", createdAt: NOON });
  const newTarget = aTargetOf({ id: "tmt-2", endpointId: "vpce-2" });

  it("first gets a successor in another subnet of the zone", () => {
    const plan = planned({ subnets: [leaves, stays] });
    expect(inWords(plan)).toEqual(["create-endpoint subnet-b: replaced"]);
    expect(plan.actions).toMatchObject([{ makeRoom: ["tmt-1"] }]);
  });

  it("keeps its endpoint until the successor serves", () => {
    const both = {
      subnets: [leaves, stays],
      endpoints: [anEndpointOf(), { ...successor, state: "pending" as const }],
    };
    expect(inWords(planned(both))).toEqual([]);
    const available = { ...both, endpoints: [anEndpointOf(), successor] };
    expect(inWords(planned(available))).toEqual(["create-target vpce-2: zone-needed"]);
    expect(inWords(planned({ ...available, targets: [aTargetOf(), newTarget] }))).toEqual([
      "tag tmt-1: evacuated",
    ]);
  });

  it("then the target goes when its sessions have moved, and then the endpoint", () => {
    const both = { subnets: [leaves, stays], endpoints: [anEndpointOf(), successor] };
    const leaving = aTargetOf({ leaving: true });
    const used = planned({ ...both, targets: [leaving, newTarget], sessionsOn: new Map([["tmt-1", 3]]) });
    expect([used.actions, used.leaving]).toEqual([[], [{ targetId: "tmt-1", sessions: 3 }]]);
    const free = planned({ ...both, targets: [leaving, newTarget], sessionsOn: new Map([["tmt-1", 0]]) });
    expect(inWords(free)).toEqual(["delete-target tmt-1: evacuated"]);
    expect(inWords(planned({ ...both, targets: [newTarget] }))).toEqual([
      "delete-endpoint vpce-1: evacuated",
    ]);
  });

  it("goes on leaving where room had to be made for the successor", () => {
    const leaving = aTargetOf({ leaving: true });
    const observation = { subnets: [leaves, stays], targets: [leaving], sessionsOn: new Map([["tmt-1", 0]]) };
    expect(inWords(planned(observation))).toContain("delete-target tmt-1: evacuated");
  });

  it("is given up where the zone has no other", () => {
    const plan = planned({ subnets: [leaves] });
    expect([inWords(plan), plan.unserved[0]?.reason]).toEqual([["tag tmt-1: evacuated"], "no-subnet"]);
  });
});

describe("a zone without instances", () => {
  const settings = { zones: "instances", idleMs: 600_000 } as const;
  const idle = (since: string) => [
    anEndpointOf({ tags: { ...endpointTagsOf(A), "traffic-mirror:idle-since": since } }),
  ];
  const at = (minutes: number) => new Date(NOON - minutes * 60_000).toISOString();

  it("is marked, kept for the time given, and then left", () => {
    expect(planned({}, settings).actions).toEqual([
      { kind: "tag", id: "vpce-1", reason: "no-instances", tags: { "traffic-mirror:idle-since": at(0) } },
    ]);
    expect(inWords(planned({ endpoints: idle(at(9)) }, settings))).toEqual([]);
    expect(inWords(planned({ endpoints: idle(at(10)) }, settings))).toEqual(["tag tmt-1: no-instances"]);
  });

  it("is marked anew when the mark is no time, and loses it when an instance comes", () => {
    expect(inWords(planned({ endpoints: idle("soon") }, settings))).toEqual(["tag vpce-1: no-instances"]);
    const inhabited = new Set(["subnet-a"]);
    expect(inWords(planned({ endpoints: idle(at(50)), inhabited }, settings))).toEqual([
      "untag vpce-1: needed-again",
    ]);
  });
});

describe("another service", () => {
  it("gets endpoints of its own, and then those of the one before leave", () => {
    const old = anEndpointOf({ service: OTHER_SERVICE });
    expect(inWords(planned({ endpoints: [old] }))).toEqual(["create-endpoint subnet-a: replaced"]);
    const now = { endpoints: [old, anEndpointOf({ id: "vpce-2" })] };
    const targets = [aTargetOf(), aTargetOf({ id: "tmt-2", endpointId: "vpce-2" })];
    expect(inWords(planned({ ...now, targets }))).toEqual(["tag tmt-1: replaced"]);
  });
});
