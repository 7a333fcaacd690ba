import { describe, expect, it } from "@jest/globals";
import {
  chooseTarget,
  isChoosable,
  mayStayOn,
  type TargetContext,
} from "../../../../functions/core/sessions/target.js";
import { TAG_TARGET_LEAVING } from "../../../../functions/core/tags.js";
import type { Target } from "../../../../functions/core/model.js";
import type { Policy, PolicyVpc } from "../../../../functions/core/sessions/policy.js";
import {
  aPolicy,
  aSource,
  aTarget,
  aTopology,
  anEndpoint,
  OTHER_SERVICE,
  ZONE_A,
  ZONE_B,
} from "../../../support/builders.js";

const zoneB = (over: Partial<Target> = {}) => aTarget({ id: "tmt-b", zone: ZONE_B, ...over });
const byTag: Partial<PolicyVpc> = { targets: null };
const listed = (...ids: [string, string][]): Partial<PolicyVpc> => ({
  targets: ids.map(([target_id, availability_zone]) => ({ target_id, availability_zone })),
});

interface Case {
  readonly vpc?: Partial<PolicyVpc>;
  readonly targetId?: string;
  readonly allowCrossZone?: boolean;
  readonly source?: ReturnType<typeof aSource>;
}

/** The one VPC and the one rule of the policy, in an account with these targets. */
function contextOf(policy: Policy, targets: readonly Target[]): TargetContext {
  const [vpc, rule] = [policy.vpcs[0]!, policy.sources!.vpcs[0]!];
  return { vpc, rule, topology: aTopology(targets), options: policy.options };
}

/** Id of the target chosen among `targets`, or the reason why none is. */
function choice(targets: readonly Target[], input: Case = {}): string {
  const policy = aPolicy({
    ...(input.vpc && { vpc: input.vpc }),
    sources: { vpcs: [{ name: "x", vpc_id: "vpc-1", target_id: input.targetId ?? null }] },
    options: { allow_cross_zone: input.allowCrossZone ?? true },
  });
  const found = chooseTarget(input.source ?? aSource(), contextOf(policy, targets));
  return found.found ? found.targetId : found.reason;
}

describe("the target of a source", () => {
  it("is the one of its own zone", () => {
    const vpc = listed(["tmt-b", ZONE_B], ["tmt-a", ZONE_A]);
    expect(choice([zoneB(), aTarget()], { vpc })).toBe("tmt-a");
    expect(choice([zoneB(), aTarget()], { vpc, source: aSource({ zone: ZONE_B }) })).toBe("tmt-b");
  });

  it("is one of another zone of the VPC where that is allowed, else none", () => {
    const vpc = listed(["tmt-b", ZONE_B]);
    expect(choice([zoneB()], { vpc })).toBe("tmt-b");
    expect(choice([zoneB()], { vpc, allowCrossZone: false })).toBe("no-target");
  });

  it("is none without any", () => {
    expect(choice([], { vpc: listed() })).toBe("no-target");
    expect(choice([], { vpc: byTag })).toBe("no-target");
  });

  it("is the same whatever the order in which EC2 lists them", () => {
    const targets = ["tmt-1", "tmt-2", "tmt-3"].map((id) => aTarget({ id }));
    const first = choice(targets, { vpc: byTag });
    expect(choice([...targets].reverse(), { vpc: byTag })).toBe(first);
  });

  it("moves only for the sources of the target that leaves, and all targets get their share", () => {
    const targets = ["tmt-1", "tmt-2", "tmt-3"].map((id) => aTarget({ id }));
    const sources = Array.from({ length: 300 }, (_, n) => aSource({ id: `eni-${String(n)}` }));
    const before = sources.map((source) => choice(targets, { vpc: byTag, source }));
    const after = sources.map((source) => choice(targets.slice(0, 2), { vpc: byTag, source }));
    for (const id of ["tmt-1", "tmt-2", "tmt-3"]) {
      expect(before.filter((chosen) => chosen === id).length).toBeGreaterThan(60);
    }
    expect(after.filter((chosen, n) => before[n] !== "tmt-3" && chosen !== before[n])).toEqual([]);
  });
});

describe("targets that the policy lists", () => {
  it("are the only ones, though others carry the tags", () => {
    expect(choice([aTarget({ id: "tmt-other" })], { vpc: listed() })).toBe("no-target");
  });

  it("are waited for while EC2 does not show them", () => {
    expect(choice([aTarget({ id: "tmt-other" })])).toBe("target-not-seen");
    expect(choice([], { vpc: listed(["tmt-b", ZONE_B]), allowCrossZone: false })).toBe("no-target");
  });

  it("need no tags, and their zone is the list's", () => {
    const vpc = listed(["tmt-a", ZONE_B]);
    expect(choice([aTarget({ tags: {} })], { vpc, allowCrossZone: false })).toBe("no-target");
    expect(choice([aTarget({ tags: {} })], { vpc })).toBe("tmt-a");
  });

  it("count as trusted where no endpoint service is named", () => {
    const vpc: Partial<PolicyVpc> = { endpoint_service_name: null };
    expect(choice([aTarget({ endpoint: anEndpoint({ service: OTHER_SERVICE }) })], { vpc })).toBe("tmt-a");
  });

  it("may be an interface or a load balancer, which belong to no service", () => {
    expect(choice([{ id: "tmt-a", kind: "load-balancer", tags: {} }])).toBe("tmt-a");
    expect(choice([{ id: "tmt-a", kind: "interface", interfaceId: "eni-9", tags: {} }])).toBe("tmt-a");
  });
});

describe("a target that another account shares", () => {
  const { endpoint: _hidden, ...unseen } = aTarget({ tags: {} });
  const shared: Target = { ...unseen, otherAccount: true };

  it("is used where it is listed and no service is asked for: its endpoint cannot be seen from here", () => {
    expect(choice([shared], { vpc: { endpoint_service_name: null } })).toBe("tmt-a");
    expect(choice([shared], { targetId: "tmt-a" })).toBe("tmt-a");
    expect(choice([shared])).toBe("target-service");
  });

  it("is never found by tags, which its owner sets", () => {
    expect(choice([{ ...shared, tags: aTarget().tags }], { vpc: byTag })).toBe("target-service");
  });
});

describe("what a policy can choose", () => {
  const chosen = (target: Target, vpc: Partial<PolicyVpc> = {}) => isChoosable(aPolicy({ vpc }), target);
  const theirs: Target = { id: "tmt-theirs", kind: "load-balancer", loadBalancerArn: "arn", tags: {} };

  it("is what it lists, what a rule names, and what it finds by tags behind its service", () => {
    expect(chosen(aTarget())).toBe(true);
    expect(chosen(aTarget(), byTag)).toBe(true);
    const rules = { vpcs: [{ name: "x", vpc_id: "vpc-1", target_id: "tmt-theirs" }] };
    expect(isChoosable(aPolicy({ sources: rules }), theirs)).toBe(true);
  });

  it("is no load balancer that somebody makes a target of, whatever its tags", () => {
    expect(chosen(theirs)).toBe(false);
    expect(chosen({ ...theirs, tags: aTarget().tags }, byTag)).toBe(false);
    expect(chosen(aTarget({ vpcId: "vpc-2" }), byTag)).toBe(false);
  });
});

describe("targets found by their tags", () => {
  it("serve the VPC that their tag names and no other", () => {
    expect(choice([aTarget()], { vpc: byTag })).toBe("tmt-a");
    expect(choice([aTarget({ vpcId: "vpc-2" })], { vpc: byTag })).toBe("no-target");
    expect(choice([aTarget({ tags: {} })], { vpc: byTag })).toBe("no-target");
  });

  it("serve no one from the moment when they are marked as leaving", () => {
    const leaving = aTarget();
    const tags = { ...leaving.tags, [TAG_TARGET_LEAVING]: "true" };
    expect(choice([{ ...leaving, tags }, zoneB()], { vpc: byTag })).toBe("tmt-b");
  });

  it("are used only behind the hub's endpoint service: whoever may tag could lead the copy away", () => {
    const stray = aTarget({ endpoint: anEndpoint({ service: OTHER_SERVICE }) });
    expect(choice([stray], { vpc: byTag })).toBe("target-service");
    expect(choice([stray, zoneB()], { vpc: byTag })).toBe("tmt-b");
    expect(choice([{ ...stray, kind: "interface" }], { vpc: byTag })).toBe("target-service");
    expect(choice([aTarget()], { vpc: { ...byTag, endpoint_service_name: null } })).toBe("target-service");
  });
});

describe("a target whose endpoint", () => {
  const { endpoint: _gone, ...withoutEndpoint } = aTarget();

  it("is not available or is gone is not used", () => {
    expect(choice([aTarget({ endpoint: anEndpoint({ available: false }) })])).toBe("target-unavailable");
    expect(choice([withoutEndpoint])).toBe("target-not-seen");
  });

  it("is of another service is not used, even when it is listed", () => {
    expect(choice([aTarget({ endpoint: anEndpoint({ service: OTHER_SERVICE }) })])).toBe("target-service");
  });
});

describe("an entry's own target", () => {
  it("goes before every other, whatever its zone", () => {
    expect(choice([aTarget(), zoneB({ tags: {} })], { targetId: "tmt-b" })).toBe("tmt-b");
  });

  it("is waited for when it is not seen or not available: no other takes its place", () => {
    expect(choice([aTarget()], { targetId: "tmt-b" })).toBe("target-not-seen");
    const rejected = zoneB({ endpoint: anEndpoint({ available: false }) });
    expect(choice([aTarget(), rejected], { targetId: "tmt-b" })).toBe("target-unavailable");
  });
});

describe("a session that is there may stay", () => {
  const policy = aPolicy({ sources: { vpcs: [{ name: "own", vpc_id: "vpc-1", target_id: "tmt-b" }] } });
  const plain = aPolicy({ sources: { vpcs: [{ name: "plain", vpc_id: "vpc-1" }] } });
  const stays = (targets: Target[], on = "tmt-a", of = plain) => mayStayOn(on, contextOf(of, targets));

  it("on a target of the VPC although its endpoint is not available at the moment", () => {
    expect(stays([aTarget({ endpoint: anEndpoint({ available: false }) })])).toBe(true);
  });

  it("not on one that is not the VPC's any more, nor on one of another service", () => {
    expect(stays([zoneB()], "tmt-b")).toBe(false);
    expect(stays([aTarget({ endpoint: anEndpoint({ service: OTHER_SERVICE }) })])).toBe(false);
  });

  it("on one that EC2 does not show, and while what replaces it is not seen or not available", () => {
    expect(stays([], "tmt-a")).toBe(true);
    const context = contextOf(plain, []);
    expect(mayStayOn("tmt-old", context, "target-not-seen")).toBe(true);
    expect(mayStayOn("tmt-old", context, "target-unavailable")).toBe(true);
    expect(mayStayOn("tmt-old", context, "no-target")).toBe(false);
    const found = contextOf(aPolicy({ vpc: byTag, sources: plain.sources! }), []);
    expect(mayStayOn("tmt-old", found)).toBe(true);
  });

  it("on the rule's own target and on no other", () => {
    expect(stays([aTarget()], "tmt-b", policy)).toBe(true);
    expect(stays([aTarget()], "tmt-a", policy)).toBe(false);
  });
});
