import { describe, expect, it } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { handleBatch } from "../../../functions/reconcile/batch.js";
import { anApp, type Account, type FakeApp } from "../../support/app.js";
import { aSession, aSource, theGuardrails } from "../../support/builders.js";
import { anEvent, aRunningEvent, ACCOUNT_REGION } from "../../support/events.js";
import { aWriter, done, failed } from "../../support/fakes.js";

const [first, second] = ["i-00000001", "i-00000002"];
const sourceOf = (instanceId: string, id = `eni-${instanceId}`) =>
  aSource({ id, instance: { id: instanceId } });
const record = (messageId: string, body: string, deliveries = 1) =>
  ({
    messageId,
    body,
    receiptHandle: `handle of ${messageId}`,
    attributes: { ApproximateReceiveCount: String(deliveries) },
  }) as SQSRecord;
const running = (messageId: string, instanceId: string, over: object = {}) =>
  record(messageId, aRunningEvent(instanceId, over));

async function handle(app: FakeApp, records: readonly SQSRecord[]): Promise<string[]> {
  const answer = await handleBatch(app, records, ACCOUNT_REGION, app.clock.now() + 55_000);
  return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}
const withSources = (ids: readonly string[], more: Account = {}) =>
  anApp({ observation: { sources: ids.map((id) => sourceOf(id)) }, ...more });

describe("a batch of events", () => {
  it("is one look at everything that its messages name, each once", async () => {
    const app = withSources([first, second]);
    const records = [running("m1", first), running("m2", second), running("m3", first)];
    expect(await handle(app, records)).toEqual([]);
    expect(app.looks).toEqual([{ instanceIds: [first, second], interfaceIds: [] }]);
    expect([...app.writer.calls].sort()).toEqual([`create eni-${first}`, `create eni-${second}`]);
  });

  it("that comes a second time changes nothing", async () => {
    const session = aSession({ interfaceId: "eni-1" });
    const app = anApp({
      observation: { sources: [aSource({ instance: { id: first } })], sessions: [session] },
    });
    expect(await handle(app, [running("m1", first)])).toEqual([]);
    expect(app.writer.calls).toEqual([]);
  });

  it("without messages does nothing", async () => {
    const app = anApp();
    expect(await handle(app, [])).toEqual([]);
    expect(app.looks).toEqual([]);
  });
});

describe("what cannot be understood", () => {
  const nonsense = [
    record("x1", "{"),
    record("x2", "[]"),
    record("x3", anEvent("scheduled")),
    record("x4", aRunningEvent(first, { account: "999999999999" })),
    record("x5", anEvent("ec2-state-running", { detail: { state: "running" } })),
  ];

  it("is dropped and counted, and does not hold up its batch", async () => {
    const app = withSources([first]);
    expect(await handle(app, [...nonsense, running("m1", first)])).toEqual([]);
    expect(app.writer.calls).toEqual([`create eni-${first}`]);
    expect(app.metric("EventsDropped")).toEqual([5]);
    expect(
      app.logs.filter(({ message }) => message === '"event dropped"').map(({ fields }) => fields),
    ).toMatchObject(
      ["not-json", "not-an-event", "unknown-kind", "foreign", "malformed"].map((reason) => ({ reason })),
    );
  });

  it("costs no read when nothing else is there", async () => {
    const app = anApp();
    expect(await handle(app, nonsense)).toEqual([]);
    expect(app.looks).toEqual([]);
  });

  it("is logged with bounds and on one line", async () => {
    const app = anApp();
    await handle(app, [record("x", "\n".repeat(100_000))]);
    const { body } = app.logs[0]?.fields as { body: string };
    expect(body.length).toBeLessThan(1_000);
    expect(body).not.toContain("\n");
  });

  it("does not come back with a batch that fails as a whole", async () => {
    const observation = () => {
      throw new Error("EC2 could not be read");
    };
    expect(await handle(anApp({ observation }), [...nonsense, running("m1", first)])).toEqual(["m1"]);
  });
});

describe("a batch that fails as a whole", () => {
  it("comes back when the policy cannot be read", async () => {
    const app = withSources([first], { loadPolicy: async () => Promise.reject(new Error("SSM says no")) });
    expect(await handle(app, [running("m1", first), running("m2", second)])).toEqual(["m1", "m2"]);
    expect(app.logs).toContainEqual(expect.objectContaining({ level: "error" }));
  });
});

describe("a message comes back", () => {
  it("alone, when its own interface is not settled", async () => {
    const writer = aWriter((call) => (call === `create eni-${second}` ? failed("transient") : done));
    const app = withSources([first, second], { writer });
    expect(await handle(app, [running("m1", first), running("m2", second)])).toEqual(["m2"]);
  });

  it.each(["throttled", "transient", "conflict", "not-permitted", "gone"] as const)(
    "when EC2 said %s",
    async (kind) => {
      const app = withSources([first], { writer: aWriter(() => failed(kind)) });
      expect(await handle(app, [running("m1", first)])).toEqual(["m1"]);
    },
  );

  it.each(["refused", "quota"] as const)(
    "not when EC2 said %s: another try changes nothing",
    async (kind) => {
      const app = withSources([first], { writer: aWriter(() => failed(kind)) });
      expect(await handle(app, [running("m1", first)])).toEqual([]);
    },
  );

  it("when the time was over before its turn", async () => {
    const app = withSources([first]);
    const answer = await handleBatch(app, [running("m1", first)], ACCOUNT_REGION, app.clock.now());
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "m1" }]);
  });

  it("when EC2 does not show its new instance yet: after 1, 2, 4 and 8 s, and then a sweep will see it", async () => {
    const app = anApp({ observation: { unseen: [first] } });
    for (const deliveries of [1, 2, 3, 4]) {
      expect(await handle(app, [record("m1", aRunningEvent(first), deliveries)])).toEqual(["m1"]);
    }
    expect(app.returned.map(({ seconds }) => seconds)).toEqual([1, 2, 4, 8]);
    expect(app.returned[0]?.receiptHandle).toBe("handle of m1");
    expect(await handle(app, [record("m1", aRunningEvent(first), 5)])).toEqual([]);
    expect(app.metric("LooksRetried")).toEqual([1, 1, 1, 1, 0]);
    expect(app.metric("LooksLeftToSweep")).toEqual([0, 0, 0, 0, 1]);
  });

  const named = "i-0abcd1234ef567890";
  it.each([
    ["stopped", "running"],
    ["terminated", "running"],
    ["running", "stopped"],
    ["pending", "stopped"],
  ] as const)(
    "when EC2 shows an instance as it was before the event: %s, and shows %s",
    async (state, shown) => {
      const source = aSource({ instance: { id: named, state: shown } });
      const app = anApp({ observation: { sources: [source] } });
      expect(await handle(app, [record("m1", anEvent(`ec2-state-${state}`))])).toEqual(["m1"]);
      expect(app.metric("LooksRetried")).toEqual([1]);
      // An event that was late itself: it is let go.
      expect(await handle(app, [record("m1", anEvent(`ec2-state-${state}`), 5)])).toEqual([]);
    },
  );

  it.each([
    ["stopping", "stopped"],
    ["running", "pending"],
  ] as const)("not when what EC2 shows comes to the same: %s, and shows %s", async (state, shown) => {
    const source = aSource({ instance: { id: named, state: shown } });
    const app = anApp({ observation: { sources: [source] } });
    expect(await handle(app, [record("m1", anEvent(`ec2-state-${state}`))])).toEqual([]);
  });

  it("when EC2 shows an instance without its new tag", async () => {
    const app = (tags: Record<string, string>) =>
      anApp({ observation: { sources: [aSource({ instance: { id: named, tags } })] } });
    const message = record("m1", anEvent("tag-change"));
    expect(await handle(app({ Mirror: "before" }), [message])).toEqual(["m1"]);
    expect(await handle(app({ Mirror: "true", Name: "of another change" }), [message])).toEqual([]);
  });

  it("when EC2 still shows as running what has ended, which gets no session", async () => {
    const app = withSources([first, second]);
    const stopped = record(
      "m1",
      anEvent("ec2-state-running", { detail: { "instance-id": first, state: "stopped" } }),
    );
    expect(await handle(app, [stopped, running("m2", second)])).toEqual(["m1"]);
    expect(app.writer.calls).toEqual([`create eni-${second}`]);
    // Of one that is told of as started too, what EC2 shows decides.
    const both = withSources([first]);
    expect(await handle(both, [stopped, running("m3", first)])).toEqual(["m1"]);
    expect(both.writer.calls).toEqual([`create eni-${first}`]);
  });

  it("not when an instance that ended is not there any more", async () => {
    const app = anApp({ observation: { unseen: ["i-0abcd1234ef567890"] } });
    expect(await handle(app, [record("m1", anEvent("ec2-state-terminated"))])).toEqual([]);
  });
});

describe("the modes", () => {
  it("observe plans and counts, changes nothing, and sends nothing back", async () => {
    const app = withSources([first], { settings: { mode: "observe" } });
    expect(await handle(app, [running("m1", first)])).toEqual([]);
    expect(app.writer.calls).toEqual([]);
    expect(app.looks).toHaveLength(1);
  });

  it("drain puts nothing back", async () => {
    const app = withSources([first], { settings: { mode: "drain" } });
    expect(await handle(app, [running("m1", first)])).toEqual([]);
    expect(app.looks).toEqual([]);
  });

  it("with a ceiling leaves creations to the sweep, which counts them all", async () => {
    const app = withSources([first], { settings: { guardrails: theGuardrails({ maxSessions: 5 }) } });
    expect(await handle(app, [running("m1", first)])).toEqual([]);
    expect(app.writer.calls).toEqual([]);
  });
});

describe("an event that names more than one look should hold", () => {
  it("is done, and what was left to the sweep is counted", async () => {
    const ids = Array.from({ length: 205 }, (_, index) => `i-${String(index).padStart(8, "0")}`);
    const resources = ids.map(
      (id) => `arn:aws:ec2:${ACCOUNT_REGION.region}:${ACCOUNT_REGION.account}:instance/${id}`,
    );
    const app = anApp();
    expect(await handle(app, [record("m1", anEvent("tag-change", { resources }))])).toEqual([]);
    expect(app.looks).toEqual([{ instanceIds: ids.slice(0, 200), interfaceIds: [] }]);
    expect(app.metric("IdsLeftToSweep")).toEqual([5]);
  });
});

describe("events of different kinds", () => {
  it("are one look", async () => {
    const app = anApp();
    const names = ["ec2-state-running", "ecs-task-running", "api-attach-network-interface", "tag-change"];
    await handle(
      app,
      names.map((name) => record(name, anEvent(name))),
    );
    expect(app.looks).toEqual([
      { instanceIds: ["i-0abcd1234ef567890"], interfaceIds: ["eni-0abcd1234ef567890"] },
    ]);
    expect(app.metric("IdsLeftToSweep")).toEqual([0]);
  });
});

describe("the metrics of a batch", () => {
  it("say how old an event was when its mirror stood", async () => {
    const app = withSources([first]);
    await handle(app, [running("m1", first, { time: "2026-01-05T11:59:58Z" })]);
    expect(app.metric("EventAge")).toEqual([2_000]);
    expect(app.metric("SessionsCreated")).toEqual([1]);
  });

  it("do not take a late copy of an old event for a slow one", async () => {
    const sources = [sourceOf(first, "eni-1"), sourceOf(second, "eni-2")];
    const app = anApp({ observation: { sources, sessions: [aSession({ interfaceId: "eni-1" })] } });
    await handle(app, [
      running("old", first, { time: "2026-01-05T11:00:00Z" }),
      running("new", second, { time: "2026-01-05T11:59:59Z" }),
    ]);
    expect(app.metric("EventAge")).toEqual([1_000]);
  });

  it("report a refused policy while an earlier one stays in force", async () => {
    const app = withSources([first], { problems: ["vpcs.0.vni: Too big"] });
    expect(await handle(app, [running("m1", first)])).toEqual([]);
    expect(app.metric("PolicyRefused")).toEqual([1]);
    expect(app.writer.calls).toHaveLength(1);
  });
});
