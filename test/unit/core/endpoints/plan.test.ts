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
  NAME,
  NOTHING,
  OTHER_SERVICE,
  planned,
  VPC,
} from "../../../support/endpoint-builders.js";
import { NOON } from "../../../support/fakes.js";

describe("a zone that is served", () => {
  it("is left alone", () => {
    expect(planned()).toEqual({
      zones: [{ vpcId: VPC, zone: A, state: "served", endpointId: "vpce-1" }],
      unserved: [],
      actions: [],
      held: [],
      leaving: [],
      disputed: [],
    });
  });

  it("keeps its endpoint, also when another subnet has become better", () => {
    const subnets = [
      aSubnet({ freeAddresses: 0 }),
      aSubnet({ id: "subnet-b", tags: { Tier: "inspection" } }),
    ];
    expect(inWords(planned({ subnets }, { subnetTags: { Tier: null } }))).toEqual([]);
  });

  it("gets back the tags that are missing, and keeps those that others added", () => {
    const endpoints = [anEndpointOf({ tags: { ...endpointTagsOf(A), Name: "renamed", Cost: "1" } })];
    expect(planned({ endpoints }, { ownTags: { Team: "security" } }).actions).toEqual([
      {
        kind: "tag",
        id: "vpce-1",
        reason: "tags-differ",
        tags: { Name: `${NAME}/${VPC}/${A.name}`, Team: "security" },
      },
      { kind: "tag", id: "tmt-1", reason: "tags-differ", tags: { Team: "security" } },
    ]);
  });

  it("gets the provider's default_tags when they have changed, and is left alone when others change them", () => {
    const defaultTags = { Commit: "c0ffee" };
    const [first] = planned({}, { defaultTags }).actions;
    expect(first).toMatchObject({ kind: "tag", id: "vpce-1", tags: { Commit: "c0ffee" } });
    const put = first?.kind === "tag" ? first.tags : {};
    const endpoints = [anEndpointOf({ tags: { ...endpointTagsOf(A), ...put, Commit: "theirs" } })];
    const targets = [aTargetOf({ tags: { ...aTargetOf().tags, ...put } })];
    expect(planned({ endpoints, targets }, { defaultTags }).actions).toEqual([]);
    expect(planned({ endpoints, targets }, { defaultTags: { Commit: "decaf" } }).actions).toHaveLength(2);
  });

  it("has one target: the others leave", () => {
    const targets = [aTargetOf({ id: "tmt-2" }), aTargetOf()];
    expect(inWords(planned({ targets }))).toEqual(["tag tmt-2: surplus"]);
  });

  it("has one endpoint: the younger leaves, target first", () => {
    const second = { id: "vpce-2", createdAt: NOON - 60_000 };
    const endpoints = [anEndpointOf(second), anEndpointOf()];
    const targets = [aTargetOf(), aTargetOf({ id: "tmt-2", endpointId: "vpce-2" })];
    expect(inWords(planned({ endpoints, targets }))).toEqual(["tag tmt-2: surplus"]);
  });
});

describe("a zone that lacks something", () => {
  it("gets an endpoint, with tags and a token", () => {
    expect(planned(NOTHING).actions).toEqual([
      {
        kind: "create-endpoint",
        vpcId: VPC,
        zone: A,
        subnetIds: ["subnet-a"],
        token: expect.stringMatching(/^vpc-0a\/euw1-az3\/[0-9a-z]+\/[0-9a-f]{8}$/) as unknown,
        tags: endpointTagsOf(A),
        makeRoom: [],
        reason: "zone-needed",
      },
    ]);
  });

  it("gets a target only when the endpoint is available", () => {
    const waiting = planned({ endpoints: [anEndpointOf({ state: "pending" })], targets: [] });
    expect([inWords(waiting), waiting.zones[0]?.state]).toEqual([[], "pending"]);
    const ready = planned({ targets: [] });
    expect(ready.actions).toMatchObject([
      {
        kind: "create-target",
        endpointId: "vpce-1",
        tags: { "traffic-mirror:vpc": VPC, "traffic-mirror:zone": A.name },
      },
    ]);
  });

  it("takes the target back that was leaving, rather than make another", () => {
    expect(inWords(planned({ targets: [aTargetOf({ leaving: true })] }))).toEqual([
      "untag tmt-1: needed-again",
    ]);
  });

  it.each([
    ["pendingAcceptance", "acceptance"],
    ["rejected", "rejected"],
    ["unknown", "pending"],
  ] as const)("waits while its endpoint is %s", (state, stands) => {
    const plan = planned({ endpoints: [anEndpointOf({ state })], targets: [] });
    expect([inWords(plan), plan.zones[0]?.state]).toEqual([[], stands]);
  });

  it("waits where no subnet has an address left, and where the service refuses", () => {
    const full = planned({ ...NOTHING, subnets: [aSubnet({ freeAddresses: 0 })] });
    expect([inWords(full), full.zones[0]?.state]).toEqual([[], "no-address"]);
    const service = { usable: false, code: "InvalidServiceName", message: "no" } as const;
    const refused = planned({ ...NOTHING, service });
    expect([inWords(refused), refused.zones[0]?.state]).toEqual([[], "service-refused"]);
    expect(inWords(planned({ service }))).toEqual([]); // what is there stays
  });

  it("is replaced where its endpoint was deleted; the target waits for its successor", () => {
    const endpoints = [anEndpointOf({ state: "deleting" })];
    expect(inWords(planned({ endpoints }))).toEqual(["create-endpoint subnet-a: replaced"]);
    const gone = new Set(["vpce-1"]);
    expect(inWords(planned({ endpoints: [], gone }))).toEqual(["create-endpoint subnet-a: zone-needed"]);
    const successor = { endpoints: [anEndpointOf({ id: "vpce-2" })], gone };
    const targets = [aTargetOf(), aTargetOf({ id: "tmt-2", endpointId: "vpce-2" })];
    expect(inWords(planned({ ...successor, targets }))).toEqual(["tag tmt-1: endpoint-gone"]);
  });

  it("waits where an answer lacks the endpoint that its target names: nothing is made and nothing goes", () => {
    const unseen = planned({ endpoints: [] });
    expect([inWords(unseen), unseen.zones[0]?.state]).toEqual([[], "pending"]);
    const beside = { endpoints: [anEndpointOf({ id: "vpce-2" })] };
    const targets = [aTargetOf(), aTargetOf({ id: "tmt-2", endpointId: "vpce-2" })];
    expect(inWords(planned({ ...beside, targets }))).toEqual([]);
    // An endpoint whose tag somebody took off still serves.
    const robbed = planned({ endpoints: [anEndpointOf({ tags: {} })] });
    expect([inWords(robbed), robbed.disputed]).toEqual([[], ["vpce-1"]]);
  });

  it("keeps its endpoint where the answer about subnets lacks the one that it stands in", () => {
    const endpoints = [anEndpointOf({ subnetId: "subnet-b" })];
    expect(inWords(planned({ endpoints, subnets: [aSubnet({ ipv4: false })] }))).toEqual([]);
  });

  it("tries again after ten minutes when its endpoint failed, and no sooner", () => {
    const failed = (age: number) => [anEndpointOf({ state: "failed", createdAt: NOON - age })];
    const soon = planned({ endpoints: failed(9 * 60_000), targets: [] });
    expect([inWords(soon), soon.zones[0]?.state]).toEqual([[], "failed"]);
    expect(inWords(planned({ endpoints: failed(10 * 60_000), targets: [] }))).toEqual([
      "create-endpoint subnet-a: replaced",
      "delete-endpoint vpce-1: endpoint-failed",
    ]);
  });
});

describe("the token of a wish", () => {
  const tokenAt = (now: number, observation = {}) => {
    const [action] = planned({ ...NOTHING, ...observation }, {}, now).actions;
    return action?.kind === "create-endpoint" ? action.token : undefined;
  };

  it("is the same for runs at the same time, whichever subnet they prefer", () => {
    const other = { subnets: [aSubnet(), aSubnet({ id: "subnet-b", freeAddresses: 200 })] };
    expect(tokenAt(NOON)).toBe(tokenAt(NOON + 60_000, other));
  });

  it("ends, so that an answer about something deleted since cannot last", () => {
    expect(tokenAt(NOON)).not.toBe(tokenAt(NOON + 600_000));
  });

  it("is another one when an endpoint of ours is going", () => {
    const endpoints = [anEndpointOf({ state: "deleting" })];
    expect(tokenAt(NOON)).not.toBe(tokenAt(NOON, { endpoints }));
  });

  it("is another one when a subnet of the zone is to be removed, for then another is asked for", () => {
    const subnets = [aSubnet({ tags: EVACUATE }), aSubnet({ id: "subnet-b" })];
    expect(tokenAt(NOON)).not.toBe(tokenAt(NOON, { subnets }));
  });

  it("fits into 64 characters with the number of the try", () => {
    const zone = { id: "use1-lax1-az1", name: "us-east-1-lax-1a" };
    const vpcId = "vpc-0123456789abcdef0";
    const service = { usable: true, zoneIds: new Set([zone.id]), zoneNames: new Set<string>() } as const;
    const observation = { ...NOTHING, service, subnets: [aSubnet({ zone, vpcId })] };
    const [action] = planned(observation, { vpcIds: [vpcId] }).actions;
    expect(action?.kind === "create-endpoint" && `${action.token}-9`.length <= 64).toBe(true);
  });
});

describe("what is somebody else's", () => {
  it("is not touched: endpoints without our tag, or with another's", () => {
    const theirs = [{}, { "traffic-mirror:endpoints": "another" }].map((tags, index) =>
      anEndpointOf({ id: `vpce-${String(index + 8)}`, tags, service: OTHER_SERVICE }),
    );
    const endpoints = [anEndpointOf(), ...theirs];
    const targets = [aTargetOf(), aTargetOf({ id: "tmt-9", endpointId: "vpce-9", tags: {} })];
    expect(inWords(planned({ endpoints, targets }))).toEqual([]);
    expect(inWords(planned({ endpoints, targets }, { vpcIds: [] }))).toEqual(["tag tmt-1: outside-vpcs"]);
  });

  it("does not count as served: Terraform's endpoint in the same zone has no tag of ours", () => {
    const endpoints = [anEndpointOf({ tags: {} })];
    expect(inWords(planned({ endpoints, targets: [aTargetOf({ tags: {} })] }))).toEqual([
      "create-endpoint subnet-a: zone-needed",
    ]);
  });

  it("holds an endpoint of ours with their target on it", () => {
    const targets = [aTargetOf({ id: "tmt-9", tags: {} })];
    const plan = planned({ targets }, { vpcIds: [] });
    expect([plan.actions, plan.held]).toEqual([[], [{ endpointId: "vpce-1", targetId: "tmt-9" }]]);
  });
});

describe("what is not whole or not known", () => {
  it("a subnet that was not seen leads to nothing: its endpoint serves on", () => {
    expect(inWords(planned({ subnets: [] }))).toEqual([]);
    const subnets = [aSubnet({ id: "subnet-b" })];
    expect(inWords(planned({ subnets }))).toEqual([]);
  });

  it("a failed endpoint in a zone that is gone is removed", () => {
    const endpoints = [anEndpointOf({ state: "failed" })];
    expect(inWords(planned({ subnets: [], endpoints, targets: [] }))).toEqual([
      "delete-endpoint vpce-1: endpoint-failed",
    ]);
  });

  it("sessions that were not counted keep their target", () => {
    const plan = planned({ targets: [aTargetOf({ leaving: true })] }, { vpcIds: [] });
    expect([plan.actions, plan.leaving]).toEqual([[], [{ targetId: "tmt-1", sessions: 0 }]]);
  });

  it("a service that names no zone offers every one", () => {
    const service = { usable: true, zoneIds: new Set<string>(), zoneNames: new Set<string>() } as const;
    expect(inWords(planned({ service }))).toEqual([]);
    const named = { ...service, zoneNames: new Set([B.name]) };
    expect(planned({ ...NOTHING, service: named }).unserved).toMatchObject([{ reason: "not-offered" }]);
  });

  it("a service that names one zone less, all of a sudden, takes no endpoint away", () => {
    const service = { usable: true, zoneIds: new Set([B.id]), zoneNames: new Set<string>() } as const;
    const plan = planned({ service });
    expect([inWords(plan), plan.unserved, plan.zones[0]?.state]).toEqual([[], [], "served"]);
    // What the user says about zones holds.
    expect(inWords(planned({}, { serviceZoneIds: new Set([B.id]) }))).toEqual(["tag tmt-1: not-offered"]);
  });

  it("an answer about targets that lacks one leads to no removal", () => {
    expect(planned({ targets: [] }).actions.map(({ kind }) => kind)).toEqual(["create-target"]);
  });
});
