/**
 * A sensor writes the tag of a flow's first packet when the flow ends: hours after the tag was given up. It must not be
 * another client's by then.
 */
import { labelled } from "../../../functions/capture-agent/core/labels.js";
import { decided, nextTags, originOfTag, type Tag } from "../../../functions/capture-agent/core/tags.js";

test("Zeek's line of a connection of two hours names no client that came meanwhile", () => {
  const bank = { bank: { account_id: "111122223333", vnis: {} } };
  const joined = { ...bank, shop: { account_id: "444455556666", vnis: {} } };
  const endpoint = "vpce-0000000000000aaaa";
  const seen = new Map([[endpoint, "111122223333"]]);
  const start = 1_800_000_000_000;
  let tags: readonly Tag[] = [];
  const round = (now: number, register: typeof bank, endpoints: ReadonlyMap<string, string>): void => {
    // The spool holds the log that is open now, nothing older: identity-loop.ts, oldestFrame().
    const input = {
      register,
      endpoints,
      unmapped: [endpoint],
      now,
      oldestFrame: now - 300_000,
      inForce: true,
    };
    ({ tags } = nextTags(tags, input));
  };
  // The bank's new endpoint sends before it is in the map, and gets a tag of its own: a long connection begins.
  round(start, bank, new Map());
  const tag = tags.find(({ identity }) => "endpoint" in identity)?.tag ?? 0;
  // A minute later it is in the map. The connection goes on; Zeek tells flows apart without their tag.
  for (let after = 60; after <= 900; after += 10) round(start + after * 1000, bank, seen);
  round(start + 3600_000, joined as typeof bank, seen);
  // It ends after two hours.
  const owner = (of: number) => decided(originOfTag(of, { register: joined, endpoints: seen, tags }, true));
  expect(labelled(`{"uid":"C1","vlan":${tag}}`, owner)).not.toContain('"client":"shop"');
});
