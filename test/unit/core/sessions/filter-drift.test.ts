import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createSweepStateParameter } from "../../../../functions/aws/sessions/sweep-state-parameter.js";
import type { FilterRule, MirrorFilter } from "../../../../functions/core/model.js";
import {
  APPLY_LASTS_MS,
  differingFilters,
  filterDrift,
  type DifferingFilters,
} from "../../../../functions/core/sessions/filter-drift.js";
import { emptySweepState } from "../../../../functions/core/sessions/sweep-state.js";
import { requestOf } from "../../../../functions/sweep/request.js";
import { runSweep } from "../../../../functions/sweep/run.js";
import { anApp, type Account } from "../../../support/app.js";
import { aPolicy, aSession, aSource } from "../../../support/builders.js";
import { aClock, aSweepState, NOON } from "../../../support/fakes.js";

const everywhere = { source_cidr_block: "0.0.0.0/0", destination_cidr_block: "0.0.0.0/0" };
const all = { rule_number: 100, ...everywhere };
const https = {
  ...all,
  rule_number: 90,
  protocol: 6,
  destination_port_range: { from_port: 443, to_port: 443 },
};
/** What Terraform says that it made of `tmf-1`. */
const declared = (over: object = {}) =>
  aPolicy({
    filters: [
      {
        filter_ids: ["tmf-1"],
        ingress: [all, https],
        egress: [all],
        network_services: ["amazon-dns"],
        ...over,
      },
    ],
  });

function aRule(over: Partial<FilterRule> = {}): FilterRule {
  const anywhere = { sourceCidr: "0.0.0.0/0", destinationCidr: "0.0.0.0/0" };
  return { direction: "ingress", number: 100, action: "accept", ...anywhere, ...over };
}
const ports = (port: number) => ({ protocol: 6, destinationPorts: { from: port, to: port } });
const untouched: readonly FilterRule[] = [
  aRule({ number: 90, ...ports(443) }),
  aRule(),
  aRule({ direction: "egress" }),
];
const aFilter = (rules = untouched, networkServices = ["amazon-dns"]): MirrorFilter => ({
  id: "tmf-1",
  rules,
  networkServices,
});

describe("a filter differs from what Terraform declared", () => {
  it.each<[string, MirrorFilter]>([
    ["when a rule is gone", aFilter(untouched.slice(1))],
    ["when all rules are gone", aFilter([])],
    [
      "when a rule rejects before the others",
      aFilter([aRule({ number: 1, action: "reject" }), ...untouched]),
    ],
    [
      "when a rule has become another",
      aFilter([...untouched.slice(0, 2), aRule({ direction: "egress", protocol: 6 })]),
    ],
    ["when a port is another", aFilter([aRule({ number: 90, ...ports(80) }), ...untouched.slice(1)])],
    ["when it mirrors Amazon's DNS no more", aFilter(untouched, [])],
  ])("%s", (_when, filter) => {
    expect(differingFilters(declared(), [filter])).toMatchObject([{ id: "tmf-1" }]);
  });

  it.each<[string, ReturnType<typeof aPolicy>, readonly MirrorFilter[]]>([
    ["in another order", declared(), [aFilter([...untouched].reverse())]],
    [
      "with a CIDR block in another spelling",
      declared({
        ingress: [{ ...all, source_cidr_block: "::/0", destination_cidr_block: "::/0" }],
        egress: [],
      }),
      [aFilter([aRule({ sourceCidr: "0:0::/0", destinationCidr: "::0/0" })])],
    ],
    [
      "with every port said",
      declared({ ingress: [], egress: [{ ...all, protocol: 6 }] }),
      [aFilter([aRule({ direction: "egress", protocol: 6, sourcePorts: { from: 0, to: 65_535 } })])],
    ],
    ["that was not read", declared(), []],
    ["that nobody declared", aPolicy(), [aFilter([])]],
  ])("not one %s", (_what, policy, found) => {
    expect(differingFilters(policy, found)).toEqual([]);
  });

  it("and says how, for people", () => {
    const found = [aFilter([aRule({ number: 1, action: "reject" }), ...untouched.slice(1)], [])];
    const before = { "tmf-1": NOON - APPLY_LASTS_MS };
    const drift = filterDrift({ policy: declared(), found, before, writtenAt: 0, now: NOON });
    expect(drift.changed).toEqual([
      {
        id: "tmf-1",
        missing: ["ingress 90: accept protocol 6 from 0.0.0.0/0 to 0.0.0.0/0 ports 443-443", "amazon-dns"],
        added: ["ingress 1: reject all protocols from 0.0.0.0/0 to 0.0.0.0/0"],
      },
    ]);
  });
});

describe("a difference counts", () => {
  const long = { "tmf-1": NOON - APPLY_LASTS_MS };
  const judged = (over: {
    readonly before?: DifferingFilters | null;
    readonly writtenAt?: number | undefined;
    readonly found?: readonly MirrorFilter[] | undefined;
  }) => {
    const sight = {
      policy: declared(),
      found: [aFilter([])],
      before: long,
      writtenAt: 0,
      now: NOON,
      ...over,
    };
    const { changed, differing } = filterDrift(sight);
    return { changed: changed.map(({ id }) => id), differing };
  };

  it("when it has outlasted an apply, and the newest policy has as well", () => {
    expect(judged({})).toEqual({ changed: ["tmf-1"], differing: long });
    expect(judged({ writtenAt: NOON - APPLY_LASTS_MS })).toMatchObject({ changed: ["tmf-1"] });
  });

  it.each([
    ["it is new", { before: {} }, { "tmf-1": NOON }],
    [
      "it is younger than an apply may be",
      { before: { "tmf-1": NOON - APPLY_LASTS_MS + 1 } },
      { "tmf-1": NOON - APPLY_LASTS_MS + 1 },
    ],
    ["the policy was written lately", { writtenAt: NOON - APPLY_LASTS_MS + 1 }, { "tmf-1": NOON }],
    // It may have been put right and differ anew, by an apply that is under way.
    [
      "it was seen before the newest policy alone",
      { before: { "tmf-1": NOON - 3 * APPLY_LASTS_MS }, writtenAt: NOON - 2 * APPLY_LASTS_MS },
      { "tmf-1": NOON },
    ],
    ["the newest policy is not in force", { writtenAt: undefined }, long],
    ["the record was lost", { before: null }, { "tmf-1": NOON }],
    ["the filters were not read", { found: undefined }, long],
    ["the filter was not in the answer", { found: [] }, long],
    ["it is over", { found: [aFilter()] }, {}],
  ])("not when %s", (_when, over, differing) => {
    expect(judged(over)).toEqual({ changed: [], differing });
  });
});

describe("a sweep over a filter that somebody has changed", () => {
  const clock = aClock();
  const sweepState = aSweepState();
  const sweeps = (rules: readonly FilterRule[], over: Account = {}) =>
    anApp({
      clock,
      sweepState,
      policy: declared(),
      policyWrittenAt: NOON - 86_400_000,
      observation: { sources: [aSource()], sessions: [aSession()], filters: [aFilter(rules)] },
      ...over,
    });
  const rejecting = [aRule({ number: 1, action: "reject", protocol: 6 }), ...untouched];

  it("calls its sources mirrored while an apply may be under way, then names filter and difference", async () => {
    const before = { mirrored: 1, uncovered: {} };
    expect(await runSweep(sweeps(untouched), requestOf({}), 900_000)).toMatchObject(before);
    expect(await runSweep(sweeps(rejecting), requestOf({}), 900_000)).toMatchObject(before);
    clock.advance(APPLY_LASTS_MS - 1);
    expect(await runSweep(sweeps(rejecting), requestOf({}), 900_000)).toMatchObject(before);
    clock.advance(1);
    const changed = sweeps(rejecting);
    expect(await runSweep(changed, requestOf({}), 900_000)).toMatchObject({
      mirrored: 0,
      uncovered: { "filter-changed": 1 },
    });
    expect(changed.writer.calls).toEqual([]);
    expect(changed.metric("FiltersChanged")).toEqual([1]);
    expect(changed.logs).toContainEqual({
      level: "error",
      message: '"filters are not what Terraform declared"',
      fields: {
        filters: [
          { id: "tmf-1", missing: [], added: ["ingress 1: reject protocol 6 from 0.0.0.0/0 to 0.0.0.0/0"] },
        ],
      },
    });
  });

  it("accuses nobody when the record is lost, and begins anew", async () => {
    const lost = aSweepState();
    lost.state = null;
    const summary = await runSweep(sweeps(rejecting, { sweepState: lost }), requestOf({}), 900_000);
    expect(summary).toMatchObject({ mirrored: 1 });
  });

  it("is content again after an apply", async () => {
    const healed = sweeps(untouched);
    expect(await runSweep(healed, requestOf({}), 900_000)).toMatchObject({ mirrored: 1, uncovered: {} });
    expect(healed.metric("FiltersChanged")).toEqual([0]);
    expect(sweepState.state?.differingFilters).toEqual({});
  });
});

describe("more filters that differ than the record has room for", () => {
  const ids = Array.from({ length: 300 }, (_, n) => `tmf-${(0x10000000000000000n + BigInt(n)).toString(16)}`);
  const policy = declared({ filter_ids: ids });
  const found = ids.map((id) => ({ ...aFilter([]), id }));
  const writtenAt = NOON - 60_000;
  const first = filterDrift({ policy, found, before: {}, writtenAt, now: NOON });

  it("leave it small enough to be written", async () => {
    const ssm = mockClient(SSMClient);
    ssm.on(PutParameterCommand).resolves({ Version: 2 });
    const store = createSweepStateParameter(new SSMClient({ region: "eu-west-1" }), "/mirror/sweep-state");
    await store.write({ ...emptySweepState, differingFilters: first.differing }, 1);
    const { Value = "" } = ssm.commandCalls(PutParameterCommand)[0]?.args[0].input ?? {};
    expect(Value.length).toBeLessThan(2_000);
  });

  it("count all the same once the difference has lasted, and not before", () => {
    const next = (now: number) =>
      filterDrift({ policy, found, before: first.differing, writtenAt, now }).changed.length;
    expect(first.changed).toEqual([]);
    expect(next(NOON + APPLY_LASTS_MS - 1)).toBe(0);
    expect(next(NOON + APPLY_LASTS_MS)).toBe(300);
  });
});
