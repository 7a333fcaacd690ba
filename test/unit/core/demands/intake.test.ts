import { describe, expect, it } from "@jest/globals";
import { demandResultOf, openIntake, type DemandRequest } from "../../../../functions/core/demands/intake.js";
import { newDemand, type Demand } from "../../../../functions/core/demands/demand.js";
import {
  GUARDDUTY,
  type DemandFollowUp,
  type Requester,
} from "../../../../functions/core/events/follow-ups.js";
import type { Source } from "../../../../functions/core/model.js";
import type { Report } from "../../../../functions/core/sessions/report.js";
import type { Verdict } from "../../../../functions/core/sessions/verdict.js";
import { anObservation, aPolicy, aSource, VPC } from "../../../support/builders.js";
import { aClock, aDemandStore, NOON, type FakeStore } from "../../../support/fakes.js";

const limits = { defaultMinutes: 60, maximumMinutes: 120, maxOpen: 3 };
const trusted: Requester = { name: "traffic-mirror" };
const order = (over: Partial<DemandFollowUp> = {}, time = NOON): DemandRequest => ({
  followUp: { kind: "demand", about: { instanceIds: [], interfaceIds: ["eni-1"] }, by: trusted, ...over },
  time,
});
const withdrawal = (by = trusted, time = NOON): DemandRequest => ({
  followUp: { kind: "withdrawal", about: { instanceIds: [], interfaceIds: ["eni-1"] }, by },
  time,
});
const bySelection = aPolicy({ sources: {} });
const onFinding = aPolicy({ sources: { vpcs: [{ name: "suspects", vpc_id: VPC, on: "guardduty" }] } });

interface Scene {
  readonly store?: FakeStore;
  readonly policy?: ReturnType<typeof aPolicy>;
  readonly mode?: "enforce" | "observe";
  readonly sources?: readonly Source[];
  readonly unseen?: readonly string[];
  readonly verdict?: Verdict;
}

/** Notes the requests and answers them with the verdict on `eni-1`. */
async function serve(requests: readonly DemandRequest[], scene: Scene = {}, clock = aClock()) {
  const { store = aDemandStore(), policy = bySelection, mode = "enforce", unseen = [] } = scene;
  const sources = scene.sources ?? (unseen.length > 0 ? [] : [aSource()]);
  const intake = openIntake({ store, policy, limits, mode, now: () => clock.now() });
  const claims = await intake.record(requests, anObservation({ sources, unseen }));
  const verdicts = new Map(scene.verdict ? [["eni-1", scene.verdict]] : []);
  await intake.settle({ sources, unseen, verdicts } as unknown as Report);
  return { intake, claims, store, demand: store.demands.get("eni-1")?.demand };
}
const mirrored: Verdict = { is: "mirrored", sessionId: "tms-1" };
const pending: Verdict = { is: "uncovered", reason: "pending" };

describe("a request", () => {
  it("is written down before anything is made, and answered after", async () => {
    const { claims, demand, intake } = await serve([order()], { verdict: mirrored });
    expect(claims.get("eni-1")).toEqual({ byFinding: false, byRequest: true });
    expect(demand).toMatchObject({ status: "mirrored", sessionId: "tms-1" });
    expect([intake.opened, intake.unsettled.size]).toEqual([1, 0]);
  });

  it("for an instance is one for each of its interfaces", async () => {
    const sources = [aSource(), aSource({ id: "eni-2", deviceIndex: 1 })];
    const followUp = { about: { instanceIds: ["i-1"], interfaceIds: [] } };
    const { store } = await serve([order(followUp)], { sources });
    expect([...store.demands.keys()]).toEqual(["eni-1", "eni-2"]);
  });

  it("that comes twice is one demand with one end", async () => {
    const store = aDemandStore();
    const first = await serve([order(), order()], { store, verdict: mirrored });
    const writes = store.calls.write;
    const second = await serve([order()], { store, verdict: mirrored });
    expect(second.demand).toEqual(first.demand);
    expect(store.calls.write).toBe(writes);
  });

  it("is tried again while its interface is not there yet, and refused after a minute", async () => {
    const clock = aClock();
    const early = await serve([order()], { unseen: ["eni-1"] }, clock);
    expect([early.intake.unsettled.size, early.store.demands.size]).toEqual([1, 0]);
    clock.advance(60_000);
    const late = await serve([order()], { unseen: ["eni-1"] }, clock);
    expect(late.intake.unsettled.size).toBe(0);
    expect(late.demand).toMatchObject({ status: "refused", reason: "not-found", claims: [] });
  });

  it("is tried again while it is not mirrored yet", async () => {
    const { intake, demand } = await serve([order()], { verdict: pending });
    expect(intake.unsettled.size).toBe(1);
    expect(demand).toMatchObject({ status: "requested", reason: "pending" });
  });

  it("is refused with the reason when it cannot be mirrored", async () => {
    const { demand, intake } = await serve([order()], {
      verdict: { is: "uncovered", reason: "instance-type" },
    });
    expect(demand).toMatchObject({ status: "refused", reason: "instance-type" });
    expect(intake.unsettled.size).toBe(0);
  });

  it("is refused outside the policy's VPCs, and asks for nothing there", async () => {
    const { demand, claims, intake } = await serve([order()], { sources: [] });
    expect(demand).toMatchObject({ status: "refused", reason: "outside-vpcs", claims: [] });
    expect(claims.size).toBe(0);
    expect(intake.refusedRequests).toMatchObject([{ id: "eni-1", reason: "outside-vpcs" }]);
  });

  it("is refused in a mode that mirrors nothing, rather than tried until it is dead", async () => {
    const { demand, intake } = await serve([order()], { mode: "observe", verdict: pending });
    expect(demand).toMatchObject({ status: "refused", reason: "observe" });
    expect(intake.unsettled.size).toBe(0);
  });
});

describe("an instance that asks", () => {
  const own: Requester = { name: "traffic-mirror/AROA:i-1", instanceId: "i-1" };
  const other: Requester = { name: "traffic-mirror/AROA:i-2", instanceId: "i-2" };

  it("may ask for itself", async () => {
    expect((await serve([order({ by: own })])).claims.size).toBe(1);
  });

  it("may not ask for another", async () => {
    const { claims, intake, demand } = await serve([order({ by: other })]);
    expect(claims.size).toBe(0);
    expect(intake.refusedRequests).toMatchObject([{ reason: "not-yours" }]);
    expect(demand).toMatchObject({ status: "refused", reason: "not-yours", claims: [] });
  });

  it("does not spoil the demand of somebody else by asking for it", async () => {
    const store = aDemandStore();
    await serve([order()], { store, verdict: mirrored });
    const { demand } = await serve([order({ by: other })], { store });
    expect(demand).toMatchObject({ status: "mirrored", claims: [{ by: "traffic-mirror" }] });
  });

  it("may not withdraw what another asked for", async () => {
    const store = aDemandStore();
    await serve([order()], { store });
    const { claims } = await serve([withdrawal(own)], { store });
    expect(claims.get("eni-1")).toEqual({ byFinding: false, byRequest: true });
  });
});

describe("a withdrawal", () => {
  it("ends the demand", async () => {
    const store = aDemandStore();
    const clock = aClock();
    await serve([order()], { store, verdict: mirrored }, clock);
    clock.advance(1_000);
    const verdict: Verdict = { is: "unselected", reason: "demand-ended" };
    const { claims, demand } = await serve([withdrawal(trusted, clock.now())], { store, verdict }, clock);
    expect(claims.get("eni-1")).toEqual({ byFinding: false, byRequest: false });
    expect(demand?.status).toBe("ended");
  });

  it("in one batch with its request counts in the order of their times", async () => {
    const clock = aClock(NOON + 5_000);
    const { claims } = await serve([withdrawal(trusted, NOON + 1_000), order({}, NOON)], {}, clock);
    expect(claims.get("eni-1")).toEqual({ byFinding: false, byRequest: false });
  });

  it("of nothing leaves nothing behind", async () => {
    expect((await serve([withdrawal()])).store.demands.size).toBe(0);
  });
});

describe("a finding", () => {
  const result = order({ by: GUARDDUTY });

  it("asks where an entry waits for findings", async () => {
    const { claims } = await serve([result], { policy: onFinding });
    expect(claims.get("eni-1")).toEqual({ byFinding: true, byRequest: false });
  });

  it.each([
    ["nothing waits for findings", bySelection],
    ["the interface is mirrored anyway", aPolicy()],
  ])("leaves nothing behind where %s", async (_, policy) => {
    expect((await serve([result], { policy })).store.demands.size).toBe(0);
  });

  it("about an interface outside our VPCs is not answered: nobody waits", async () => {
    expect((await serve([result], { policy: onFinding, sources: [] })).store.demands.size).toBe(0);
  });
});

describe("the number of demands", () => {
  const claims = [{ by: "traffic-mirror", since: NOON, until: NOON + 3_600_000 }];
  const named = (n: number): Demand => newDemand(`eni-other-${String(n)}`, NOON);
  const many = [1, 2, 3].map((n) => ({ ...named(n), claims }));

  it("is limited: one more is refused and not kept", async () => {
    const { intake, store } = await serve([order()], { store: aDemandStore(many) });
    expect(intake.refusedRequests).toMatchObject([{ reason: "too-many" }]);
    expect(store.demands.size).toBe(3);
  });

  it("is not filled by refusals, and these have a number of their own", async () => {
    const refused = [1, 2, 3, 4, 5].map((n): Demand => ({ ...named(n), status: "refused" }));
    const store = aDemandStore(refused);
    expect((await serve([order()], { store })).claims.size).toBe(1);
    const outside = order({ about: { instanceIds: [], interfaceIds: ["eni-9"] } });
    const { intake } = await serve([outside], { store });
    expect(intake.refusedRequests).toMatchObject([{ reason: "outside-vpcs" }]);
    expect(store.demands.has("eni-9")).toBe(false);
  });

  it("does not keep one that is there from being extended", async () => {
    const here: Demand = { ...newDemand("eni-1", NOON), claims: [] };
    const { claims } = await serve([order()], { store: aDemandStore([...many, here]) });
    expect(claims.get("eni-1")?.byRequest).toBe(true);
  });
});

describe("two runs at once", () => {
  it("lose nothing of what the other wrote", async () => {
    const store = aDemandStore();
    let meddle = true;
    store.interfere = () => {
      if (!meddle) return;
      meddle = false;
      const theirs = { by: "guardduty", since: NOON, until: NOON + 3_600_000 };
      store.demands.set("eni-1", { demand: { ...newDemand("eni-1", NOON), claims: [theirs] }, version: 7 });
    };
    const { demand } = await serve([order()], { store });
    expect(demand?.claims.map(({ by }) => by).sort()).toEqual(["guardduty", "traffic-mirror"]);
  });

  it("put back what one of them has overwritten unseen", async () => {
    const store = aDemandStore([newDemand("eni-1", NOON)]);
    let meddle = true;
    store.interfere = () => {
      if (!meddle) return;
      meddle = false;
      const theirs = { by: "guardduty", since: NOON, until: NOON + 3_600_000 };
      store.demands.set("eni-1", { demand: { ...newDemand("eni-1", NOON), claims: [theirs] }, version: 2 });
    };
    const { demand } = await serve([order()], { store });
    expect(demand?.claims.map(({ by }) => by).sort()).toEqual(["guardduty", "traffic-mirror"]);
  });

  it("give up after some tries, so that the message comes back", async () => {
    const store = aDemandStore();
    store.interfere = () => {
      // Each time another requester, whose claim must be put back.
      const version = (store.demands.get("eni-1")?.version ?? 0) + 1;
      const theirs = { by: `traffic-mirror/A${String(version)}`, since: NOON, until: NOON + 3_600_000 };
      store.demands.set("eni-1", { demand: { ...newDemand("eni-1", NOON), claims: [theirs] }, version });
    };
    await expect(serve([order()], { store })).rejects.toThrow("written by others");
  });
});

describe("what a verdict is to somebody who waits", () => {
  it("is no final refusal while the instance is still pending", () => {
    const refused: Verdict = { is: "uncovered", reason: "aws-refused" };
    expect(demandResultOf(refused, "pending", "enforce")?.is).toBe("pending");
    expect(demandResultOf(refused, "running", "enforce")?.is).toBe("refused");
    expect(demandResultOf(undefined, "running", "enforce")).toBeUndefined();
  });
});
