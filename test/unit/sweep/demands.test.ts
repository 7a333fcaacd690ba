import { describe, expect, it } from "@jest/globals";
import type { Claim } from "../../../functions/core/demands/claim.js";
import { describeSession } from "../../../functions/core/sessions/ownership.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { anApp, type Account } from "../../support/app.js";
import { aPolicy, aSession, aSource, CONTROLLER } from "../../support/builders.js";
import { aClaimStore, EVERYBODY } from "../../support/claim-store.js";
import { NOON } from "../../support/fakes.js";

const HOUR = 3_600_000;
const person = { kind: "sweep", by: "person" } as const;
const policy = aPolicy({ sources: {} });
const aClaim = (over: Partial<Claim> = {}): Claim => ({
  requester: "traffic-mirror",
  interfaceId: "eni-1",
  status: "requested",
  at: NOON - HOUR,
  since: NOON - HOUR,
  until: NOON + HOUR,
  received: NOON - HOUR,
  ...over,
});
const onDemand = aSession({
  description: describeSession(CONTROLLER, "eni-1", "demand"),
  tags: { ...aSession().tags, "traffic-mirror:rule": "demand" },
});

async function sweep(claims: readonly Claim[], more: Account = {}) {
  const store = more.store ?? aClaimStore(claims);
  const app = anApp({ observation: { sources: [aSource()] }, policy, ...more, store });
  const summary = await runSweep(app, person, 900_000);
  return { app, store, summary, claim: store.claim("eni-1") };
}

describe("a sweep", () => {
  it("makes the session of a claim that an event has left, and answers", async () => {
    const { app, claim, summary } = await sweep([aClaim()]);
    expect(app.writer.calls).toEqual(["create eni-1"]);
    expect(claim?.status).toBe("mirrored");
    expect(summary).toMatchObject({ demands: 1, selected: 1, mirrored: 1 });
  });

  it("keeps it until its end, and writes nothing", async () => {
    const mirrored = aClaim({ status: "mirrored", sessionId: "tms-1" });
    const observation = { sources: [aSource()], sessions: [onDemand] };
    const { app, store } = await sweep([mirrored], { observation });
    expect(app.writer.calls).toEqual([]);
    expect(store.calls.write).toBe(0);
  });

  it("removes it at its end, without asking the guardrail, says ended, and counts it no longer", async () => {
    const ended = aClaim({ status: "mirrored", sessionId: "tms-1", until: NOON - 1 });
    const observation = { sources: [aSource()], sessions: [onDemand] };
    const guardrails = {
      removalPercent: 0,
      removalMinimum: 0,
      acknowledgedUntil: null,
      rolloutPercent: 100,
      maxSessions: null,
      firstApplySessions: null,
    };
    const { app, store, claim } = await sweep([ended], { observation, settings: { guardrails } });
    expect(app.writer.calls).toEqual(["delete tms-1"]);
    expect(claim).toMatchObject({ status: "ended" });
    expect([store.copies.size, store.open.get(EVERYBODY)]).toEqual([0, 0]);
    expect(app.metric("DemandsOpen")).toEqual([0]);
  });

  it("ends by our clock a claim that has only its copy left", async () => {
    const store = aClaimStore([aClaim({ until: NOON - 1 })]);
    store.claims.clear();
    await sweep([], { store });
    expect(store.copies.size).toBe(0);
  });

  it("leaves open what was asked for again in the meantime", async () => {
    const store = aClaimStore([aClaim({ until: NOON - 1 })]);
    const { all } = store;
    store.all = async () => {
      const found = await all();
      store.put(aClaim({ received: NOON - 1 }));
      return found;
    };
    const { claim } = await sweep([], { store });
    expect(claim).toMatchObject({ until: NOON + HOUR });
    expect(claim?.status).not.toBe("ended");
  });

  it("reads the claims of 5,000 demands once, and those that it answers once more", async () => {
    const claims = Array.from({ length: 5_000 }, (_, n) =>
      aClaim({ interfaceId: `eni-${String(n)}`, until: NOON - 1 }),
    );
    const { store } = await sweep(claims);
    expect(store.calls.read).toBe(2);
    expect(store.calls.write).toBe(50);
  });

  it("looks at an interface that is asked for and on no instance", async () => {
    const app = anApp({ policy, store: aClaimStore([aClaim()]) });
    let also: readonly string[] = [];
    const { everything } = app.ports.observer;
    app.ports.observer.everything = (of, asked = []) => {
      also = asked;
      return everything(of, asked);
    };
    await runSweep(app, person, 900_000);
    expect(also).toEqual(["eni-1"]);
  });

  it("that cannot read the claims removes nothing that they may keep, and says so", async () => {
    const observation = { sources: [aSource()], sessions: [onDemand] };
    const { app } = await sweep([], { observation, store: aClaimStore([], () => true) });
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("DemandsUnread")).toEqual([1]);
  });

  it("leaves a mirror that a claim may be keeping which it cannot read, makes none for it, and says so", async () => {
    const observation = { sources: [aSource(), aSource({ id: "eni-2" })], sessions: [onDemand] };
    const store = aClaimStore();
    store.unread.add("eni-1").add("eni-2");
    const { app } = await sweep([], { observation, store });
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("DemandsUnread")).toEqual([1]);
    expect(app.logs.find(({ level }) => level === "error")?.fields).toEqual({ unread: ["eni-1", "eni-2"] });
  });

  it("ends the others where one cannot be written, however often it is tried", async () => {
    const ended = Array.from({ length: 10 }, (_, n) =>
      aClaim({ interfaceId: `eni-${String(n)}`, until: NOON - 1 }),
    );
    const store = aClaimStore(ended);
    const { write } = store;
    store.write = (claim, ...more) =>
      claim.interfaceId === "eni-0" ? Promise.reject(new Error("no")) : write(claim, ...more);
    await sweep([], { store });
    expect([...store.copies.values()].map(({ interfaceId }) => interfaceId)).toEqual(["eni-0"]);
  });

  it("goes on when a claim cannot be answered", async () => {
    const store = aClaimStore([aClaim()]);
    store.write = () => Promise.reject(new Error("DynamoDB says no"));
    const { app } = await sweep([], { store });
    expect(app.writer.calls).toEqual(["create eni-1"]);
  });
});

describe("a sweep in mode drain", () => {
  const settings = { mode: "drain" } as const;

  it("ends claims whose time is up, so that they do not count in their requester's quota for ever", async () => {
    const requester = "AROAEXAMPLE:person";
    const { store } = await sweep([aClaim({ requester, until: NOON - 1 })], { settings });
    expect([store.copies.size, store.open.get(requester), store.open.get(EVERYBODY)]).toEqual([0, 0, 0]);
  });

  it("leaves open ones as they are", async () => {
    const { claim, store } = await sweep([aClaim()], { settings });
    expect(claim).toEqual(aClaim());
    expect(store.calls.write).toBe(0);
  });

  it("goes on where they cannot be read", async () => {
    const { summary } = await sweep([], { settings, store: aClaimStore([], () => true) });
    expect(summary).toMatchObject({ mode: "drain", complete: true });
  });
});

describe("what a sweep publishes on the bus", () => {
  it("is what changed, and its summary", async () => {
    const { app } = await sweep([aClaim()]);
    expect(app.sent.map(({ detailType }) => detailType)).toEqual([
      "Mirror Session Changed",
      "Mirror Sweep Completed",
    ]);
    expect(app.sent[1]?.detail).toMatchObject({ controller: "mirror", by: "person", created: 1 });
  });
});
