/** What AWS publishes of its events, through the rules as AWS's engine reads them, and through the parsers. */
import { describe, expect, test } from "@jest/globals";
import { parseEvent } from "../../../functions/core/events/registry.js";
import { ACCOUNT_REGION } from "../../support/events.js";
import { isMatch, readEngine, type Recorded } from "../event-patterns/corpus.js";
import { moved, samples, type Sample } from "./samples.js";

const all = Object.entries(samples);
const recorded = readEngine().sections["published"] as Recorded;

/** The patterns of the modules that let the event through. */
const letThrough = (event: string): readonly string[] => {
  const index = recorded.events.indexOf(event);
  // Run `make record-event-patterns` after a change of the samples.
  if (index < 0) throw new Error("AWS's engine was not asked about this event");
  return recorded.patterns.filter((_, each) => isMatch(recorded.verdicts[each] ?? "", index));
};

const madeOf = (sample: Sample): Sample["expected"] => {
  const parsed = parseEvent(moved(sample), ACCOUNT_REGION);
  if (!parsed.ok) return { reason: parsed.reason };
  const { look, followUps, odd } = parsed.event;
  expect(odd).toBe(0);
  return {
    ...(look.instanceIds.length > 0 && { instances: look.instanceIds }),
    ...(look.interfaceIds.length > 0 && { interfaces: look.interfaceIds }),
    ...(followUps.length > 0 && { followUps: followUps.map(({ kind }) => kind) }),
  };
};

test("each says where it was read, and when", () => {
  expect(all.length).toBeGreaterThan(30);
  for (const [, { source, read_on: date }] of all) {
    expect(source).toMatch(/^(https:\/\/docs\.aws\.amazon\.com|github\.com)\//);
    expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
  }
});

describe("the parsers make of it what it says", () => {
  test.each(all)("%s", (_, sample) => {
    expect(madeOf(sample)).toEqual(sample.expected);
  });
});

describe("a rule lets it through where there is something to do, and nothing that is not understood", () => {
  test.each(all)("%s", (_, sample) => {
    const through = letThrough(moved(sample)).length > 0;
    const { reason, ...todo } = sample.expected;
    if (Object.keys(todo).length > 0) expect(through).toBe(sample.passed_over !== true);
    if (reason !== undefined) expect(through).toBe(false);
  });
});
