import { describe, expect, it } from "@jest/globals";
import type { SourcePlan } from "../../../../functions/core/sessions/decisions.js";
import { reconcile, sweep, type Run } from "../../../../functions/core/sessions/reconcile.js";
import { createQuotaMemory } from "../../../../functions/core/sessions/quota-memory.js";
import { refusedSources } from "../../../../functions/core/sessions/refusals.js";
import { createTypeMemory } from "../../../../functions/core/sessions/refused-types.js";
import { openRecord } from "../../../../functions/core/sessions/sweep-state.js";
import { anApp, type Account } from "../../../support/app.js";
import { aCreate, aPlanOf, aPolicy, aSession, aSource } from "../../../support/builders.js";
import { aClock, aSweepState, aWriter, done, failed, NOON } from "../../../support/fakes.js";

const DAY = 86_400_000;
const planOf = (n: number, type = "new.large"): SourcePlan => ({
  ...aPlanOf({ ...aCreate(`eni-${String(n)}`), instanceId: `i-${String(n)}` }),
  instanceType: type,
  instanceState: "running",
});
const resultOf = (plan: SourcePlan, outcome = failed("refused")) => ({
  action: { ...aCreate(plan.source.id), instanceId: plan.source.id.replace("eni", "i") },
  outcome,
});
const asks = (plan: SourcePlan) => plan.decisions.some(({ kind }) => kind === "create");
/** A memory after EC2 refused these instances. */
function refusing(...numbers: number[]) {
  const memory = createTypeMemory();
  for (const n of numbers) memory.learn(planOf(n), resultOf(planOf(n)), NOON);
  return memory;
}

describe("an instance type that EC2 refused", () => {
  it("on two instances is not tried for a day, and then by one for all", () => {
    const memory = refusing(1, 2);
    expect(asks(memory.withoutRefused(planOf(3), NOON + DAY - 1000))).toBe(false);
    expect(memory.withoutRefused(planOf(3), NOON).decisions).toMatchObject([{ reason: "instance-type" }]);
    expect(asks(memory.withoutRefused(planOf(3), NOON + DAY))).toBe(true);
    expect(asks(memory.withoutRefused(planOf(4), NOON + DAY))).toBe(false);
    expect(asks(memory.withoutRefused(planOf(3), NOON + DAY))).toBe(true);
  });

  it("again by the one that tried waits for another day", () => {
    const memory = refusing(1, 2);
    const later = NOON + DAY;
    memory.withoutRefused(planOf(3), later);
    memory.learn(planOf(3), resultOf(planOf(3)), later);
    expect(asks(memory.withoutRefused(planOf(4), later + DAY - 1000))).toBe(false);
    expect(asks(memory.withoutRefused(planOf(4), later + DAY))).toBe(true);
  });

  it("is tried by all once one was accepted", () => {
    const memory = refusing(1, 2);
    memory.learn(planOf(3), resultOf(planOf(3), done), NOON + DAY);
    expect(asks(memory.withoutRefused(planOf(4), NOON + DAY))).toBe(true);
    expect(memory.refused()).toEqual({});
  });
});

describe("a type is not taken for refused", () => {
  it.each<[string, ReturnType<typeof refusing>]>([
    ["after one instance", refusing(1)],
    ["after one instance on two of its interfaces", refusing(1, 1)],
  ])("%s", (_, memory) => {
    expect(asks(memory.withoutRefused(planOf(3), NOON))).toBe(true);
  });

  it("for instances that are only starting", () => {
    const memory = createTypeMemory();
    for (const n of [1, 2, 3]) {
      memory.learn({ ...planOf(n), instanceState: "pending" }, resultOf(planOf(n)), NOON);
    }
    expect(asks(memory.withoutRefused(planOf(4), NOON))).toBe(true);
  });

  it("for a code that is not final", () => {
    const memory = createTypeMemory();
    for (const n of [1, 2, 3]) memory.learn(planOf(n), resultOf(planOf(n), failed("unexplained")), NOON);
    expect(asks(memory.withoutRefused(planOf(4), NOON))).toBe(true);
  });

  it("while a session of ours stands on that exact type", () => {
    const memory = createTypeMemory();
    memory.begin({ "new.large": NOON + DAY }, [{ ...planOf(9), kept: aSession() }], NOON);
    for (const n of [1, 2, 3]) memory.learn(planOf(n), resultOf(planOf(n)), NOON);
    expect(asks(memory.withoutRefused(planOf(4), NOON))).toBe(true);
  });

  it("when another size of its family was", () => {
    expect(asks(refusing(1, 2).withoutRefused(planOf(3, "new.xlarge"), NOON))).toBe(true);
  });
});

describe("a fleet of a refused type", () => {
  const fleet = (count: number, type = "new.large") =>
    Array.from({ length: count }, (_, n) =>
      aSource({ id: `eni-${String(n)}`, instance: { id: `i-${String(n)}`, type } }),
    );
  const refuses = () => aWriter(() => failed("refused", "NetworkInterfaceNotSupported"));
  const aRun = (account: Account, types = createTypeMemory()) => {
    const app = anApp(account);
    const run: Run = {
      ports: app.ports,
      settings: app.settings,
      policy: account.policy ?? aPolicy(),
      types,
      quotas: createQuotaMemory(),
      deadline: app.clock.now() + 60_000,
      onDone: () => undefined,
    };
    return { app, run };
  };

  it.each(["new.large", "m5.large"])(
    "of 5,000 %s costs a handful of calls in the first sweep, in a fresh process none",
    async (type) => {
      const writer = refuses();
      const store = aSweepState();
      for (let process = 1; process <= 3; process++) {
        const { run } = aRun({ observation: { sources: fleet(5000, type) }, writer });
        const report = await sweep(run, refusedSources(), await openRecord(store, () => undefined));
        expect(report).toMatchObject({ remaining: 0, created: 0 });
        expect(report.uncovered["instance-type"]).toBeGreaterThan(4980);
      }
      expect(writer.calls.length).toBeLessThanOrEqual(10);
      expect(store.calls.write).toBeLessThanOrEqual(2);
    },
  );

  it("costs one call a day from then on", async () => {
    const writer = refuses();
    const store = aSweepState();
    const clock = aClock();
    const refusals = refusedSources();
    const types = createTypeMemory();
    const day = async () => {
      for (let hour = 0; hour < 24; hour++) {
        const { run } = aRun({ observation: { sources: fleet(500) }, writer, clock }, types);
        await sweep(run, refusals, await openRecord(store, () => undefined));
        clock.advance(DAY / 24);
      }
    };
    await day();
    const first = writer.calls.length;
    await day();
    await day();
    expect(writer.calls.length - first).toBeLessThanOrEqual(2);
  });

  it("launched one by one costs the events' process a handful of calls as well", async () => {
    const writer = refuses();
    const types = createTypeMemory();
    for (const source of fleet(200)) {
      const { run } = aRun({ observation: { sources: [source] }, writer }, types);
      await reconcile(run, { instanceIds: [], interfaceIds: [source.id] });
    }
    expect(writer.calls).toHaveLength(2);
  });

  it("tells those that a lifecycle hook holds for themselves, and leaves the others to the sweep", async () => {
    const writer = refuses();
    const types = createTypeMemory("pending");
    const verdicts = [];
    for (const source of fleet(4)) {
      const { run } = aRun({ observation: { sources: [source] }, writer }, types);
      const awaited = new Set(source.id === "eni-2" ? [] : [source.instance?.id ?? ""]);
      const report = await reconcile({ ...run, awaited }, { instanceIds: [], interfaceIds: [source.id] });
      verdicts.push(report.verdicts.get(source.id));
    }
    expect(verdicts).toMatchObject(
      ["instance-type", "instance-type", "pending", "instance-type"].map((reason) => ({ reason })),
    );
    expect(writer.calls).toHaveLength(3);
  });

  it("does not hold the places of a short quota", async () => {
    const writer = aWriter((call) => (call.startsWith("create eni-0") ? failed("refused") : done));
    const sources = ["old.large", "m5.large"].flatMap((type, n) =>
      [1, 2, 3].map((each) =>
        aSource({ id: `eni-${String(n)}${String(each)}`, instance: { id: `i-${String(n)}`, type } }),
      ),
    );
    const { run } = aRun({ observation: { sources }, writer, settings: { quota: 4 } });
    const report = await sweep(run, refusedSources(), await openRecord(aSweepState(), () => undefined));
    expect(report).toMatchObject({ created: 3, uncovered: { quota: 2 } });
  });

  it("does not keep the types that EC2 accepts waiting, and a new type is mirrored without a release", async () => {
    const writer = aWriter((call) => (call.startsWith("create eni-x") ? failed("refused") : done));
    const odd = Array.from({ length: 50 }, (_, n) =>
      aSource({ id: `eni-x${String(n)}`, instance: { id: `i-x${String(n)}`, type: "old.large" } }),
    );
    const { run } = aRun({ observation: { sources: [...odd, ...fleet(100, "m99z.large")] }, writer });
    const report = await sweep(run, refusedSources(), await openRecord(aSweepState(), () => undefined));
    expect(report).toMatchObject({ created: 100, uncovered: { "instance-type": 50 } });
  });
});

describe("a create that EC2 refuses with a code that nobody knows", () => {
  it("costs an event three calls, the last when lists are current, and its message does not come back", async () => {
    const app = anApp({
      observation: { sources: [aSource()] },
      writer: aWriter(() => failed("conflict", "SomethingNew")),
    });
    const run: Run = { ...app, ...aRunOf(app) };
    const report = await reconcile(run, { instanceIds: ["i-1"], interfaceIds: [] });
    expect(app.writer.calls).toHaveLength(3);
    expect(report.unsettled.size).toBe(0);
    expect(report).toMatchObject({ uncovered: { "aws-refused": 1 }, outcomes: { unexplained: 1 } });
  });

  const aRunOf = (app: ReturnType<typeof anApp>) => ({
    ports: app.ports,
    settings: app.settings,
    policy: aPolicy(),
    deadline: NOON + 60_000,
    onDone: () => undefined,
  });
});
