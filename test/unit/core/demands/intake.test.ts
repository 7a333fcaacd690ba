import { describe, expect, it } from "@jest/globals";
import type { DemandRequest } from "../../../../functions/core/demands/asked.js";
import { openIntake } from "../../../../functions/core/demands/intake.js";
import { demandResultOf } from "../../../../functions/core/demands/result.js";
import type { Claim } from "../../../../functions/core/demands/claim.js";
import {
  GUARDDUTY,
  type DemandFollowUp,
  type Requester,
} from "../../../../functions/core/events/follow-ups.js";
import type { Source } from "../../../../functions/core/model.js";
import type { Report } from "../../../../functions/core/sessions/report.js";
import type { Verdict } from "../../../../functions/core/sessions/verdict.js";
import { anObservation, aPolicy, aSource, VPC } from "../../../support/builders.js";
import { aClaimStore, EVERYBODY, QUOTAS, type FakeStore } from "../../../support/claim-store.js";
import { aClock, NOON } from "../../../support/fakes.js";

const limits = { defaultMinutes: 60, maximumMinutes: 120 };
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
  const { store = aClaimStore(), policy = bySelection, mode = "enforce", unseen = [] } = scene;
  const sources = scene.sources ?? (unseen.length > 0 ? [] : [aSource()]);
  const intake = openIntake({ store, policy, limits, mode, now: () => clock.now() });
  const claims = await intake.record(requests, anObservation({ sources, unseen }));
  const verdicts = new Map(scene.verdict ? [["eni-1", scene.verdict]] : []);
  await intake.settle({ sources, unseen, verdicts } as unknown as Report);
  return { intake, claims, store, claim: store.claim("eni-1", requests[0]?.followUp.by.name) };
}
const mirrored: Verdict = { is: "mirrored", sessionId: "tms-1" };
const pending: Verdict = { is: "uncovered", reason: "pending" };

describe("a request", () => {
  it("is written down before anything is made, and answered after", async () => {
    const { claims, claim, intake } = await serve([order()], { verdict: mirrored });
    expect(claims.get("eni-1")).toEqual({ byFinding: false, byRequest: true });
    expect(claim).toMatchObject({ status: "mirrored", sessionId: "tms-1" });
    expect([intake.opened, intake.unsettled.size]).toEqual([1, 0]);
  });

  it("for an instance is one for each of its interfaces", async () => {
    const sources = [aSource(), aSource({ id: "eni-2", deviceIndex: 1 })];
    const followUp = { about: { instanceIds: ["i-1"], interfaceIds: [] } };
    const { store } = await serve([order(followUp)], { sources });
    expect([...store.claims.values()].map(({ interfaceId }) => interfaceId)).toEqual(["eni-1", "eni-2"]);
  });

  it("that comes twice is one demand with one end", async () => {
    const store = aClaimStore();
    const first = await serve([order(), order()], { store, verdict: mirrored });
    const writes = store.calls.write;
    const second = await serve([order()], { store, verdict: mirrored });
    expect(second.claim).toEqual(first.claim);
    expect(store.calls.write).toBe(writes);
  });

  it("is tried again while its interface is not there yet, and refused after a minute", async () => {
    const clock = aClock();
    const early = await serve([order()], { unseen: ["eni-1"] }, clock);
    expect([early.intake.unsettled.size, early.store.claims.size]).toEqual([1, 0]);
    clock.advance(60_000);
    const late = await serve([order()], { unseen: ["eni-1"] }, clock);
    expect(late.intake.unsettled.size).toBe(0);
    expect(late.claim).toMatchObject({ status: "refused", reason: "not-found" });
    expect(late.store.copies.size).toBe(0);
  });

  it("is tried again while its interface is not shown as attached yet, by whoever asks", async () => {
    const clock = aClock();
    const { instance: _, ...alone } = aSource({ attachment: "detached" });
    const detached: Verdict = { is: "unselected", reason: "detached" };
    for (const by of [trusted, { name: "traffic-mirror/AROA:i-1", instanceId: "i-1" }]) {
      const early = await serve([order({ by })], { sources: [alone], verdict: detached }, clock);
      expect([early.intake.unsettled.size, early.store.claims.size]).toEqual([1, 0]);
    }
    clock.advance(60_000);
    const { claim } = await serve([order()], { sources: [alone], verdict: detached }, clock);
    expect(claim).toMatchObject({ status: "refused", reason: "detached" });
  });

  it("is tried again while it is not mirrored yet", async () => {
    const { intake, claim } = await serve([order()], { verdict: pending });
    expect(intake.unsettled.size).toBe(1);
    expect(claim).toMatchObject({ status: "requested", reason: "pending" });
  });

  it("comes back alone, and not with those who ask again meanwhile", async () => {
    const store = aClaimStore();
    const [opener, copy] = [order(), order()];
    const first = await serve([opener, copy], { store, verdict: pending });
    expect([...first.intake.unsettled]).toEqual([opener]);
    const other = await serve([order({}, NOON + 1)], { store, verdict: pending });
    expect(other.intake.unsettled.size).toBe(0);
    const again = { ...opener, again: true };
    expect([...(await serve([again], { store, verdict: pending })).intake.unsettled]).toEqual([again]);
  });

  it("is refused with the reason when it cannot be mirrored", async () => {
    const { claim, intake } = await serve([order()], {
      verdict: { is: "uncovered", reason: "instance-type" },
    });
    expect(claim).toMatchObject({ status: "refused", reason: "instance-type" });
    expect(intake.unsettled.size).toBe(0);
  });

  it("is refused outside the policy's VPCs, and asks for nothing there", async () => {
    const { claim, claims, intake } = await serve([order()], { sources: [] });
    expect(claim).toMatchObject({ status: "refused", reason: "outside-vpcs" });
    expect(claims.size).toBe(0);
    expect(intake.refusedRequests).toMatchObject([{ id: "eni-1", reason: "outside-vpcs" }]);
  });

  it("is refused in a mode that mirrors nothing, rather than tried until it is dead", async () => {
    const { claim, intake } = await serve([order()], { mode: "observe", verdict: pending });
    expect(claim).toMatchObject({ status: "refused", reason: "observe" });
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
    const { claims, intake, claim } = await serve([order({ by: other })]);
    expect(claims.size).toBe(0);
    expect(intake.refusedRequests).toMatchObject([{ reason: "not-yours" }]);
    expect(claim).toMatchObject({ status: "refused", reason: "not-yours" });
  });

  it("waits for its instance to be shown, and is refused after a minute without a word on whose it is", async () => {
    const clock = aClock();
    const { instance: _, ...alone } = aSource({ attachment: "not-seen" });
    const early = await serve([order({ by: own })], { sources: [alone] }, clock);
    expect([early.intake.unsettled.size, early.store.claims.size]).toEqual([1, 0]);
    clock.advance(60_000);
    const late = await serve([order({ by: own })], { sources: [alone] }, clock);
    expect(late.intake.unsettled.size).toBe(0);
    expect(late.claim).toMatchObject({ status: "refused", reason: "not-found" });
  });

  it("does not spoil the demand of somebody else by asking for it", async () => {
    const store = aClaimStore();
    await serve([order()], { store, verdict: mirrored });
    await serve([order({ by: other })], { store });
    expect(store.claim("eni-1")).toMatchObject({ status: "mirrored" });
  });

  it("may not withdraw what another asked for", async () => {
    const store = aClaimStore();
    await serve([order()], { store });
    await serve([withdrawal(own)], { store });
    expect(store.claim("eni-1")).toMatchObject({ status: "requested", until: NOON + 3_600_000 });
    expect(store.copies.size).toBe(1);
  });
});

describe("a withdrawal", () => {
  it("ends the demand", async () => {
    const store = aClaimStore();
    const clock = aClock();
    await serve([order()], { store, verdict: mirrored }, clock);
    clock.advance(1_000);
    const verdict: Verdict = { is: "unselected", reason: "demand-ended" };
    const { claims, claim } = await serve([withdrawal(trusted, clock.now())], { store, verdict }, clock);
    expect(claims.get("eni-1")).toEqual({ byFinding: false, byRequest: false });
    expect(claim?.status).toBe("ended");
  });

  it("in one batch with its request counts in the order of their times", async () => {
    const clock = aClock(NOON + 5_000);
    const { claims } = await serve([withdrawal(trusted, NOON + 1_000), order({}, NOON)], {}, clock);
    expect(claims.get("eni-1")).toEqual({ byFinding: false, byRequest: false });
  });

  it("of nothing is remembered for a request that comes after it, and holds nothing open", async () => {
    const store = aClaimStore();
    const clock = aClock(NOON + 5_000);
    await serve([withdrawal(trusted, NOON + 1_000)], { store }, clock);
    const { claims } = await serve([order({}, NOON)], { store }, clock);
    expect([claims.size, store.copies.size, store.open.get(EVERYBODY) ?? 0]).toEqual([0, 0, 0]);
  });
});

describe("a withdrawal of one's own claim", () => {
  const own: Requester = { name: "AROA:i-1", instanceId: "i-1" };
  const moved = [aSource({ instance: { id: "i-2" } })];

  it.each<[string, Scene]>([
    ["is gone", { unseen: ["eni-1"] }],
    ["is in none of the VPCs any more", { sources: [aSource({ id: "eni-2" })] }],
    ["has moved to another instance", { sources: moved }],
  ])("ends it although the interface %s, and gives its place in the quotas back", async (_, scene) => {
    const store = aClaimStore();
    const clock = aClock();
    await serve([order({ by: own })], { store, verdict: mirrored }, clock);
    clock.advance(1_000);
    const { claim, intake } = await serve([withdrawal(own, clock.now())], { ...scene, store }, clock);
    expect(claim?.status).toBe("ended");
    expect([store.copies.size, store.open.get(own.name)]).toEqual([0, 0]);
    expect(intake.refusedRequests).toEqual([]);
  });

  it("holds although EC2 showed the interface to neither of them yet", async () => {
    const store = aClaimStore();
    const clock = aClock(NOON + 5_000);
    const asked = await serve([order({ by: own })], { store, unseen: ["eni-1"] }, clock);
    expect(asked.intake.unsettled.size).toBe(1);
    await serve([withdrawal(own, NOON + 2_000)], { store, unseen: ["eni-1"] }, clock);
    const again = { ...order({ by: own }), again: true };
    expect((await serve([again], { store }, clock)).claims.size).toBe(0);
    expect(store.copies.size).toBe(0);
  });

  it("decides nothing about an interface that it had no claim on", async () => {
    const { claims, store } = await serve([withdrawal(own)], { sources: moved });
    expect([claims.size, store.copies.size]).toEqual([0, 0]);
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
    expect((await serve([result], { policy })).store.claims.size).toBe(0);
  });

  it("about an interface outside our VPCs is not answered: nobody waits", async () => {
    expect((await serve([result], { policy: onFinding, sources: [] })).store.claims.size).toBe(0);
  });
});

describe("a quota", () => {
  const other = (n: number): Claim => ({
    requester: "AROA:i-9",
    interfaceId: `eni-other-${String(n)}`,
    status: "requested",
    at: NOON,
    since: NOON,
    until: NOON + 3_600_000,
    received: NOON,
  });
  const own: Requester = { name: "AROA:i-1", instanceId: "i-1" };
  const full = { ...QUOTAS, openInAll: 3 };

  it("of all holds whoever asks last, with a reason that can be read", async () => {
    const store = aClaimStore([1, 2, 3].map(other), undefined, full);
    const { intake, claim, claims } = await serve([order({ by: own })], { store });
    expect(intake.refusedRequests).toMatchObject([{ reason: "too-many-demands" }]);
    expect(claim).toMatchObject({ status: "refused", reason: "too-many-demands" });
    expect([claims.size, store.open.get(EVERYBODY)]).toEqual([0, 3]);
  });

  it("of all does not hold a finding", async () => {
    const store = aClaimStore([1, 2, 3].map(other), undefined, full);
    const { claims } = await serve([order({ by: GUARDDUTY })], { store, policy: onFinding });
    expect(claims.get("eni-1")?.byFinding).toBe(true);
  });

  it("of one requester holds that one alone", async () => {
    const store = aClaimStore([1, 2].map(other), undefined, { ...QUOTAS, openPerRequester: 2 });
    const greedy: Requester = { name: "AROA:i-9" };
    const { intake } = await serve([order({ by: greedy })], { store });
    expect(intake.refusedRequests).toMatchObject([{ reason: "too-many-claims" }]);
    expect((await serve([order({ by: own })], { store })).claims.size).toBe(1);
  });

  it("does not keep a claim that is open from being extended", async () => {
    const store = aClaimStore([], undefined, { ...QUOTAS, openInAll: 1 });
    const clock = aClock();
    await serve([order()], { store }, clock);
    clock.advance(60_000);
    const { claim, intake } = await serve([order({}, clock.now())], { store }, clock);
    expect(claim?.until).toBe(NOON + 3_660_000);
    expect(intake.refusedRequests).toEqual([]);
  });

  it("has room again when a claim has ended", async () => {
    const store = aClaimStore([], undefined, { ...QUOTAS, openInAll: 1 });
    const clock = aClock();
    await serve([order()], { store }, clock);
    clock.advance(2_000);
    await serve([withdrawal(trusted, clock.now())], { store }, clock);
    expect((await serve([order({ by: own }, clock.now())], { store }, clock)).claims.size).toBe(1);
  });
});

describe("requests that are refused without a look", () => {
  it("are answered where they name an interface, and touch nothing that is open", async () => {
    const store = aClaimStore();
    await serve([order()], { store, verdict: mirrored });
    const intake = openIntake({ store, policy: bySelection, limits, mode: "enforce", now: () => NOON });
    const other: Requester = { name: "AROA:x" };
    await intake.refuse([order(), order({ by: other })], "too-many-requests");
    expect(store.claim("eni-1")?.status).toBe("mirrored");
    expect(store.claim("eni-1", "AROA:x")).toMatchObject({ status: "refused", reason: "too-many-requests" });
  });
});

describe("a batch of ten interfaces", () => {
  it("is read once", async () => {
    const sources = Array.from({ length: 10 }, (_, n) => aSource({ id: `eni-${String(n)}` }));
    const requests = sources.map(({ id }) => order({ about: { instanceIds: [], interfaceIds: [id] } }));
    const { store } = await serve(requests, { sources });
    expect(store.calls.read).toBe(1);
  });
});

describe("two runs at once", () => {
  it("write claims of different requesters without knowing of each other", async () => {
    const store = aClaimStore();
    const finding = { ...order({ by: GUARDDUTY }) };
    const one = serve([order()], { store });
    const two = serve([finding], { store, policy: onFinding });
    await Promise.all([one, two]);
    expect([...store.copies.values()].map(({ requester }) => requester).sort()).toEqual([
      "guardduty",
      "traffic-mirror",
    ]);
    expect(store.calls.changed).toBe(0);
  });

  it("decide again when the same claim was written in between, and count it once", async () => {
    const store = aClaimStore();
    const longer = { ...order({ minutes: 90 }) };
    await Promise.all([serve([order()], { store }), serve([longer], { store })]);
    expect(store.claim("eni-1")?.until).toBe(NOON + 90 * 60_000);
    expect(store.open.get(EVERYBODY)).toBe(1);
    expect(store.calls.changed).toBeGreaterThan(0);
  });

  it("give up after some tries, so that the message comes back", async () => {
    const store = aClaimStore();
    let n = 0;
    store.interfere = ({ interfaceId, requester }) => {
      n += 1;
      store.put({
        interfaceId,
        requester,
        status: "requested",
        at: NOON,
        since: NOON,
        until: NOON + n,
        received: NOON,
      });
    };
    const { intake, claims } = await serve([order()], { store });
    expect([intake.unsettled.size, claims.size]).toEqual([1, 0]);
    expect(String(intake.failures[0])).toMatch("written by others");
  });
});

describe("an interface whose claims cannot be written", () => {
  const failing = (when: (claim: Claim) => boolean) => {
    const store = aClaimStore();
    const { write } = store;
    store.write = async (claim, ...of) => {
      if (when(claim)) throw new Error("too large");
      return write(claim, ...of);
    };
    return store;
  };

  it("keeps nobody else's request from being taken in", async () => {
    const sources = Array.from({ length: 10 }, (_, n) => aSource({ id: `eni-${String(n)}` }));
    const requests = sources.map(({ id }) => order({ about: { instanceIds: [], interfaceIds: [id] } }));
    const store = failing(({ interfaceId }) => interfaceId === "eni-1");
    const { intake, claims } = await serve(requests, { store, sources });
    expect([...intake.unsettled]).toEqual([requests[1]]);
    expect([claims.size, claims.has("eni-1")]).toEqual([9, false]);
  });

  it("keeps nobody else's from being answered", async () => {
    const requests = ["AROA:first", "AROA:second"].map((name) => order({ by: { name } }));
    const store = failing(({ requester, status }) => requester === "AROA:first" && status === "mirrored");
    const { intake } = await serve(requests, { store, verdict: mirrored });
    expect([...intake.unsettled]).toEqual([requests[0]]);
    expect(store.claim("eni-1", "AROA:second")?.status).toBe("mirrored");
  });
});

describe("an interface that 200 requesters have claimed", () => {
  const crowd = Array.from({ length: 200 }, (_, n) => order({ by: { name: `AROACI:session-${String(n)}` } }));

  it("takes no further requester, and a finding all the same", async () => {
    const store = aClaimStore();
    await serve(crowd, { store, policy: onFinding });
    const late = await serve([order({ by: { name: "AROACI:late" } })], { store, policy: onFinding });
    expect(late.intake.refusedRequests).toMatchObject([{ reason: "too-many-requesters" }]);
    const { intake, claims } = await serve([order({ by: GUARDDUTY })], { store, policy: onFinding });
    expect(intake.refusedRequests).toEqual([]);
    expect(claims.get("eni-1")).toEqual({ byFinding: true, byRequest: true });
  });

  it.each([{ name: "AROA:i-1", instanceId: "i-1" }, trusted])(
    "is shut neither to its own instance nor to the trusted requester: $name",
    async (by) => {
      const store = aClaimStore();
      await serve(crowd, { store });
      const { intake, claim } = await serve([order({ by })], { store, verdict: mirrored });
      expect(intake.refusedRequests).toEqual([]);
      expect(claim?.status).toBe("mirrored");
    },
  );
});

describe("what a verdict is to somebody who waits", () => {
  it("is no final refusal while the instance is still pending", () => {
    const refused: Verdict = { is: "uncovered", reason: "aws-refused" };
    expect(demandResultOf(refused, "pending", "enforce")?.is).toBe("pending");
    expect(demandResultOf(refused, "running", "enforce")?.is).toBe("refused");
    expect(demandResultOf(undefined, "running", "enforce")).toBeUndefined();
  });
});
