import { describe, expect, it } from "@jest/globals";
import type { SourcePlan, Done } from "../../../../functions/core/sessions/decisions.js";
import { execute, type ExecuteOptions } from "../../../../functions/core/sessions/execute.js";
import { aCreate, aDelete, aModify, aPlanOf, aRetag } from "../../../support/builders.js";
import { aClock, aWriter, done, failed, NOON } from "../../../support/fakes.js";

function options(over: Partial<ExecuteOptions> = {}): ExecuteOptions {
  return {
    writer: aWriter(),
    clock: aClock(),
    deadline: NOON + 60_000,
    concurrency: 1,
    replan: async () => undefined,
    onDone: () => undefined,
    ...over,
  };
}

const said = (results: readonly Done[]) =>
  results.map(({ action, outcome }) => `${action.kind} ${action.interfaceId} ${outcome.kind}`);
const leave: SourcePlan["decisions"][number] = {
  kind: "leave",
  covered: "mirrored",
  reason: "mirrored",
  interfaceId: "eni-1",
};

describe("the actions of one interface", () => {
  it("happen one after the other, in the order of the plan", async () => {
    const writer = aWriter();
    const plan = aPlanOf(
      aModify("eni-1", "tms-1"),
      aRetag("eni-1", "tms-1"),
      aDelete("eni-1", { sessionId: "tms-2" }),
    );
    const { done: results } = await execute([plan], options({ writer }));
    expect(writer.calls).toEqual(["modify tms-1", "tag tms-1", "delete tms-2"]);
    expect(said(results)).toEqual(["modify eni-1 done", "retag eni-1 done", "delete eni-1 done"]);
  });

  it("go on after one that failed", async () => {
    const writer = aWriter((call) => (call.startsWith("modify") ? failed("transient") : done));
    const { done: results } = await execute(
      [aPlanOf(aModify("eni-1"), aDelete("eni-1"))],
      options({ writer }),
    );
    expect(said(results)).toEqual(["modify eni-1 transient", "delete eni-1 done"]);
  });

  it("leave alone what is to be left alone", async () => {
    const writer = aWriter();
    expect((await execute([aPlanOf(leave)], options({ writer }))).done).toEqual([]);
    expect(writer.calls).toEqual([]);
  });

  it("are told as they end", async () => {
    const told: Done[] = [];
    const { done: results } = await execute(
      [aPlanOf(aCreate("eni-1"))],
      options({ onDone: (one) => told.push(one) }),
    );
    expect(told).toEqual(results);
  });
});

describe("several interfaces", () => {
  it("are worked on at the same time, no more than allowed", async () => {
    let [now, most] = [0, 0];
    const writer = {
      ...aWriter(),
      create: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return done;
      },
    };
    const plans = Array.from({ length: 20 }, (_, n) => aPlanOf(aCreate(`eni-${String(n)}`)));
    const { done: results } = await execute(plans, options({ writer, concurrency: 4 }));
    expect(results).toHaveLength(20);
    expect(most).toBe(4);
  });

  it("do not suffer from one that fails", async () => {
    const writer = aWriter((call) => (call === "create eni-1" ? failed("refused") : done));
    const plans = [aPlanOf(aCreate("eni-1")), aPlanOf(aCreate("eni-2"))];
    expect(said((await execute(plans, options({ writer }))).done)).toEqual([
      "create eni-1 refused",
      "create eni-2 done",
    ]);
  });

  it("do not suffer from one that cannot be read again", async () => {
    const writer = aWriter((call) => (call === "create eni-1" ? failed("conflict") : done));
    const replan = async () => Promise.reject(new Error("EC2 could not be read"));
    const plans = [aPlanOf(aCreate("eni-1")), aPlanOf(aCreate("eni-2"))];
    expect(said((await execute(plans, options({ writer, replan }))).done)).toEqual([
      "create eni-1 conflict",
      "create eni-2 done",
    ]);
  });
});

describe("the time", () => {
  const slow = (clock: ReturnType<typeof aClock>) =>
    aWriter(() => {
      clock.advance(10_000);
      return done;
    });
  const three = ["eni-1", "eni-2", "eni-3"].map((id) => aPlanOf(aCreate(id)));

  it("ends the work: nothing is started after the deadline", async () => {
    const clock = aClock();
    const result = await execute(three, options({ clock, writer: slow(clock), deadline: NOON + 15_000 }));
    expect(said(result.done)).toEqual(["create eni-1 done", "create eni-2 done"]);
  });

  it("ends the work in the middle of an interface too", async () => {
    const clock = aClock();
    const plan = aPlanOf(aModify("eni-1"), aDelete("eni-1"));
    const result = await execute([plan], options({ clock, writer: slow(clock), deadline: NOON + 5_000 }));
    expect(said(result.done)).toEqual(["modify eni-1 done"]);
  });

  it("of creations can end before the time of changes and removals", async () => {
    const clock = aClock();
    const plans = [...three, aPlanOf(aModify("eni-4")), aPlanOf(aDelete("eni-5"))];
    const result = await execute(plans, options({ clock, writer: slow(clock), createsUntil: NOON + 5_000 }));
    expect(said(result.done)).toEqual(["create eni-1 done", "modify eni-4 done", "delete eni-5 done"]);
  });
});
