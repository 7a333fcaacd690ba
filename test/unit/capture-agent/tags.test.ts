/** Whose packets are whose: by the endpoint's account, whatever VNI a client sends. */
import fc from "fast-check";
import { createStrayCounts } from "../../../functions/capture-agent/core/strays.js";
import { entriesOf, idDigits } from "../../../functions/capture-agent/core/entries.js";
import { foreignVnis, nextTags, originOf, type Tag } from "../../../functions/capture-agent/core/tags.js";

const BANK = "111122223333";
const SHOP = "444455556666";
const TWINS = "777788889999";
const register = {
  bank: { account_id: BANK, vnis: { main: 101 } },
  shop: { account_id: SHOP, vnis: { main: 101, data: 102 } },
  prod: { account_id: TWINS, vnis: { main: 1 } },
  stage: { account_id: TWINS, vnis: { main: 2 } },
};
const endpoints = new Map([
  ["vpce-00000000000000b01", BANK],
  ["vpce-00000000000000501", SHOP],
  ["vpce-00000000000000701", TWINS],
  ["vpce-00000000000000e01", "999999999999"], // whose client was taken out of the register
]);
const NOW = 1_800_000_000_000;
const given = (before: readonly Tag[], more: Partial<Parameters<typeof nextTags>[1]> = {}) =>
  nextTags(before, {
    register,
    endpoints,
    unmapped: [],
    now: NOW,
    oldestFrame: NOW,
    remembered: 0,
    inForce: true,
    ...more,
  });

/** What the data path does with the entries, and the hub with the file: from endpoint and VNI to a client. */
function filed(endpoint: string, vni: number, tags: readonly Tag[], late = false) {
  const digits = idDigits(endpoint);
  const { entries } = entriesOf(tags, endpoints);
  const tag = (of: number | null) => entries.find(([id, label]) => id === digits && label === of)?.[2];
  const path = `20261129T040000-w0.vlan=${tag(vni) ?? tag(null) ?? 0}.pcap.zst`;
  return originOf(path, { register, endpoints, tags }, late);
}

describe("whose packets a file holds", () => {
  const { tags } = given([]);

  test.each([
    ["a VNI of the account's own", "vpce-00000000000000b01", 101, { client: "bank", vni: "101" }],
    ["the same VNI of another account", "vpce-00000000000000501", 101, { client: "shop", vni: "101" }],
    ["another client's VNI", "vpce-00000000000000b01", 102, { client: "bank", vni: "other" }],
    ["a VNI that nobody has", "vpce-00000000000000501", 9, { client: "shop", vni: "other" }],
    ["one of two entries of an account", "vpce-00000000000000701", 2, { client: "stage", vni: "2" }],
    ["neither of two entries", "vpce-00000000000000701", 9, { client: "unknown", vni: "other" }],
    ["an account that is not registered", "vpce-00000000000000e01", 101, { client: "unknown", vni: "all" }],
    ["an endpoint that nobody knows", "vpce-0fffffffffffffff1", 101, { client: "unknown", vni: "all" }],
  ])("%s", (_, endpoint, vni, origin) => {
    expect(filed(endpoint, vni, tags)).toEqual(origin);
  });

  test("a VNI that a tool has put into the path names no client, as every client can send with it", () => {
    expect(originOf("vni=101/conn.log", { register, endpoints, tags }, false)).toEqual({
      client: "all",
      vni: "101",
    });
  });

  test.each(["trace.pcap.gz", "vlan=x/trace.pcap", "a.vlan=5", "vlan=5-not-a-folder.pcap"])(
    "of %s nothing is known",
    (path) => {
      expect(originOf(path, { register, endpoints, tags }, false)).toEqual({ client: "all", vni: "all" });
    },
  );

  test("a tool's folder counts as a name does", () => {
    const [first] = tags;
    const origin = originOf(`zeek/vlan=${first?.tag ?? 0}/conn.log`, { register, endpoints, tags }, false);
    expect(origin).toEqual({ client: "bank", vni: "other" });
  });
});

describe("an endpoint that is not in the map yet", () => {
  const late = "vpce-0000000000000aaaa";
  const { tags } = given([], { unmapped: [late] });
  const tag = tags.find(({ identity }) => "endpoint" in identity)?.tag ?? 0;
  const path = `x.vlan=${tag}.pcap`;

  test("has its packets kept apart, waits, and is filed when its owner is known", () => {
    expect(originOf(path, { register, endpoints, tags }, false)).toBe("wait");
    const later = new Map([...endpoints, [late, BANK]]);
    const next = nextTags(tags, {
      register,
      endpoints: later,
      unmapped: [late],
      now: NOW + 1,
      oldestFrame: NOW - 9,
      remembered: 0,
      inForce: true,
    });
    const knowledge = { register, endpoints: later, tags: next.tags };
    expect(originOf(path, knowledge, false)).toEqual({ client: "bank", vni: "other", endpoint: late });
    expect(entriesOf(next.tags, later).entries.filter(([digits]) => digits === idDigits(late))).toEqual([
      [idDigits(late), null, expect.any(Number)],
      [idDigits(late), 101, expect.any(Number)],
    ]);
    expect(entriesOf(next.tags, later).entries.map(([, , each]) => each)).not.toContain(tag);
  });

  test("is nobody's when it has waited long enough, and the line says which it was", () => {
    const origin = originOf(path, { register, endpoints, tags }, true);
    expect(origin).toEqual({ client: "unknown", vni: "all", endpoint: late });
  });

  test("takes no tag from who is registered, however many there are", () => {
    const unmapped = Array.from({ length: 5000 }, (_, n) => `vpce-0${n.toString(16).padStart(16, "0")}`);
    const many = {
      a: {
        account_id: BANK,
        vnis: Object.fromEntries(Array.from({ length: 4090 }, (_, n) => [`v${n}`, n + 1])),
      },
    };
    // Three are left, and half of these are theirs.
    const { tags: all, without } = given([], { register: many, unmapped });
    expect(all.filter(({ identity }) => "account" in identity)).toHaveLength(4091);
    expect(all).toHaveLength(4092);
    expect(without).toBe(64 - 1);
  });
});

describe("tags", () => {
  test("of a client that leaves rest until nothing in the spool carries them", () => {
    const { tags } = given([]);
    const bank = tags.filter(({ identity }) => "account" in identity && identity.account === BANK);
    const { bank: gone, ...rest } = register;
    expect(gone).toBeDefined();
    const newcomer = { ...rest, newcomer: { account_id: "000000000001", vnis: {} } };
    const after = given(tags, { register: newcomer });
    const file = `x.vlan=${bank[0]?.tag ?? 0}.pcap`;
    expect(originOf(file, { register: newcomer, endpoints, tags: after.tags }, false)).toEqual({
      client: "unknown",
      vni: "other",
    });
    // Their files are still there an hour later, and then not any more.
    const vnis = Object.fromEntries(Array.from({ length: 4087 }, (_, n) => [`v${n}`, n + 1]));
    const many = { ...newcomer, many: { account_id: "000000000002", vnis } };
    const later = { register: many, now: NOW + 3600_000 };
    const held = given(after.tags, { ...later, oldestFrame: NOW - 1000 });
    expect(held.without).toBe(bank.length + 1);
    expect(given(held.tags, { ...later, oldestFrame: NOW + 1 }).without).toBe(1);
  });

  test("never mean two at once, through any history of clients", () => {
    const account = fc.integer({ min: 1, max: 6 });
    const step = fc.record({
      accounts: fc.uniqueArray(account, { maxLength: 6 }),
      vnis: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
      held: fc.integer({ min: 0, max: 5 }),
      told: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let tags: readonly Tag[] = [];
        let oldestFrame = NOW - 5000;
        /** What the data path tags frames with: the tags of the last time that it could be told. */
        let force: readonly Tag[] = [];
        let inForce = false;
        const born: { tag: number; identity: string; at: number }[] = [];
        steps.forEach(({ accounts, vnis, held, told }, n) => {
          const now = NOW + n * 1000;
          const its = Object.fromEntries(
            accounts.map((id) => [
              `c${id}`,
              { account_id: String(id), vnis: Object.fromEntries(vnis.map((v) => [v, v])) },
            ]),
          );
          // No file gets older than it was.
          oldestFrame = Math.max(oldestFrame, now - held * 1000);
          const input = {
            register: its,
            endpoints: new Map(),
            unmapped: [],
            now,
            oldestFrame,
            remembered: 0,
            inForce,
          };
          for (const { tag, identity } of force) {
            born.push({ tag, identity: JSON.stringify(identity), at: now });
          }
          tags = nextTags(tags, input).tags;
          expect(new Set(tags.map(({ tag }) => tag)).size).toBe(tags.length);
          // What frames that are still in the spool were tagged with, each tag means today what it meant then.
          for (const { tag, identity } of born.filter(({ at }) => at >= oldestFrame)) {
            expect(
              tags.filter((each) => each.tag === tag).map((each) => JSON.stringify(each.identity)),
            ).toEqual([identity]);
          }
          inForce = told;
          if (told) force = tags.filter(({ retiredAt }) => retiredAt === undefined);
        });
      }),
    );
  });
});

describe("a VNI that another account's endpoint sends", () => {
  test("is seen, unless the account has it as well", () => {
    const stray = (endpoint: string, vni: number) => ({ endpoint, vni, packets: 5 });
    expect(
      foreignVnis(
        [
          stray("vpce-00000000000000b01", 102),
          stray("vpce-00000000000000b01", 101),
          stray("vpce-00000000000000b01", 9),
          stray("vpce-0fffffffffffffff1", 102),
        ],
        { register, endpoints },
      ),
    ).toEqual([
      { endpoint: "vpce-00000000000000b01", vni: 102, packets: 5, account: BANK, registeredFor: [SHOP] },
    ]);
  });

  test("is counted as it grows and said once an hour", () => {
    const counts = createStrayCounts();
    const look = (packets: number, at: number) =>
      counts.since([{ endpoint: "vpce-00000000000000b01", vni: 102, packets }], { register, endpoints }, at);
    // The first look after a start says where counting begins, and what is going on.
    expect(look(100, NOW)).toMatchObject({
      foreign: 0,
      unknown: 0,
      news: [{ reason: "vni-of-another-account" }],
    });
    expect(look(107, NOW + 1)).toMatchObject({ foreign: 7, news: [] });
    expect(look(107, NOW + 2)).toMatchObject({ foreign: 0, news: [] });
    // The data path was set up anew.
    expect(look(3, NOW + 3600_001)).toMatchObject({
      foreign: 3,
      news: [{ vni: 102, account: BANK, registered_for: SHOP }],
    });
  });
});
