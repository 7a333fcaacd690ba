/**
 * A sensor writes the tag of a flow's first packet when the flow ends: hours after the tag was given up. It must not be
 * another client's by then, and who makes endpoints without end must not use up the tags of the others.
 */
import { labelled } from "../../../functions/capture-agent/core/labels.js";
import { nextTags, originOfTag, type Tag } from "../../../functions/capture-agent/core/tags.js";

const DAY = 24 * 3600_000;
const START = 1_800_000_000_000;
const bank = { bank: { account_id: "111122223333", vnis: {} } };
const shop = { account_id: "444455556666", vnis: {} };
const vpce = (n: number): string => `vpce-0${n.toString(16).padStart(16, "0")}`;

/** A node whose spool holds the log that is open now, nothing older. */
function node(remembered: number) {
  let tags: readonly Tag[] = [];
  return {
    tags: () => tags,
    round(now: number, register: object, more: Partial<Parameters<typeof nextTags>[1]> = {}): number {
      const spool = { now, oldestFrame: now - 300_000, remembered, inForce: true };
      const all = { register: register as typeof bank, endpoints: new Map<string, string>(), unmapped: [] };
      const next = nextTags(tags, { ...all, ...spool, ...more });
      ({ tags } = next);
      return next.without;
    },
    tagOf: (name: string) => tags.find(({ identity }) => Object.values(identity).includes(name))?.tag ?? 0,
  };
}

test("Zeek's line of a connection of two hours names no client that came meanwhile", () => {
  const joined = { ...bank, shop };
  const endpoint = vpce(0xaaaa);
  const seen = new Map([[endpoint, "111122223333"]]);
  const { round, tags, tagOf } = node(DAY);
  // The bank's new endpoint sends before it is in the map, and gets a tag of its own: a long connection begins.
  round(START, bank, { unmapped: [endpoint] });
  const tag = tagOf(endpoint);
  // A minute later it is in the map. The connection goes on; Zeek tells flows apart without their tag.
  for (let after = 60; after <= 900; after += 10) round(START + after * 1000, bank, { endpoints: seen });
  round(START + 3600_000, joined, { endpoints: seen });
  // It ends after two hours.
  const owner = (of: number) => originOfTag(of, { register: joined, endpoints: seen, tags: tags() }, true);
  expect(labelled(`{"uid":"C1","vlan":${tag}}`, owner)).toContain('"client":"bank"');
});

/** An account with so many VNIs of its own from this one on: one tag more than these. */
const many = (account: number, from: number, vnis: number) => ({
  account_id: String(account),
  vnis: Object.fromEntries(Array.from({ length: vnis }, (_, n) => [`v${from + n}`, from + n])),
});

test("tags that nobody had come first, then the one that was not used for longest, and none that is remembered", () => {
  const { round, tagOf } = node(DAY);
  const others = { others: many(1, 1, 4089) };
  const of = (account: string) => ({ [account]: { account_id: account, vnis: {} } });
  // The later one to leave has the lower tag.
  round(START, { ...of("0later"), ...of("0sooner"), ...others });
  const freed = [tagOf("0sooner"), tagOf("0later")];
  expect(freed).toEqual([2, 1]);
  round(START + 1000, { ...of("0later"), ...others });
  round(START + 2000, others);
  expect(round(START + 3000, { ...others, ...of("a"), ...of("b") })).toBe(0);
  expect([tagOf("a"), tagOf("b")]).toEqual([4093, 4094]);
  const four = { ...others, ...of("a"), ...of("b"), ...of("c"), ...of("d") };
  expect(round(START + DAY / 2, four)).toBe(2);
  expect(round(START + 2 * DAY, four)).toBe(0);
  expect([tagOf("c"), tagOf("d")]).toEqual(freed);
});

test("a client that comes back has its tag again", () => {
  const { round, tagOf } = node(DAY);
  round(START, { ...bank, shop });
  const tag = tagOf("444455556666");
  round(START + DAY / 2, bank);
  round(START + 9 * DAY, { ...bank, more: many(0, 1, 3), shop });
  expect(tagOf("444455556666")).toBe(tag);
});

test("an account that makes endpoints without end leaves half of what is free to those who are registered", () => {
  const { round, tags } = node(7 * DAY);
  let without = 0;
  for (let n = 0; n < 40; n++) {
    const unmapped = Array.from({ length: 64 }, (_, of) => vpce(n * 64 + of));
    without += round(START + n * 600_000, bank, { unmapped });
  }
  expect([tags().length, without]).toEqual([1 + 2046, 2560 - 2046]);
  expect(round(START + DAY, { ...bank, more: many(1, 1, 2000) })).toBe(0);
});
