/** When a session of ours goes, and when an interface gets none: the other half of plan.test.ts. */
import { describe, expect, it } from "@jest/globals";
import type { Decision } from "../../../../functions/core/sessions/decisions.js";
import type { Session } from "../../../../functions/core/model.js";
import { isInRollout, planSource } from "../../../../functions/core/sessions/plan.js";
import {
  aContext,
  aPolicy,
  aSession,
  aSource,
  aTarget,
  aTopology,
  anEndpoint,
} from "../../../support/builders.js";

/** What is decided about `eni-1`. */
function decide(
  sessions: readonly Session[],
  context: Parameters<typeof aContext>[0] = {},
  source = aSource(),
): readonly Decision[] {
  return planSource(aContext(context), source, sessions).decisions;
}

describe("a session of ours on an interface that nothing selects", () => {
  const policy = aPolicy({ sources: { vpcs: [{ name: "theirs", vpc_id: "vpc-2" }] } });

  it("goes with a sweep, as a change of policy that the guardrail counts", () => {
    expect(decide([aSession()], { policy })).toMatchObject([
      { kind: "delete", reason: "no-rule", byPolicy: true },
    ]);
  });

  it("is left to the sweep by an event", () => {
    expect(decide([aSession()], { policy, mayRemoveByPolicy: false })).toMatchObject([
      { kind: "leave", covered: "unselected", reason: "left-to-sweep" },
    ]);
  });

  it("goes with its surplus", () => {
    expect(decide([aSession(), aSession({ id: "tms-2", number: 2 })], { policy })).toMatchObject([
      { sessionId: "tms-1" },
      { sessionId: "tms-2" },
    ]);
  });

  it("is nothing to do when there is none", () => {
    expect(decide([], { policy })).toEqual([
      { kind: "leave", covered: "unselected", reason: "no-rule", interfaceId: "eni-1", instanceId: "i-1" },
    ]);
  });
});

describe("the state of an instance", () => {
  const inState = (state: "stopped" | "stopping" | "terminated" | "shutting-down") =>
    aSource({ instance: { state } });
  const event = { mayRemoveByPolicy: false };

  it("stopped: the session, which is billed, goes at once", () => {
    expect(decide([aSession()], event, inState("stopped"))).toMatchObject([
      { kind: "delete", reason: "instance-stopped", byPolicy: false },
    ]);
    expect(decide([], event, inState("stopped"))).toMatchObject([{ reason: "instance-stopped" }]);
  });

  it("stopped: the session stays where the policy keeps it, but none is made", () => {
    const policy = aPolicy({ options: { stopped_instances: "keep" } });
    expect(decide([aSession()], { policy }, inState("stopped"))).toMatchObject([{ reason: "mirrored" }]);
    expect(decide([], { policy }, inState("stopped"))).toMatchObject([
      { kind: "leave", covered: "unselected", reason: "instance-stopped" },
    ]);
  });

  it("stopping: nothing is made, and what is there stays until it has stopped", () => {
    expect(decide([], {}, inState("stopping"))).toMatchObject([
      { kind: "leave", reason: "instance-stopped" },
    ]);
    expect(decide([aSession()], {}, inState("stopping"))).toMatchObject([{ reason: "mirrored" }]);
  });

  it("shutting down: nothing is done, the session goes with the interface", () => {
    const decided = [{ kind: "leave", covered: "unselected", reason: "instance-terminated" }];
    expect(decide([], {}, inState("shutting-down"))).toMatchObject(decided);
    expect(decide([aSession({ number: 9 })], {}, inState("shutting-down"))).toMatchObject(decided);
  });

  it("terminated, with the interface kept: the session goes", () => {
    expect(decide([aSession()], event, inState("terminated"))).toMatchObject([
      { kind: "delete", reason: "instance-terminated", byPolicy: false },
    ]);
  });

  it("none: the session of a detached interface goes", () => {
    const detached = aSource({ instance: null });
    expect(decide([aSession()], event, detached)).toMatchObject([
      { kind: "delete", reason: "detached", byPolicy: false },
    ]);
    expect(decide([], event, detached)).toMatchObject([{ covered: "unselected", reason: "detached" }]);
  });
});

describe("an interface that no answer shows whole", () => {
  const unseen = aSource({ instance: null, deviceIndex: 0, attachment: "not-seen" });
  const byTag = aPolicy({ sources: { tags: [{ name: "tagged", tags: { Mirror: "true" } }] } });

  it.each([
    ["its instance's tags select it", { policy: byTag }],
    ["everything is selected", {}],
    ["nothing is selected", { policy: aPolicy({ sources: {} }) }],
    ["an event names it", { mayRemoveByPolicy: false }],
  ])("keeps its session where %s", (_, context) => {
    const decided = [{ kind: "leave", covered: "uncovered", reason: "not-seen" }];
    expect(decide([aSession()], context, unseen)).toMatchObject(decided);
    expect(decide([], context, unseen)).toMatchObject(decided);
  });
});

it("an interface of another account in a shared subnet is that account's to mirror", () => {
  const theirs = aSource({ instance: null, deviceIndex: 0, attachment: "not-seen", otherAccount: true });
  expect(decide([], {}, theirs)).toMatchObject([{ covered: "unselected", reason: "other-account" }]);
});

describe("a mirroring loop", () => {
  const behind = { topology: aTopology([aTarget()], { instanceIds: new Set(["i-1"]) }) };

  it("is never made", () => {
    expect(decide([], behind)).toMatchObject([
      { covered: "uncovered", reason: "behind-target", ruleName: "all" },
    ]);
    const target = aTarget({ kind: "interface", interfaceId: "eni-1" });
    const chosen = aTopology([target], { interfaceIds: new Set(["eni-1"]) });
    expect(decide([], { topology: chosen })).toMatchObject([{ reason: "is-target" }]);
    expect(decide([], { topology: aTopology([aTarget(), target]) })).toMatchObject([{ reason: "is-target" }]);
  });

  it("is ended by a sweep, whose guardrail sees how many such there are; an event leaves it to the sweep", () => {
    const stays = { kind: "leave", covered: "uncovered", reason: "behind-target" };
    expect(decide([aSession()], behind)).toMatchObject([
      stays,
      { kind: "delete", reason: "behind-target", byPolicy: true },
    ]);
    expect(decide([aSession()], { ...behind, mayRemoveByPolicy: false })).toEqual([
      expect.objectContaining(stays),
    ]);
  });

  it("is none behind a target that the policy cannot choose: it takes no session away", () => {
    const target = aTarget({ id: "tmt-theirs", kind: "interface", interfaceId: "eni-1", tags: {} });
    expect(decide([aSession()], { topology: aTopology([aTarget(), target]) })).toMatchObject([
      { kind: "leave", covered: "mirrored" },
    ]);
  });

  it("is ended where nothing selects the interface, which is not counted as uncovered then", () => {
    const policy = aPolicy({ exclude: { instance_ids: ["i-1"] } });
    expect(decide([aSession()], { ...behind, policy })).toMatchObject([{ kind: "delete", byPolicy: true }]);
    expect(decide([], { ...behind, policy })).toMatchObject([
      { covered: "unselected", reason: "excluded-instance" },
    ]);
  });
});

describe("a session on a target that is not to be used any more", () => {
  const topology = aTopology([aTarget({ endpoint: anEndpoint({ service: "com.amazonaws.vpce.other" }) })]);

  it("goes with a sweep when nothing takes the target's place", () => {
    expect(decide([aSession()], { topology })).toMatchObject([
      { kind: "leave", covered: "uncovered", reason: "target-service" },
      { kind: "delete", reason: "target-service", byPolicy: true },
    ]);
  });

  it("is left to the sweep and its guardrail by an event", () => {
    const decisions = decide([aSession()], { topology, mayRemoveByPolicy: false });
    expect(decisions).toMatchObject([{ kind: "leave", covered: "uncovered", reason: "target-service" }]);
    expect(decisions).toHaveLength(1);
  });
});

describe("a target that an apply replaces", () => {
  const policy = aPolicy({ vpc: { targets: [{ target_id: "tmt-new", availability_zone: "eu-west-1a" }] } });
  const decided = (targets: Parameters<typeof aTopology>[0]) =>
    planSource(aContext({ policy, topology: aTopology(targets) }), aSource(), [aSession()]);
  const replacement = (available: boolean) => aTarget({ id: "tmt-new", endpoint: anEndpoint({ available }) });

  it("keeps its sessions until what replaces it is seen and available, and says that it waits", () => {
    expect(decided([aTarget()])).toMatchObject({
      waits: true,
      decisions: [{ kind: "leave", reason: "target-not-seen" }],
    });
    expect(decided([aTarget(), replacement(false)])).toMatchObject({
      waits: true,
      decisions: [{ kind: "leave", reason: "target-unavailable" }],
    });
  });

  it("loses them to the new one then", () => {
    expect(decided([aTarget(), replacement(true)]).decisions).toMatchObject([
      { kind: "modify", changes: { targetId: "tmt-new" } },
    ]);
  });

  it("is no replacement where the session's own target is merely not seen", () => {
    const plan = planSource(aContext({ topology: aTopology([]) }), aSource(), [aSession()]);
    expect(plan).toMatchObject({ waits: false, decisions: [{ kind: "leave", reason: "target-not-seen" }] });
  });

  it("is none of another zone either: nobody is moved away from a target that one answer lacks", () => {
    const listed = [
      { target_id: "tmt-a", availability_zone: "eu-west-1a" },
      { target_id: "tmt-b", availability_zone: "eu-west-1b" },
    ];
    const context = {
      policy: aPolicy({ vpc: { targets: listed } }),
      topology: aTopology([aTarget({ id: "tmt-b" })]),
    };
    expect(decide([aSession()], context)).toMatchObject([{ kind: "leave", reason: "target-not-seen" }]);
  });
});

describe("a first rollout", () => {
  const sources = Array.from({ length: 1000 }, (_, n) =>
    aSource({ id: `eni-${n.toString(16).padStart(17, "0")}` }),
  );
  const share = (percent: number) => new Set(sources.filter((source) => isInRollout(source, percent)));

  it("takes about its share of the interfaces, and a larger share keeps the smaller", () => {
    expect(share(0).size).toBe(0);
    expect(share(100).size).toBe(1000);
    expect(share(10).size).toBeGreaterThan(50);
    expect(share(10).size).toBeLessThan(150);
    expect([...share(10)].every((source) => share(25).has(source))).toBe(true);
  });

  it("leaves the others uncovered, and takes back what an earlier, larger share made", () => {
    expect(decide([], { rolloutPercent: 0 })).toMatchObject([{ covered: "uncovered", reason: "rollout" }]);
    expect(decide([aSession()], { rolloutPercent: 0 })).toMatchObject([
      { covered: "uncovered", reason: "rollout" },
      { kind: "delete", reason: "rollout", byPolicy: true },
    ]);
    expect(decide([aSession()], { rolloutPercent: 0, mayRemoveByPolicy: false })).toHaveLength(1);
  });
});
