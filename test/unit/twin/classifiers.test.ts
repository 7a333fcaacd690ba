import { classifiersOf, expressionOf } from "../../../twin/mirror/classifiers.js";
import type { FilterRule, MirrorSession } from "../../../twin/mirror/model.js";

const rule = (changes: Partial<FilterRule>): FilterRule => ({
  direction: "ingress",
  number: 100,
  action: "accept",
  source: "0.0.0.0/0",
  destination: "0.0.0.0/0",
  ...changes,
});

const session = (...rules: FilterRule[]): MirrorSession => ({
  id: "tms-1",
  vni: 100,
  endpoint: "10.65.0.250",
  rules,
});

test("rules are asked by their numbers, each direction on its own, whatever their order in the filter", () => {
  const classifiers = classifiersOf(
    session(
      rule({ number: 200 }),
      rule({ number: 10, action: "reject", protocol: 6, destinationPorts: { from: 22, to: 22 } }),
      rule({ number: 9, direction: "egress" }),
    ),
  );
  const told = classifiers
    .filter(({ preference }) => preference >= 100)
    .map(({ direction, preference, copy }) => [direction, preference, copy]);
  expect(told).toEqual([
    ["ingress", 110, false],
    ["ingress", 300, true],
    ["egress", 109, true],
  ]);
});

test("what is never mirrored comes before every rule, in both directions, the copies themselves with it", () => {
  const first = classifiersOf(session(rule({ number: 1 }))).filter(({ preference }) => preference < 100);
  expect(first.map(({ direction, copy }) => [direction, copy])).toEqual([
    ["ingress", false],
    ["egress", false],
  ]);
  expect(first[0]?.expression).toContain("udp dst port 4789 and dst host 10.65.0.250");
});

test.each<[Partial<FilterRule>, string]>([
  [{}, "ip"],
  [{ source: "::/0", destination: "::/0" }, "ip6"],
  [{ protocol: 17 }, "ip and ip proto 17"],
  [
    {
      protocol: 6,
      source: "10.0.0.0/8",
      destination: "10.65.0.0/16",
      sourcePorts: { from: 1024, to: 65535 },
      destinationPorts: { from: 443, to: 443 },
    },
    "ip and ip proto 6 and src net 10.0.0.0/8 and dst net 10.65.0.0/16 and src portrange 1024-65535 and dst portrange 443-443",
  ],
])("the rule %j is %s", (changes, expression) => {
  expect(expressionOf(rule(changes))).toBe(expression);
});

test("ports without TCP or UDP, which EC2 does not allow, are no rule", () => {
  expect(() => expressionOf(rule({ sourcePorts: { from: 1, to: 2 } }))).toThrow("only TCP and UDP have any");
});
