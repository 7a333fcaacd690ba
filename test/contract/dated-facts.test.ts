import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { parseFacts, stale, unaccounted, unsaid, type DatedFact } from "./dated-facts.js";
import { trackedText } from "./text.js";

const facts = parseFacts(readFileSync(join(root, "docs", "dated-facts.json"), "utf8"));
const files = trackedText(root);

test("no fact was read more than a year ago", () => {
  expect(stale(facts, Date.now())).toEqual([]);
});

test("every file says what the facts say", () => {
  expect(unsaid(facts, files)).toEqual([]);
});

test("every amount of money in a document is of a fact", () => {
  expect(unaccounted(facts, files)).toEqual([]);
});

describe("a planted mistake is found", () => {
  const planted: DatedFact = {
    fact: "a session, an hour",
    source: "price list",
    checked: "2026-01-31",
    says: { "a.md": ["0.015 $ an hour"] },
    amounts: ["0.015"],
    sums: [],
    prices: {},
  };
  const file = (text: string) => [{ path: "a.md", text }];

  test.each([
    ["after a year", "2027-02-01", 1],
    ["within it", "2027-01-31", 0],
    ["before it was read", "2026-01-30", 1],
  ])("%s", (_, now, count) => {
    expect(stale([planted], Date.parse(now))).toHaveLength(count);
  });

  test("another price in a document", () => {
    const changed = file("It costs 0.02 $ an hour.");
    expect(unsaid([planted], changed)).toEqual(['a.md does not say "0.015 $ an hour" (a session, an hour)']);
    expect(unaccounted([planted], changed)).toEqual(["a.md: 0.02 $ is of no fact in docs/dated-facts.json"]);
  });

  test("a file that is gone", () => {
    expect(unsaid([planted], [])).toHaveLength(1);
  });

  test("none where all is said", () => {
    const said = file("It costs 0.015 $ an hour.");
    expect([...unsaid([planted], said), ...unaccounted([planted], said)]).toEqual([]);
  });
});
