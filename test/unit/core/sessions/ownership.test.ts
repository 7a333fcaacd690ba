import { describe, expect, it } from "@jest/globals";
import type { Session } from "../../../../functions/core/model.js";
import {
  concerns,
  describeSession,
  nameInDescription,
  ownershipOf,
  ruleOf,
} from "../../../../functions/core/sessions/ownership.js";
import { planSource } from "../../../../functions/core/sessions/plan.js";
import { TAG_CONTROLLER, TAG_RULE, TAG_TARGET_LEAVING } from "../../../../functions/core/tags.js";
import {
  aContext,
  aForeignSession,
  anotherControllersTags,
  aPolicy,
  aSession,
  aSource,
  aTarget,
  aTopology,
  CONTROLLER,
} from "../../../support/builders.js";

const { description: _none, ...beforeDescriptions } = aSession();
const proof = describeSession(CONTROLLER, "eni-1", "all");

describe("the description of a session", () => {
  it("has one form, which names the controller, the interface and the rule", () => {
    expect(proof).toBe("traffic-mirror:1 controller=mirror interface=eni-1 rule=all");
  });

  it("carries any name as ASCII without blanks, and a long one by its hash", () => {
    expect(nameInDescription("web tier = ü\ud800")).toBe("web%20tier%20%3D%20%C3%BC%EF%BF%BD");
    const long = nameInDescription("x".repeat(256));
    expect(long).toMatch(/^~[0-9a-f]{1,8}$/);
    expect(nameInDescription("x".repeat(255))).not.toBe(long);
  });

  it("proves whose the session is together with our tag, and nothing on another interface", () => {
    const of = (over: Partial<Session>) => ownershipOf(aSession(over), CONTROLLER);
    expect(of({})).toBe("ours");
    expect(of({ tags: {} })).toBe("lost");
    expect(of({ tags: anotherControllersTags() })).toBe("lost");
    expect(of({ description: describeSession("another", "eni-1", "all") })).toBe("foreign");
    expect(of({ description: describeSession(CONTROLLER, "eni-2", "all") })).toBe("foreign");
    expect(of({ description: `${proof} ` })).toBe("foreign");
    expect(of({ description: "" })).toBe("unproven");
    expect(of({ description: "", tags: { [TAG_CONTROLLER]: CONTROLLER } })).toBe("foreign");
    expect(ownershipOf(beforeDescriptions, CONTROLLER)).toBe("unproven");
  });

  it("says the rule before any tag does", () => {
    expect(ruleOf(aSession({ tags: { [TAG_RULE]: "demand" } }))).toBe("all");
    expect(ruleOf({ ...beforeDescriptions, tags: { [TAG_RULE]: "web tier" } })).toBe("web%20tier");
    expect(ruleOf(aForeignSession())).toBeUndefined();
  });

  it("makes it our business, or our tag does", () => {
    expect(concerns(aSession({ tags: {} }), CONTROLLER)).toBe(true);
    expect(concerns(aForeignSession({ tags: { [TAG_CONTROLLER]: CONTROLLER } }), CONTROLLER)).toBe(true);
    expect(concerns(aForeignSession({ tags: anotherControllersTags() }), CONTROLLER)).toBe(false);
  });
});

const plan = (sessions: readonly Session[], context = {}, source = aSource()) => {
  const { decisions, disputed = [] } = planSource(aContext(context), source, sessions);
  return { does: decisions.map(({ kind, reason }) => `${kind} ${reason}`), disputed };
};
const stopped = aSource({ instance: { state: "stopped" } });

describe("a session whose tags somebody took off", () => {
  it("is neither changed, removed nor doubled while it mirrors as ours would", () => {
    const robbed = aSession({ tags: {} });
    const named = { does: ["leave ownership-lost"], disputed: ["tms-1"] };
    expect(plan([robbed])).toEqual(named);
    expect(plan([aSession({ tags: anotherControllersTags() })])).toEqual(named);
    expect(plan([robbed], {}, stopped).does).toEqual(["leave instance-stopped"]);
  });

  it("counts as somebody else's when it leads elsewhere: then ours stands beside it", () => {
    for (const moved of [{ targetId: "tmt-mallory" }, { filterId: "tmf-mallory" }]) {
      const stolen = aSession({ tags: {}, ...moved });
      expect(plan([stolen])).toEqual({ does: ["create not-mirrored"], disputed: ["tms-1"] });
      const beside = aSession({ id: "tms-2", number: 2 });
      expect(plan([stolen, beside])).toEqual({ does: ["leave mirrored"], disputed: ["tms-1"] });
    }
  });

  it("must have the rule's own number, where the rule has one", () => {
    const policy = aPolicy({ sources: { vpcs: [{ name: "all", vpc_id: "vpc-1", session_number: 5 }] } });
    expect(plan([aSession({ tags: {}, number: 5 })], { policy }).does).toEqual(["leave ownership-lost"]);
    expect(plan([aSession({ tags: {}, number: 6 })], { policy }).does).toEqual(["create not-mirrored"]);
  });
});

describe("a session that was given our tags", () => {
  const tags = aSession().tags;

  it("is never removed, whatever the interface's own session", () => {
    const given = aForeignSession({ number: 5, tags });
    expect(plan([aSession(), given])).toEqual({ does: ["leave mirrored"], disputed: [given.id] });
    expect(plan([given], {}, stopped)).toEqual({ does: ["leave instance-stopped"], disputed: [given.id] });
    expect(plan([aForeignSession({ tags, description: "" })], {}, stopped).does).toEqual([
      "leave instance-stopped",
    ]);
  });

  it("is taken over once, by its description, when it leads where ours do as the version before made it", () => {
    const { decisions } = planSource(aContext(), aSource(), [beforeDescriptions]);
    expect(decisions).toMatchObject([
      { kind: "modify", reason: "description-differs", sessionId: "tms-1", changes: { description: proof } },
    ]);
    expect(decisions).toHaveLength(1);
    expect(plan([aSession()]).does).toEqual(["leave mirrored"]);
  });

  it("is removed like any other of ours when it leads where ours do", () => {
    expect(plan([beforeDescriptions], {}, stopped).does).toEqual(["delete instance-stopped"]);
  });
});

describe("tags that steer nothing", () => {
  it("are the rule's on a session: one that a rule selects for good does not end as a demand", () => {
    const forged = aSession({ tags: { ...aSession().tags, [TAG_RULE]: "demand" } });
    const context = { policy: aPolicy({ sources: {} }), claims: new Map([["eni-1", noClaims]]) };
    expect(plan([forged], { ...context, mayRemoveByPolicy: false }).does).toEqual(["leave left-to-sweep"]);
  });

  it.each([
    ["lost", {}],
    ["of another VPC", { "traffic-mirror:vpc": "vpc-2" }],
    ["with the mark", { ...aTarget().tags, [TAG_TARGET_LEAVING]: "true" }],
  ])("are a target's that are %s: its sessions stay where there is no other", (_what, tags) => {
    const context = { policy: aPolicy({ vpc: { targets: null } }), topology: aTopology([aTarget({ tags })]) };
    expect(plan([aSession()], context).does).toEqual(["leave no-target"]);
  });
});

const noClaims = { byFinding: false, byRequest: false };
