import { describe, expect, it } from "@jest/globals";
import type { EndpointAction } from "../../../../functions/core/endpoints/decisions.js";
import { drainEndpoints } from "../../../../functions/core/endpoints/drain.js";
import { executeEndpoints } from "../../../../functions/core/endpoints/execute.js";
import type { EndpointObservation } from "../../../../functions/core/endpoints/model.js";
import type { EndpointOutcome, EndpointPorts } from "../../../../functions/core/endpoints/ports.js";
import { reconcileEndpoints } from "../../../../functions/core/endpoints/reconcile.js";
import {
  anEndpointOf,
  aSight,
  aTargetOf,
  NOTHING,
  planned,
  aSubnet,
  EVACUATE,
  OTHER_SERVICE,
  theEndpointSettings,
} from "../../../support/endpoint-builders.js";
import { aClock, NOON } from "../../../support/fakes.js";

const done: EndpointOutcome = { kind: "done", value: undefined };
const failed = (kind: Exclude<EndpointOutcome["kind"], "done">): EndpointOutcome => ({
  kind,
  code: kind,
  message: "AWS says so",
});

interface World {
  readonly ports: EndpointPorts;
  readonly calls: string[];
  readonly clock: ReturnType<typeof aClock>;
}

/** `answer` gets `create subnet-a`, `delete tmt-1` … and how often that was asked before. */
function aWorld(
  sights: readonly Partial<EndpointObservation>[] = [{}],
  answer: (call: string, before: number) => EndpointOutcome = () => done,
  turns: () => boolean = () => true,
): World {
  const calls: string[] = [];
  const clock = aClock();
  let looks = 0;
  const say = async (call: string) => {
    const before = calls.filter((earlier) => earlier === call).length;
    calls.push(call);
    return answer(call, before);
  };
  return {
    calls,
    clock,
    ports: {
      clock,
      observer: {
        everything: async () => aSight(sights[Math.min(looks++, sights.length - 1)]),
        vpcsOf: async () => ({ vpcIds: new Set(), unseen: [] }),
      },
      writer: {
        turn: async () => turns(),
        createEndpoint: ({ subnetId, token }) => say(`create ${subnetId} ${token.slice(-2)}`),
        createTarget: ({ endpointId }) => say(`target ${endpointId}`),
        deleteTarget: (id) => say(`delete ${id}`),
        deleteEndpoints: async (ids) => {
          const outcome = await say(`delete ${ids.join(",")}`);
          return ids.map(() => outcome);
        },
        tag: (id) => say(`tag ${id}`),
        untag: (id) => say(`untag ${id}`),
      },
    },
  };
}

const run = (world: World, over: object = {}) => ({
  ports: world.ports,
  settings: theEndpointSettings(),
  service: theEndpointSettings().service,
  proven: new Set<string>(),
  deadline: NOON + 60_000,
  onDone: () => undefined,
  ...over,
});

const twoSubnets = planned({ ...NOTHING, subnets: [aSubnet(), aSubnet({ id: "subnet-b" })] }).actions;

describe("making an endpoint", () => {
  it("takes the next subnet where one is full, with another token, and stops where it fits", async () => {
    const world = aWorld([], (call) => (call.includes("subnet-a") ? failed("no-address") : done));
    const steps = await executeEndpoints(twoSubnets, run(world));
    expect(world.calls).toEqual(["create subnet-a -0", "create subnet-b -1"]);
    expect(steps.map(({ outcome }) => outcome.kind)).toEqual(["done"]);
  });

  it("does not try another subnet for any other reason", async () => {
    const world = aWorld([], () => failed("service"));
    await executeEndpoints(twoSubnets, run(world));
    expect(world.calls).toEqual(["create subnet-a -0"]);
  });

  const moving = planned({ subnets: [aSubnet({ tags: EVACUATE }), aSubnet({ id: "subnet-b" })] }).actions;

  it.each(["conflict", "refused", "quota"] as const)(
    "makes room when EC2 answers %s and something must go",
    async (kind) => {
      const world = aWorld([], (call) => (call.startsWith("create") ? failed(kind) : done));
      const steps = await executeEndpoints(moving, run(world));
      expect(world.calls).toEqual(["create subnet-b -0", "tag tmt-1"]);
      expect(steps.at(-1)?.action).toMatchObject({
        reason: "make-room",
        tags: { "traffic-mirror:leaving": "true" },
      });
    },
  );

  it.each(["throttled", "transient", "not-permitted", "service", "no-address"] as const)(
    "makes none when EC2 answers %s",
    async (kind) => {
      const world = aWorld([], (call) => (call.startsWith("create") ? failed(kind) : done));
      await executeEndpoints(moving, run(world));
      expect(world.calls).toEqual(["create subnet-b -0"]);
    },
  );
});

describe("the order and the pace", () => {
  const all: readonly EndpointAction[] = [
    { kind: "delete-endpoint", id: "vpce-8", reason: "surplus" },
    ...twoSubnets,
    { kind: "delete-endpoint", id: "vpce-9", reason: "surplus" },
    { kind: "delete-target", id: "tmt-9", reason: "surplus" },
    { kind: "tag", id: "tmt-8", tags: {}, reason: "surplus" },
    { kind: "untag", id: "tmt-7", keys: [], reason: "needed-again" },
  ];

  it("puts first what mirrors, and deletes endpoints last and in one call", async () => {
    const world = aWorld();
    await executeEndpoints(all, run(world));
    expect(world.calls).toEqual([
      "untag tmt-7",
      "tag tmt-8",
      "create subnet-a -0",
      "delete tmt-9",
      "delete vpce-8,vpce-9",
    ]);
  });

  it("starts nothing that would come too late", async () => {
    const world = aWorld(
      [],
      () => done,
      () => false,
    );
    expect(await executeEndpoints(all, run(world))).toEqual([]);
    expect(world.calls).toEqual([]);
  });

  it("makes nothing after the time for that, and goes on to remove", async () => {
    const world = aWorld();
    await executeEndpoints(all, run(world, { createsUntil: NOON }));
    expect(world.calls).toEqual(["untag tmt-7", "tag tmt-8", "delete tmt-9", "delete vpce-8,vpce-9"]);
  });

  it("asks no more for what EC2 throttles, and goes on with the rest", async () => {
    const more = planned(
      { ...NOTHING, subnets: [aSubnet(), aSubnet({ id: "subnet-b", vpcId: "vpc-0b" })] },
      { vpcIds: ["vpc-0a", "vpc-0b"] },
    );
    const world = aWorld([], (call) => (call.startsWith("create") ? failed("throttled") : done));
    await executeEndpoints(
      [...more.actions, { kind: "delete-target", id: "tmt-9", reason: "surplus" }],
      run(world),
    );
    expect(world.calls).toEqual(["create subnet-a -0", "delete tmt-9"]);
  });

  it("waits for a permission while it may be spreading, and not after", async () => {
    const world = aWorld([], (_, before) => (before < 2 ? failed("not-permitted") : done));
    const spreading = { permissionsSpreadUntil: NOON + 30_000 };
    const steps = await executeEndpoints(twoSubnets, run(world, spreading));
    expect([world.clock.slept, steps.map(({ outcome }) => outcome.kind)]).toEqual([[5_000, 5_000], ["done"]]);
    const deletion: EndpointAction = { kind: "delete-endpoint", id: "vpce-9", reason: "surplus" };
    const deleting = aWorld([], (_, before) => (before < 2 ? failed("not-permitted") : done));
    expect(await executeEndpoints([deletion], run(deleting, spreading))).toMatchObject([
      { outcome: { kind: "done" } },
    ]);
    expect(deleting.clock.slept).toEqual([5_000, 5_000]);
    const late = aWorld([], () => failed("not-permitted"));
    expect(await executeEndpoints(twoSubnets, run(late))).toHaveLength(1);
    expect(late.clock.slept).toEqual([]);
  });
});

describe("a run", () => {
  it("looks again while that brings something further", async () => {
    const world = aWorld([NOTHING, { targets: [] }, {}]);
    const report = await reconcileEndpoints(run(world));
    expect(world.calls).toEqual(["create subnet-a -0", "target vpce-1"]);
    expect(report.plan.zones[0]?.state).toBe("served");
  });

  it("stops when a step brought nothing, and when it goes in circles", async () => {
    const stuck = aWorld([NOTHING], () => failed("transient"));
    await reconcileEndpoints(run(stuck));
    expect(stuck.calls).toHaveLength(1);
    const circle = aWorld([NOTHING]);
    await reconcileEndpoints(run(circle));
    expect(circle.calls).toHaveLength(5);
  });

  const [left, right] = [anEndpointOf(), anEndpointOf({ id: "vpce-2", createdAt: NOON })];
  const both = {
    endpoints: [left, right],
    targets: [aTargetOf(), aTargetOf({ id: "tmt-2", endpointId: "vpce-2" })],
  };

  it("removes what two looks ask for, a moment apart", async () => {
    const marked = aTargetOf({ id: "tmt-2", endpointId: "vpce-2", leaving: true });
    const leaving = { ...both, targets: [aTargetOf(), marked], sessionsOn: new Map([["tmt-2", 0]]) };
    const world = aWorld([both, both, leaving, { endpoints: [left, right] }, {}]);
    await reconcileEndpoints(run(world));
    expect(world.calls).toEqual(["tag tmt-2", "delete tmt-2", "delete vpce-2"]);
    expect(world.clock.slept).toEqual([5_000]);
  });

  it("removes nothing that one look alone asks for", async () => {
    const world = aWorld([both, {}]);
    await reconcileEndpoints(run(world));
    expect(world.calls).toEqual([]);
    // The list of targets lacks that of an endpoint which is to go: it is not deleted under its target.
    const bare = aWorld([both, { endpoints: [left, right] }, both, {}]);
    await reconcileEndpoints(run(bare));
    expect(bare.calls).not.toContain("delete vpce-2");
  });
});

describe("a drain", () => {
  const theirs = [anEndpointOf({ id: "vpce-9", tags: {} })];
  const empty = { endpoints: theirs, targets: [] };

  it("removes targets, then endpoints, waits until they are gone, and leaves others' alone", async () => {
    const deleting = [anEndpointOf({ state: "deleting" as const }), ...theirs];
    const world = aWorld([
      { endpoints: [anEndpointOf(), ...theirs] },
      { endpoints: [anEndpointOf(), ...theirs], targets: [] },
      { endpoints: deleting, targets: [] },
      empty,
    ]);
    const report = await drainEndpoints(run(world));
    expect(world.calls).toEqual(["delete tmt-1", "delete vpce-1"]);
    expect(report).toEqual({
      deletedTargets: 1,
      deletedEndpoints: 1,
      remainingTargets: 0,
      remainingEndpoints: 0,
    });
    expect(world.clock.slept).toEqual([5_000, 5_000]);
  });

  it("takes nothing for gone that one answer lacks", async () => {
    const world = aWorld([NOTHING, {}, { targets: [] }, NOTHING, NOTHING]);
    expect(await drainEndpoints(run(world))).toMatchObject({ deletedTargets: 1, deletedEndpoints: 1 });
    const bare = aWorld([{ targets: [] }, {}, { targets: [] }, NOTHING, NOTHING]);
    await drainEndpoints(run(bare));
    expect(bare.calls).toEqual(["delete tmt-1", "delete vpce-1"]);
  });

  it("leaves what carries our tag and is not proved ours, and names it", async () => {
    const firewall = anEndpointOf({ id: "vpce-8", service: OTHER_SERVICE });
    const theirTarget = aTargetOf({ id: "tmt-8", endpointId: "vpce-8", description: "somebody's" });
    const world = aWorld([{ endpoints: [firewall], targets: [theirTarget] }]);
    expect(await drainEndpoints(run(world))).toMatchObject({
      remainingTargets: 0,
      remainingEndpoints: 0,
      disputed: ["vpce-8", "tmt-8"],
    });
    expect(world.calls).toEqual([]);
    // One of an earlier service is proved by the target that it has.
    const earlier = aWorld([
      { endpoints: [{ ...firewall, id: "vpce-1" }] },
      { endpoints: [{ ...firewall, id: "vpce-1" }], targets: [] },
      NOTHING,
    ]);
    await drainEndpoints(run(earlier));
    expect(earlier.calls).toEqual(["delete tmt-1", "delete vpce-1"]);
  });

  it("says what is left and why, when it cannot go on", async () => {
    const world = aWorld([{}], () => failed("conflict"));
    const report = await drainEndpoints(run(world));
    expect(report).toMatchObject({
      remainingTargets: 1,
      remainingEndpoints: 1,
      because: "conflict: AWS says so",
    });
    expect(world.calls).toEqual(["delete tmt-1", "delete tmt-1", "delete tmt-1"]);
  });

  it("keeps an endpoint with somebody else's target, and ends in time", async () => {
    const world = aWorld([{ targets: [aTargetOf({ tags: {} })] }]);
    const report = await drainEndpoints(run(world, { deadline: NOON + 8_000 }));
    expect([world.calls, report.remainingEndpoints]).toEqual([[], 1]);
  });
});
