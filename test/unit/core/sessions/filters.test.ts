import { describe, expect, it } from "@jest/globals";
import type { FilterRule, MirrorFilter } from "../../../../functions/core/model.js";
import { acceptsNothing, silentFilters } from "../../../../functions/core/sessions/filters.js";
import { runSweep } from "../../../../functions/sweep/run.js";
import { requestOf } from "../../../../functions/sweep/request.js";
import { anApp } from "../../../support/app.js";
import { aPolicy, aSession, aSource } from "../../../support/builders.js";

function aRule(over: Partial<FilterRule> = {}): FilterRule {
  const everywhere = { sourceCidr: "0.0.0.0/0", destinationCidr: "0.0.0.0/0" };
  return { direction: "ingress", number: 100, action: "accept", ...everywhere, ...over };
}
function aFilter(rules: readonly FilterRule[], over: Partial<MirrorFilter> = {}): MirrorFilter {
  return { id: "tmf-1", rules, networkServices: [], ...over };
}
const reject = (over: Partial<FilterRule> = {}) => aRule({ number: 1, action: "reject", ...over });
const ipv6 = { sourceCidr: "::/0", destinationCidr: "::/0" };

describe("a filter accepts nothing", () => {
  it.each([
    ["it has no rule", []],
    ["all that it has is rejected", [reject()]],
    ["a rule before the only one rejects the same", [reject(), aRule()]],
    ["a rule before it rejects more", [reject(), aRule({ sourceCidr: "10.0.0.0/8", protocol: 6 })]],
    [
      "a rule before it rejects more ports",
      [
        reject({ protocol: 6, destinationPorts: { from: 0, to: 65_535 } }),
        aRule({ protocol: 6, destinationPorts: { from: 443, to: 443 } }),
      ],
    ],
  ])("when %s", (_when, rules) => {
    expect(acceptsNothing(aFilter(rules), true)).toBe(true);
  });

  it.each([
    ["a rule of the other direction is left", [reject(), aRule({ direction: "egress" })]],
    ["a rule of the other family is left", [reject(), aRule(ipv6)]],
    ["the rule that rejects comes later", [reject({ number: 200 }), aRule()]],
    ["it rejects one protocol of all", [reject({ protocol: 6 }), aRule()]],
    ["it rejects one network of all", [reject({ sourceCidr: "10.0.0.0/8" }), aRule()]],
    [
      "it rejects some of the ports",
      [
        reject({ protocol: 6, sourcePorts: { from: 1, to: 1023 } }),
        aRule({ protocol: 6, sourcePorts: { from: 1000, to: 2000 } }),
      ],
    ],
    ["it rejects ports of a rule for all", [reject({ sourcePorts: { from: 1, to: 9 } }), aRule()]],
  ])("but not when %s", (_when, rules) => {
    expect(acceptsNothing(aFilter(rules), true)).toBe(false);
  });

  it("but Amazon's DNS, which is enough where a rule of sources names the filter", () => {
    const dns = aFilter([], { networkServices: ["amazon-dns"] });
    expect([acceptsNothing(dns, true), acceptsNothing(dns, false)]).toEqual([false, true]);
  });
});

describe("a filter that accepts nothing", () => {
  it("is named when two sweeps in a row saw it, and no more when it has its rules again", () => {
    const watch = silentFilters();
    const seen = (...filters: MirrorFilter[]) => [...watch.seen(filters, aPolicy())];
    expect(seen(aFilter([]))).toEqual([]);
    expect(seen(aFilter([]))).toEqual(["tmf-1"]);
    expect(seen(aFilter([aRule()]))).toEqual([]);
    expect(seen(aFilter([]))).toEqual([]);
    expect(seen()).toEqual([]);
    expect(seen(aFilter([]))).toEqual([]);
  });

  it("makes its sources uncovered and changes no session, until they are on another", async () => {
    const others = [aFilter([aRule()], { id: "tmf-2" }), aFilter([], { id: "tmf-unused" })];
    const account = (rules: readonly FilterRule[]) =>
      anApp({
        observation: {
          sources: [aSource()],
          sessions: [aSession()],
          filters: [aFilter(rules, { networkServices: ["amazon-dns"] }), ...others],
        },
      });
    await runSweep(account([]), requestOf({}), 900_000);
    const silenced = account([]);
    expect(await runSweep(silenced, requestOf({}), 900_000)).toMatchObject({
      selected: 1,
      mirrored: 0,
      uncovered: { "filter-accepts-nothing": 1 },
    });
    expect(silenced.writer.calls).toEqual([]);
    expect([silenced.metric("FiltersSilent"), silenced.metric("FiltersUnread")]).toEqual([[1], [0]]);
    expect(silenced.logs).toContainEqual({
      level: "error",
      message: '"filters accept nothing"',
      fields: { filters: ["tmf-1"] },
    });
    const healed = account([aRule()]);
    expect(await runSweep(healed, requestOf({}), 900_000)).toMatchObject({ mirrored: 1, uncovered: {} });
    expect(healed.metric("FiltersSilent")).toEqual([0]);
  });
});
