/** What follows from an answer of EC2 while a plan is carried out: the other half of execute.test.ts. */
import { describe, expect, it } from "@jest/globals";
import type { SourcePlan, Done } from "../../../../functions/core/sessions/decisions.js";
import { execute, type ExecuteOptions } from "../../../../functions/core/sessions/execute.js";
import { aCreate, aModify, aPlanOf, aRetag } from "../../../support/builders.js";
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

describe("a throttled call", () => {
  it("is tried again", async () => {
    const writer = aWriter((_, before) => (before < 2 ? failed("throttled") : done));
    const { done: results } = await execute([aPlanOf(aCreate("eni-1"))], options({ writer }));
    expect(said(results)).toEqual(["create eni-1 done"]);
    expect(writer.calls).toHaveLength(3);
  });

  it("is left to the next run after five tries", async () => {
    const writer = aWriter(() => failed("throttled"));
    const { done: results } = await execute([aPlanOf(aCreate("eni-1"))], options({ writer }));
    expect(said(results)).toEqual(["create eni-1 throttled"]);
    expect(writer.calls).toHaveLength(5);
  });
});

describe("what has an answer already", () => {
  it.each(["transient", "refused", "quota", "gone"] as const)("is asked once in a run: %s", async (kind) => {
    const writer = aWriter(() => failed(kind));
    const { done: results } = await execute([aPlanOf(aCreate("eni-1"))], options({ writer }));
    expect(said(results)).toEqual([`create eni-1 ${kind}`]);
    expect(writer.calls).toHaveLength(1);
  });
});

describe("a conflict", () => {
  it("leads to another look, and what is decided then is done instead", async () => {
    const writer = aWriter((_, before) => (before === 0 ? failed("conflict") : done));
    const again = aPlanOf(aModify("eni-1", "tms-7"));
    const looks: SourcePlan[] = [];
    const first = aPlanOf(aCreate("eni-1"));
    const replan = async (plan: SourcePlan) => {
      looks.push(plan);
      return looks.length === 1 ? again : undefined;
    };
    const conflictOnce = { ...writer, create: async () => failed("conflict"), modify: async () => done };
    const result = await execute([first], options({ writer: conflictOnce, replan }));
    expect(looks).toEqual([first]);
    expect(said(result.done)).toEqual(["modify eni-1 done"]);
    expect(result.replanned).toEqual(new Map([["eni-1", again]]));
  });

  it("is over when the other run has done the work", async () => {
    const replan = async () => aPlanOf(leave);
    const result = await execute(
      [aPlanOf(aCreate("eni-1"))],
      options({ writer: aWriter(() => failed("conflict")), replan }),
    );
    expect(result.done).toEqual([]);
    expect(result.replanned.get("eni-1")?.decisions).toEqual([leave]);
  });

  it("that does not end is left to the next run after five tries", async () => {
    const writer = aWriter(() => failed("conflict"));
    const replan = async () => aPlanOf(aCreate("eni-1"));
    const result = await execute([aPlanOf(aCreate("eni-1"))], options({ writer, replan }));
    expect(said(result.done)).toEqual(["create eni-1 conflict"]);
    expect(writer.calls).toHaveLength(5);
  });

  it("about an interface that is not there any more is reported as it is", async () => {
    const result = await execute(
      [aPlanOf(aCreate("eni-1"))],
      options({ writer: aWriter(() => failed("conflict")) }),
    );
    expect(said(result.done)).toEqual(["create eni-1 conflict"]);
  });
});

describe("a session that somebody removed before it could be changed", () => {
  it.each([
    ["modify", aModify("eni-1")],
    ["retag", aRetag("eni-1")],
  ])("is made anew in the same run: %s", async (_, action) => {
    const writer = aWriter((call) => (call.startsWith("create") ? done : failed("gone")));
    const replan = async () => aPlanOf(aCreate("eni-1"));
    const result = await execute([aPlanOf(action)], options({ writer, replan }));
    expect(said(result.done)).toEqual(["create eni-1 done"]);
  });
});

describe("a missing permission", () => {
  it("in the first minutes of a role's life is tried again every five seconds", async () => {
    const clock = aClock();
    const writer = aWriter((_, before) => (before < 3 ? failed("not-permitted") : done));
    const result = await execute(
      [aPlanOf(aCreate("eni-1"))],
      options({ clock, writer, permissionsSpreadUntil: NOON + 90_000 }),
    );
    expect(said(result.done)).toEqual(["create eni-1 done"]);
    expect(clock.slept).toEqual([5_000, 5_000, 5_000]);
  });

  it("is believed when that time is over", async () => {
    const clock = aClock();
    const writer = aWriter(() => failed("not-permitted"));
    const result = await execute(
      [aPlanOf(aCreate("eni-1"))],
      options({ clock, writer, permissionsSpreadUntil: NOON + 20_000 }),
    );
    expect(said(result.done)).toEqual(["create eni-1 not-permitted"]);
    expect(clock.now() - NOON).toBe(15_000);
  });

  it("is believed at once otherwise", async () => {
    const clock = aClock();
    const writer = aWriter(() => failed("not-permitted"));
    expect(said((await execute([aPlanOf(aCreate("eni-1"))], options({ clock, writer }))).done)).toHaveLength(
      1,
    );
    expect(clock.slept).toEqual([]);
  });

  it("is not waited for beyond the deadline", async () => {
    const clock = aClock();
    const writer = aWriter(() => failed("not-permitted"));
    await execute(
      [aPlanOf(aCreate("eni-1"))],
      options({ clock, writer, permissionsSpreadUntil: NOON + 90_000, deadline: NOON + 12_000 }),
    );
    expect(clock.now()).toBeLessThan(NOON + 12_000);
  });
});

describe("a refusal with a code that nobody knows", () => {
  const puzzling = () => aWriter(() => failed("conflict", "SomethingNew"));
  const create = aPlanOf(aCreate("eni-1"));

  it("waits for lists to be current, and is over when these show the session of another run", async () => {
    const clock = aClock();
    const writer = puzzling();
    // The list that lags shows nothing yet: the other run was here a moment ago.
    const replan = async () => (clock.slept.length === 0 ? create : aPlanOf(leave));
    const result = await execute([create], options({ writer, clock, replan }));
    expect(writer.calls).toHaveLength(2);
    expect(clock.slept).toEqual([3_500]);
    expect(result.done).toEqual([]);
    expect(result.replanned).toEqual(new Map([["eni-1", aPlanOf(leave)]]));
  });

  it("is final when current lists explain nothing either: three calls and one wait", async () => {
    const clock = aClock();
    const writer = puzzling();
    const { done: results } = await execute([create], options({ writer, clock, replan: async () => create }));
    expect(said(results)).toEqual(["create eni-1 unexplained"]);
    expect(writer.calls).toHaveLength(3);
    expect(clock.slept).toEqual([3_500]);
  });

  it("is left to the next run where the time is too short to wait, and is no final answer then", async () => {
    const writer = puzzling();
    const deadline = NOON + 3_000;
    const { done: results } = await execute(
      [create],
      options({ writer, deadline, replan: async () => create }),
    );
    expect(said(results)).toEqual(["create eni-1 conflict"]);
    expect(writer.calls).toHaveLength(2);
  });
});
