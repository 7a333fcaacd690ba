import { describe, expect, it } from "@jest/globals";
import type { Decision } from "../../../../functions/core/sessions/decisions.js";
import type { Session } from "../../../../functions/core/model.js";
import { firstFree } from "../../../../functions/core/sessions/desired.js";
import { planSource } from "../../../../functions/core/sessions/plan.js";
import { TAG_CONTROLLER, TAG_DEFAULTS, TAG_RULE } from "../../../../functions/core/tags.js";
import {
  aContext,
  aForeignSession,
  aPolicy,
  aSession,
  aSource,
  aTarget,
  aTopology,
  anEndpoint,
  anotherControllersTags,
  ZONE_B,
} from "../../../support/builders.js";

const entry = (over: object) => aPolicy({ sources: { vpcs: [{ name: "all", vpc_id: "vpc-1", ...over }] } });

/** What is decided about `eni-1`. */
function decide(
  sessions: readonly Session[],
  context: Parameters<typeof aContext>[0] = {},
  source = aSource(),
): readonly Decision[] {
  return planSource(aContext(context), source, sessions).decisions;
}

describe("a source without a session", () => {
  it("gets one with what its entry and its VPC say, and our tags beside the user's", () => {
    const policy = aPolicy({
      vpc: { vni: 7 },
      sources: {
        vpcs: [{ name: "web", vpc_id: "vpc-1", filter_id: "tmf-9", packet_length: 128, session_number: 5 }],
      },
    });
    const [create, ...more] = decide([], { policy, ownTags: { Owner: "sec", [TAG_RULE]: "forged" } });
    expect(more).toEqual([]);
    expect(create).toEqual({
      kind: "create",
      reason: "not-mirrored",
      interfaceId: "eni-1",
      instanceId: "i-1",
      ruleName: "web",
      order: 0,
      desired: {
        interfaceId: "eni-1",
        targetId: "tmt-a",
        filterId: "tmf-9",
        number: 5,
        vni: 7,
        packetLength: 128,
        description: "traffic-mirror:1 controller=mirror interface=eni-1 rule=web",
        tags: { Owner: "sec", [TAG_CONTROLLER]: "mirror", [TAG_RULE]: "web" },
      },
    });
  });

  it("takes the entry's VNI before the VPC's, and none where neither names one", () => {
    const policy = aPolicy({
      vpc: { vni: 7 },
      sources: { vpcs: [{ name: "x", vpc_id: "vpc-1", virtual_network_id: 8 }] },
    });
    expect(decide([], { policy })).toMatchObject([{ desired: { vni: 8 } }]);
    expect(decide([])[0]).not.toHaveProperty("desired.vni");
  });

  it("takes the largest packet length for whole packets", () => {
    expect(decide([], { policy: entry({ packet_length: 8500 }) })[0]).not.toHaveProperty(
      "desired.packetLength",
    );
  });

  it("is created while its instance is still pending", () => {
    expect(decide([], {}, aSource({ instance: { state: "pending" } }))).toMatchObject([{ kind: "create" }]);
  });

  it.each([
    ["interface-type", aSource({ type: "efa" })],
    ["ipv6-only", aSource({ addresses: [] })],
    ["requester-managed", aSource({ instance: null, requester: "amazon-rds" })],
  ])("that AWS would refuse stays uncovered: %s", (reason, source) => {
    expect(decide([], {}, source)).toMatchObject([
      { kind: "leave", covered: "uncovered", reason, ruleName: "all" },
    ]);
  });

  it("is created on a type that no list knows, and not on one that the policy forbids", () => {
    const source = aSource({ instance: { type: "t2.micro" } });
    expect(decide([], {}, source)).toMatchObject([{ kind: "create" }]);
    const policy = aPolicy({ options: { instance_types: { "t2.*": false } } });
    expect(decide([], { policy }, source)).toMatchObject([{ kind: "leave", reason: "instance-type" }]);
  });

  it("stays uncovered without a target", () => {
    const policy = aPolicy({ vpc: { targets: [] } });
    expect(decide([], { policy })).toMatchObject([{ covered: "uncovered", reason: "no-target" }]);
  });
});

describe("a session of ours that is right", () => {
  it("is left alone", () => {
    expect(decide([aSession()])).toEqual([
      {
        kind: "leave",
        covered: "mirrored",
        reason: "mirrored",
        interfaceId: "eni-1",
        instanceId: "i-1",
        ruleName: "all",
      },
    ]);
  });

  it("is left alone with a VNI that AWS chose, with 8500 for whole packets, and with others' tags on it", () => {
    const tags = { ...aSession().tags, Team: "web" };
    expect(decide([aSession({ vni: 4711, packetLength: 8500, tags })])).toMatchObject([
      { reason: "mirrored" },
    ]);
  });

  it("is not asked for its instance type again: AWS accepted it", () => {
    expect(decide([aSession()], {}, aSource({ instance: { type: "t2.micro" } }))).toMatchObject([
      { reason: "mirrored" },
    ]);
  });

  it("stays on its target while that is not available and nothing else is there", () => {
    const topology = aTopology([aTarget({ endpoint: anEndpoint({ available: false }) })]);
    expect(decide([aSession()], { topology })).toMatchObject([
      { kind: "leave", covered: "uncovered", reason: "target-unavailable" },
    ]);
  });
});

describe("a session of ours that differs is changed in place", () => {
  it.each<[string, Partial<Session>, object, object]>([
    ["its target", { targetId: "tmt-old" }, {}, { targetId: "tmt-a" }],
    ["its filter", { filterId: "tmf-old" }, {}, { filterId: "tmf-1" }],
    ["its number", { number: 9 }, {}, { number: 1 }],
    ["its VNI", { vni: 3 }, { virtual_network_id: 4 }, { vni: 4 }],
    ["its VNI, where AWS had chosen", {}, { virtual_network_id: 4 }, { vni: 4 }],
    ["its packet length", { packetLength: 64 }, { packet_length: 128 }, { packetLength: 128 }],
    ["a limit to be set", {}, { packet_length: 128 }, { packetLength: 128 }],
    ["a limit to be taken away", { packetLength: 64 }, {}, { packetLength: null }],
    ["several at once", { filterId: "tmf-old", number: 4 }, {}, { filterId: "tmf-1", number: 1 }],
  ])("%s", (_, session, over, changes) => {
    expect(decide([aSession(session)], { policy: entry(over) })).toMatchObject([
      { kind: "modify", reason: "session-differs", sessionId: "tms-1" },
    ]);
    expect(decide([aSession(session)], { policy: entry(over) })[0]).toHaveProperty("changes", changes);
  });

  it("also by an event, since nothing is removed", () => {
    expect(decide([aSession({ number: 9 })], { mayRemoveByPolicy: false })).toMatchObject([
      { kind: "modify" },
    ]);
  });

  it("to the zone's own target once there is one", () => {
    const topology = aTopology([aTarget(), aTarget({ id: "tmt-b", zone: ZONE_B })]);
    const policy = aPolicy({ vpc: { targets: null } });
    expect(decide([aSession({ targetId: "tmt-b" })], { topology, policy })).toMatchObject([
      { changes: { targetId: "tmt-a" } },
    ]);
  });
});

describe("tags of a session of ours", () => {
  it("are completed with the missing ones only", () => {
    const session = aSession({ tags: { [TAG_CONTROLLER]: "mirror", [TAG_RULE]: "before", Team: "web" } });
    expect(decide([session], { ownTags: { Owner: "sec" } })).toMatchObject([
      { kind: "retag", reason: "tags-differ", tags: { [TAG_RULE]: "all", Owner: "sec" } },
    ]);
  });

  it("follow a change of the session itself", () => {
    const session = aSession({ number: 4, tags: { [TAG_CONTROLLER]: "mirror", [TAG_RULE]: "before" } });
    expect(decide([session]).map(({ kind }) => kind)).toEqual(["modify", "retag"]);
  });
});

describe("the provider's default_tags", () => {
  const defaultTags = { Commit: "c0ffee", Owner: "platform" };
  const [create] = decide([], { defaultTags, ownTags: { Owner: "sec" } });
  const made = create?.kind === "create" ? create.desired.tags : {};

  it("are on a session from the beginning, beneath the user's own, with their digest", () => {
    expect(made).toMatchObject({ Commit: "c0ffee", Owner: "sec", [TAG_CONTROLLER]: "mirror" });
    expect(made[TAG_DEFAULTS]).toMatch(/^[0-9a-f]+$/);
  });

  it("are brought over by a sweep when they have changed", () => {
    const session = aSession({ tags: made });
    const changed = { defaultTags: { ...defaultTags, Commit: "decaf" }, ownTags: { Owner: "sec" } };
    expect(decide([session], changed)).toMatchObject([
      { kind: "retag", defaults: true, tags: { Commit: "decaf", [TAG_DEFAULTS]: expect.any(String) } },
    ]);
    expect(decide([session], { ...changed, mayRemoveByPolicy: false })).toMatchObject([
      { reason: "mirrored" },
    ]);
  });

  it("are left as somebody else has made them, and in whatever order Terraform gives them", () => {
    const session = aSession({ tags: { ...made, Commit: "theirs" } });
    const reordered = { Owner: "platform", Commit: "c0ffee" };
    for (const defaults of [defaultTags, reordered])
      expect(decide([session], { defaultTags: defaults, ownTags: { Owner: "sec" } })).toMatchObject([
        { kind: "leave", reason: "mirrored" },
      ]);
  });

  it("leave no digest where there are none", () => {
    expect(decide([])).toMatchObject([
      { desired: { tags: expect.not.objectContaining({ [TAG_DEFAULTS]: expect.anything() }) } },
    ]);
  });
});

describe("several sessions of ours on one interface", () => {
  const first = aSession({ id: "tms-9", number: 1 });
  const second = aSession({ id: "tms-1", number: 2 });

  it("the one with the lowest number stays, in whatever order EC2 lists them", () => {
    for (const sessions of [
      [first, second],
      [second, first],
    ]) {
      expect(decide(sessions)).toMatchObject([
        { kind: "leave", covered: "mirrored" },
        { kind: "delete", reason: "surplus", sessionId: "tms-1", byPolicy: false },
      ]);
    }
  });

  it("the surplus goes by an event too, and its number is not taken before it is gone", () => {
    const sessions = [aSession({ id: "tms-1", number: 2 }), aSession({ id: "tms-2", number: 3 })];
    const policy = entry({ session_number: 3 });
    const [modify, removal] = decide(sessions, { policy, mayRemoveByPolicy: false });
    expect(modify).toMatchObject({ kind: "modify", sessionId: "tms-1", changes: { number: 4 } });
    expect(removal).toMatchObject({ kind: "delete", sessionId: "tms-2" });
  });
});

describe("sessions of others", () => {
  it("are never touched, and their numbers are stepped around", () => {
    const foreign = [aForeignSession({ id: "f-1", number: 1 }), aForeignSession({ id: "f-2", number: 2 })];
    expect(decide(foreign)).toMatchObject([{ kind: "create", desired: { number: 3 } }]);
  });

  it("are those of another controller as well", () => {
    const theirs = aForeignSession({ number: 1, tags: anotherControllersTags() });
    expect(decide([theirs])).toMatchObject([{ kind: "create", desired: { number: 2 } }]);
  });

  it("fill the interface when there are three", () => {
    const foreign = [1, 2, 3].map((number) => aForeignSession({ id: `f-${String(number)}`, number }));
    expect(decide(foreign)).toMatchObject([{ covered: "uncovered", reason: "session-limit" }]);
    expect(decide([...foreign.slice(1), aSession()])).toMatchObject([{ reason: "mirrored" }]);
  });

  it("stay when everything of ours goes", () => {
    const policy = aPolicy({ exclude: { instance_ids: ["i-1"] } });
    const decisions = decide([aForeignSession({ number: 2 }), aSession()], { policy });
    expect(decisions).toMatchObject([{ kind: "delete", sessionId: "tms-1" }]);
    expect(decisions).toHaveLength(1);
  });
});

describe("the number of a session", () => {
  it("is the preferred one, or the first free one above it", () => {
    expect(firstFree(1, new Set())).toBe(1);
    expect(firstFree(10, new Set([10, 11, 13]))).toBe(12);
  });

  it("goes on at 1 after the largest", () => {
    expect(firstFree(32_766, new Set([32_766]))).toBe(1);
    expect(firstFree(32_765, new Set([32_765, 32_766, 1]))).toBe(2);
  });
});

describe("a plan", () => {
  it("is the same for the same sight, and changes nothing that it was given", () => {
    const sessions = Object.freeze([aSession({ id: "tms-2", number: 2 }), aForeignSession({ number: 1 })]);
    const first = planSource(aContext(), aSource(), sessions);
    expect(planSource(aContext(), aSource(), [...sessions].reverse())).toEqual(first);
  });
});
