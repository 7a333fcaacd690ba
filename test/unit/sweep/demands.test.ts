import { describe, expect, it } from "@jest/globals";
import { newDemand, type Claim, type Demand } from "../../../functions/core/demands/demand.js";
import { describeSession } from "../../../functions/core/sessions/ownership.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { anApp, type Account } from "../../support/app.js";
import { aPolicy, aSession, aSource, CONTROLLER } from "../../support/builders.js";
import { aDemandStore, NOON } from "../../support/fakes.js";

const HOUR = 3_600_000;
const person = { kind: "sweep", by: "person" } as const;
const policy = aPolicy({ sources: {} });
const claim = (over: Partial<Claim> = {}): Claim => ({
  by: "traffic-mirror",
  since: NOON - HOUR,
  until: NOON + HOUR,
  ...over,
});
const demand = (over: Partial<Demand> = {}): Demand => ({
  ...newDemand("eni-1", NOON - HOUR),
  claims: [claim()],
  ...over,
});
const onDemand = aSession({
  description: describeSession(CONTROLLER, "eni-1", "demand"),
  tags: { ...aSession().tags, "traffic-mirror:rule": "demand" },
});

async function sweep(demands: readonly Demand[], more: Account = {}) {
  const store = more.store ?? aDemandStore(demands);
  const app = anApp({ observation: { sources: [aSource()] }, policy, ...more, store });
  const summary = await runSweep(app, person, 900_000);
  return { app, store, summary, demand: store.demands.get("eni-1")?.demand };
}

describe("a sweep", () => {
  it("makes the session of a demand that an event has left, and answers", async () => {
    const { app, demand: after, summary } = await sweep([demand()]);
    expect(app.writer.calls).toEqual(["create eni-1"]);
    expect(after?.status).toBe("mirrored");
    expect(summary).toMatchObject({ demands: 1, selected: 1, mirrored: 1 });
  });

  it("keeps it until its end", async () => {
    const mirrored = demand({ status: "mirrored", sessionId: "tms-1" });
    const observation = { sources: [aSource()], sessions: [onDemand] };
    const { app, store } = await sweep([mirrored], { observation });
    expect(app.writer.calls).toEqual([]);
    expect(store.calls.write).toBe(0);
  });

  it("removes it at its end, without asking the guardrail, and says ended", async () => {
    const ended = demand({ status: "mirrored", sessionId: "tms-1", claims: [claim({ until: NOON - 1 })] });
    const observation = { sources: [aSource()], sessions: [onDemand] };
    const guardrails = {
      removalPercent: 0,
      removalMinimum: 0,
      acknowledgedUntil: null,
      rolloutPercent: 100,
      maxSessions: null,
      firstApplySessions: null,
    };
    const { app, demand: after } = await sweep([ended], { observation, settings: { guardrails } });
    expect(app.writer.calls).toEqual(["delete tms-1"]);
    expect(after?.status).toBe("ended");
    expect(app.metric("DemandsOpen")).toEqual([0]);
  });

  it("removes the parameter an hour later", async () => {
    const over = demand({
      status: "ended",
      at: NOON - HOUR - 1,
      claims: [claim({ until: NOON - HOUR - 1 })],
    });
    expect((await sweep([over])).store.demands.size).toBe(0);
  });

  it("does not remove what was asked for again in the meantime", async () => {
    const over = demand({
      status: "ended",
      at: NOON - HOUR - 1,
      claims: [claim({ until: NOON - HOUR - 1 })],
    });
    const store = aDemandStore([over]);
    const { all } = store;
    store.all = async () => {
      const found = await all();
      store.demands.set("eni-1", { demand: demand(), version: 2 });
      return found;
    };
    expect((await sweep([], { store })).store.demands.size).toBe(1);
  });

  it("looks at an interface that is asked for and on no instance", async () => {
    const app = anApp({ policy, store: aDemandStore([demand()]) });
    let also: readonly string[] = [];
    const { everything } = app.ports.observer;
    app.ports.observer.everything = (of, asked = []) => {
      also = asked;
      return everything(of, asked);
    };
    await runSweep(app, person, 900_000);
    expect(also).toEqual(["eni-1"]);
  });

  it("that cannot read the demands removes nothing that they may keep, and says so", async () => {
    const observation = { sources: [aSource()], sessions: [onDemand] };
    const { app } = await sweep([], { observation, store: aDemandStore([], () => true) });
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("DemandsUnread")).toEqual([1]);
  });

  it("goes on when a demand cannot be answered", async () => {
    const store = aDemandStore([demand()]);
    store.put = () => Promise.reject(new Error("SSM says no"));
    const { app } = await sweep([], { store });
    expect(app.writer.calls).toEqual(["create eni-1"]);
  });
});

describe("what a sweep publishes on the bus", () => {
  it("is what changed, and its summary", async () => {
    const { app } = await sweep([demand()]);
    expect(app.sent.map(({ detailType }) => detailType)).toEqual([
      "Mirror Session Changed",
      "Mirror Sweep Completed",
    ]);
    expect(app.sent[1]?.detail).toMatchObject({ controller: "mirror", by: "person", created: 1 });
  });
});

describe("a drain on destroy", () => {
  it("takes the demands away too, and only once no session is left", async () => {
    const store = aDemandStore([demand()]);
    const app = anApp({ store, sessions: [[]] });
    await runSweep(app, { kind: "drain" }, 900_000);
    expect(store.demands.size).toBe(0);
    const stuck = anApp({ store: aDemandStore([demand()]), sessions: [[onDemand]] });
    await expect(runSweep(stuck, { kind: "drain" }, 10_000)).rejects.toThrow("1 are left");
    expect(stuck.store.demands.size).toBe(1);
  });
});
