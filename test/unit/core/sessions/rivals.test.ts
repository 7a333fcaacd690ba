import { describe, expect, it } from "@jest/globals";
import type { FilterRule, MirrorFilter, Session } from "../../../../functions/core/model.js";
import { mayOverlap } from "../../../../functions/core/sessions/filters.js";
import { describeSession } from "../../../../functions/core/sessions/ownership.js";
import { planSource } from "../../../../functions/core/sessions/plan.js";
import { requestOf } from "../../../../functions/sweep/request.js";
import { runSweep } from "../../../../functions/sweep/run.js";
import { anApp, type Account } from "../../../support/app.js";
import { aContext, aForeignSession, aPolicy, aSession, aSource } from "../../../support/builders.js";

function aRule(over: Partial<FilterRule> = {}): FilterRule {
  const everywhere = { sourceCidr: "0.0.0.0/0", destinationCidr: "0.0.0.0/0" };
  return { direction: "ingress", number: 100, action: "accept", ...everywhere, ...over };
}
const aFilter = (id: string, rules: readonly FilterRule[], networkServices: readonly string[] = []) =>
  ({ id, rules, networkServices }) satisfies MirrorFilter;
const port = (from: number, to = from) => ({ protocol: 6, destinationPorts: { from, to } });
const rejectAll = aRule({ number: 1, action: "reject" });

describe("two filters", () => {
  it.each<[string, readonly FilterRule[], readonly FilterRule[]]>([
    ["that take everything", [aRule()], [aRule()]],
    ["of which one takes one protocol", [aRule()], [aRule({ protocol: 6 })]],
    ["whose networks overlap", [aRule({ sourceCidr: "10.0.0.0/8" })], [aRule({ sourceCidr: "10.1.0.0/16" })]],
    ["whose ports overlap", [aRule(port(1, 1024))], [aRule(port(443))]],
    [
      "of which one rejects some of it",
      [aRule()],
      [aRule({ ...port(443), number: 1, action: "reject" }), aRule()],
    ],
  ])("may take the same packet: %s", (_what, ours, theirs) => {
    expect(mayOverlap(aFilter("a", ours), aFilter("b", theirs))).toBe(true);
    expect(mayOverlap(aFilter("b", theirs), aFilter("a", ours))).toBe(true);
  });

  it.each<[string, readonly FilterRule[], readonly FilterRule[]]>([
    ["of other directions", [aRule()], [aRule({ direction: "egress" })]],
    ["of other families", [aRule()], [aRule({ sourceCidr: "::/0", destinationCidr: "::/0" })]],
    ["of other protocols", [aRule({ protocol: 6 })], [aRule({ protocol: 17 })]],
    ["of other networks", [aRule({ sourceCidr: "10.0.0.0/9" })], [aRule({ sourceCidr: "10.128.0.0/9" })]],
    ["of other ports", [aRule(port(80))], [aRule(port(443))]],
    ["of which one takes nothing", [aRule()], [rejectAll, aRule()]],
  ])("take no packet both: %s", (_what, ours, theirs) => {
    expect(mayOverlap(aFilter("a", ours), aFilter("b", theirs))).toBe(false);
    expect(mayOverlap(aFilter("b", theirs), aFilter("a", ours))).toBe(false);
  });

  it("overlap in Amazon's DNS, and in doubt", () => {
    expect(mayOverlap(aFilter("a", [], ["amazon-dns"]), aFilter("b", [], ["amazon-dns"]))).toBe(true);
    expect(mayOverlap(aFilter("a", [aRule()]), undefined)).toBe(true);
    expect(mayOverlap(undefined, aFilter("a", []))).toBe(true);
  });
});

describe("a session of others below ours", () => {
  const ours = aFilter("tmf-1", [aRule()]);
  const theirs = (rules: readonly FilterRule[]) => aFilter("tmf-theirs", rules);
  const sweep = async (session: Session, filters: readonly MirrorFilter[], over: Account = {}) => {
    const sessions = [session, aSession({ number: 5 })];
    const app = anApp({ observation: { sources: [aSource()], sessions, filters }, ...over });
    const summary = await runSweep(app, requestOf({ explain: true }), 900_000);
    return { app, summary };
  };
  const stranger = aForeignSession({ number: 2 });
  const outranked = { selected: 1, mirrored: 0, uncovered: { outranked: 1 } };
  // A number of its own, so that nothing has to move.
  const policy = aPolicy({ sources: { vpcs: [{ name: "all", vpc_id: "vpc-1", session_number: 5 }] } });

  it("takes its packets where the filters overlap: named, counted, and nothing is changed for it", async () => {
    const { app, summary } = await sweep(stranger, [ours, theirs([aRule({ protocol: 6 })])], { policy });
    const by = { sessionId: "tms-foreign", number: 2 };
    expect(summary).toMatchObject({
      ...outranked,
      not_mirrored: [{ interface: "eni-1", reason: "outranked", by }],
    });
    expect(app.writer.calls).toEqual([]);
    expect(app.metric("SourcesOutranked")).toEqual([1]);
    expect(app.logs).toContainEqual({
      level: "error",
      message: '"other sessions take packets first"',
      fields: { number: 1, sources: [{ interfaceId: "eni-1", by }] },
    });
  });

  it("of another controller of this product is named by it", async () => {
    const description = describeSession("another", "eni-1", "all");
    const { summary } = await sweep(aForeignSession({ number: 2, description }), [ours, theirs([aRule()])], {
      policy,
    });
    expect(summary).toMatchObject({ ...outranked, not_mirrored: [{ by: { controller: "another" } }] });
  });

  it("counts also where its filter was not read, or is ours", async () => {
    expect((await sweep(stranger, [ours], { policy })).summary).toMatchObject(outranked);
    const same = aForeignSession({ number: 2, filterId: "tmf-1" });
    expect((await sweep(same, [ours], { policy })).summary).toMatchObject(outranked);
  });

  it.each<[string, Session, readonly FilterRule[], Account]>([
    ["has another filter", stranger, [aRule({ direction: "egress" })], { policy }],
    ["stands above ours", aForeignSession({ number: 6 }), [aRule()], { policy }],
    ["is welcome", stranger, [aRule()], { policy: aPolicy({ ...{ options: { accept_sharing: true } } }) }],
    [
      "is ours and has lost our tag",
      aSession({ id: "tms-lost", number: 2, tags: {} }),
      [aRule()],
      { policy },
    ],
  ])("takes nothing of ours that we would miss when it %s", async (_when, session, rules, over) => {
    const { app, summary } = await sweep(session, [ours, theirs(rules)], over);
    expect(summary).toMatchObject({ selected: 1, mirrored: 1, uncovered: {} });
    expect(app.metric("SourcesOutranked")).toEqual([0]);
  });

  it("is found where ours is only being made", async () => {
    const observation = {
      sources: [aSource({ id: "eni-new" })],
      sessions: [aForeignSession({ interfaceId: "eni-new", number: 1 })],
      filters: [],
    };
    const app = anApp({ observation });
    expect(await runSweep(app, requestOf({}), 900_000)).toMatchObject({ created: 1, ...outranked });
  });
});

describe("a session of ours that stands above others", () => {
  const strangers = [aForeignSession({ id: "tms-f", number: 3 })];
  const decide = (rule: object, foreign = strangers, number = 5) => {
    const policy = aPolicy({ sources: { vpcs: [{ name: "all", vpc_id: "vpc-1", ...rule }] } });
    const sessions = [...foreign, aSession({ number })];
    return planSource(aContext({ policy }), aSource(), sessions).decisions;
  };
  const stays = [{ kind: "leave", covered: "mirrored" }];
  const moves = (number: number) => [{ kind: "modify", changes: { number } }];

  it("is not moved below somebody else's", () => {
    expect(decide({})).toMatchObject(stays);
  });

  it("is moved where the rule says so, once: below the lowest free number there is nothing", () => {
    expect(decide({ outrank: true })).toMatchObject(moves(1));
    expect(decide({ outrank: true }, strangers, 1)).toMatchObject(stays);
    const first = [aForeignSession({ id: "tms-f", number: 1 })];
    expect(decide({ outrank: true }, first, 2)).toMatchObject(stays);
  });

  it("is never moved below another controller's of this product, by description or tag", () => {
    const description = describeSession("another", "eni-1", "all");
    const described = [...strangers, aForeignSession({ id: "tms-other", number: 4, description })];
    const tagged = [aForeignSession({ number: 4, tags: { "traffic-mirror:controller": "another" } })];
    expect(decide({ outrank: true }, described)).toMatchObject(stays);
    expect(decide({ outrank: true }, tagged)).toMatchObject(stays);
  });

  it("goes to the number that is set, whoever is there", () => {
    expect(decide({ session_number: 2 })).toMatchObject(moves(2));
  });

  it("is moved down past nobody, as ever", () => {
    expect(decide({}, [])).toMatchObject(moves(1));
    expect(decide({}, [aForeignSession({ number: 9 })])).toMatchObject(moves(1));
    expect(decide({}, [aForeignSession({ number: 1 })])).toMatchObject(moves(2));
  });
});
