import { describe, expect, it } from "@jest/globals";
import { drain } from "../../../../functions/core/sessions/drain.js";
import type { Session } from "../../../../functions/core/model.js";
import type { Observer } from "../../../../functions/core/sessions/ports.js";
import { aForeignSession, anotherControllersTags, aSession, CONTROLLER } from "../../../support/builders.js";
import { aClock, aWriter, done, failed, NOON, type FakeWriter } from "../../../support/fakes.js";

/** An account whose list of sessions is read again by every round. */
function account(listings: readonly (readonly Session[])[], writer: FakeWriter, clock = aClock()) {
  let round = 0;
  const never = () => Promise.reject(new Error("a drain looks at sessions alone"));
  const observer: Observer = {
    look: never,
    everything: never,
    filters: () => Promise.reject(new Error("not asked")),
    sessionsById: never,
    sessions: async () => listings[Math.min(round++, listings.length - 1)] ?? [],
  };
  return { observer, writer, clock };
}

const ours = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aSession({ id: `tms-${String(n)}`, interfaceId: `eni-${String(n)}` }),
  );
const run = (ports: ReturnType<typeof account>, deadline = NOON + 60_000) =>
  drain({ ports, controller: CONTROLLER, deadline, onDone: () => undefined });

describe("a drain", () => {
  it("removes every session of ours and says so when nothing is left", async () => {
    const writer = aWriter();
    expect(await run(account([ours(30), []], writer))).toEqual({ deleted: 30, remaining: 0 });
    expect(writer.calls).toHaveLength(30);
  });

  it("never touches those of others or of another controller", async () => {
    const writer = aWriter();
    const theirs = [aForeignSession(), aForeignSession({ id: "tms-other", tags: anotherControllersTags() })];
    const result = await run(account([[...theirs, aSession()], theirs], writer));
    expect(result).toEqual({ deleted: 1, remaining: 0 });
    expect(writer.calls).toEqual(["delete tms-1"]);
  });

  it("names those that lost its tag, which it may not remove, and removes none that was given it", async () => {
    const writer = aWriter();
    const robbed = aSession({ id: "tms-robbed", tags: {} });
    const given = aForeignSession({ id: "tms-given", tags: aSession().tags });
    const left = [robbed, given];
    const result = await run(account([[...left, aSession()], left], writer));
    expect(result).toEqual({ deleted: 1, remaining: 0, lost: ["tms-robbed"] });
    expect(writer.calls).toEqual(["delete tms-1"]);
  });

  it("looks again until what appeared meanwhile is gone too", async () => {
    const late = aSession({ id: "tms-late" });
    expect(await run(account([[aSession()], [late], []], aWriter()))).toEqual({ deleted: 2, remaining: 0 });
  });

  it("believes no single list that nothing is left", async () => {
    const clock = aClock();
    const listings = [[], ours(2), [], ours(1), [], []];
    expect(await run(account(listings, aWriter(), clock))).toEqual({ deleted: 2, remaining: 0 });
    // After each that is empty, and after the old one between them.
    expect(clock.slept).toEqual([3_000, 3_000, 3_000, 3_000]);
  });

  it("counts and removes a session once that EC2 still lists after its removal", async () => {
    const writer = aWriter();
    expect(await run(account([ours(1), ours(1), []], writer))).toEqual({ deleted: 1, remaining: 0 });
    expect(writer.calls).toEqual(["delete tms-0"]);
  });

  it("does not take what it has removed for left, though its last list is an old one", async () => {
    const clock = aClock();
    const writer = aWriter(() => {
      clock.advance(5_000);
      return done;
    });
    expect(await run(account([ours(2)], writer, clock), NOON + 10_000)).toEqual({ deleted: 2, remaining: 0 });
  });

  it("removes again what EC2 goes on listing: it may not have known it yet", async () => {
    const writer = aWriter((_, before) => (before < 1 ? failed("gone") : done));
    const listings = [...Array.from({ length: 6 }, () => ours(1)), []];
    expect(await run(account(listings, writer))).toEqual({ deleted: 1, remaining: 0 });
    expect(writer.calls).toEqual(["delete tms-0", "delete tms-0"]);
  });

  it("tries again what failed, as long as something moves", async () => {
    const writer = aWriter((call, before) =>
      call === "delete tms-1" && before < 1 ? failed("transient") : done,
    );
    const [first, second] = [aSession({ id: "tms-0" }), aSession({ id: "tms-1" })];
    expect(await run(account([[first, second], [second], []], writer))).toEqual({ deleted: 2, remaining: 0 });
  });

  it("gives up and says what is left, and why, when a round removes nothing", async () => {
    const writer = aWriter(() => failed("not-permitted", "UnauthorizedOperation"));
    expect(await run(account([ours(3)], writer))).toEqual({
      deleted: 0,
      remaining: 3,
      because: "UnauthorizedOperation: UnauthorizedOperation, says AWS",
    });
    expect(writer.calls).toHaveLength(3);
  });

  it("stops when the time is over and says what is left", async () => {
    const clock = aClock();
    const writer = aWriter(() => {
      clock.advance(10_000);
      return done;
    });
    const all = ours(40);
    const result = await run(account([all, all.slice(16)], writer, clock), NOON + 15_000);
    expect(result.remaining).toBe(24);
    expect(result.deleted).toBe(writer.calls.length);
    expect(writer.calls.length).toBeLessThan(40);
  });

  it("has nothing to do in an account without sessions of ours", async () => {
    const writer = aWriter();
    expect(await run(account([[aForeignSession()]], writer))).toEqual({ deleted: 0, remaining: 0 });
    expect(writer.calls).toEqual([]);
  });
});
