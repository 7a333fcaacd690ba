/** The local cloud reads event patterns as AWS's own engine does; engine.json is what that said. */
import { describe, expect, test } from "@jest/globals";
import { differences, fixedCases, readEngine } from "./corpus.js";

const { engine, sections } = readEngine();
const recorded = Object.entries(sections);

test("the verdicts are of the engine that pom.xml names, on the patterns of today", () => {
  expect(engine).toMatch(/^software\.amazon\.event\.ruler:event-ruler:\d/);
  for (const [name, { patterns, events }] of Object.entries(fixedCases())) {
    // Run `make record-event-patterns` after a change of the cases.
    expect({ name, patterns: sections[name]?.patterns, events: sections[name]?.events }).toEqual({
      name,
      patterns,
      events,
    });
  }
});

describe("the local cloud agrees with the engine", () => {
  test.each(recorded)("on every pattern: %s", (_, section) => {
    expect(differences(section)).toEqual([]);
  });

  test("and the verdicts are worth it: refusals, matches and misses are there by the hundred", () => {
    const verdicts = recorded.flatMap(([, section]) => section.verdicts);
    expect(verdicts.filter((verdict) => !verdict.startsWith("=")).length).toBeGreaterThan(100);
    expect(verdicts.filter((verdict) => /^=.*[1-9a-f]/.test(verdict)).length).toBeGreaterThan(200);
  });
});

test.each([
  ["a pattern that is accepted and should not be", '{"a":["x"]}', "Empty arrays are not allowed"],
  ["a pattern that is refused and should not be", '{"a":[]}', "=8"],
  ["a match that should be none", '{"a":["x"]}', "=0"],
  ["a match that is missing", '{"a":["y"]}', "=8"],
])("%s is found", (_, pattern, verdict) => {
  const planted = { patterns: [pattern], events: ['{"a":"x"}'], verdicts: [verdict] };
  expect(differences(planted)).toHaveLength(1);
});
