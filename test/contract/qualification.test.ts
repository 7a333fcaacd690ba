import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.js";
import { SWITCHES } from "../../local-cloud/switches.js";
import { readme, records } from "../../qualify/docs.js";
import { FACTS } from "../../qualify/facts.js";
import type { Fact } from "../../qualify/model.js";

const facts: readonly Fact[] = FACTS;
const text = readFileSync(join(root, "README.md"), "utf8");

test("every switch of the local cloud is asked for, by one fact", () => {
  const asked = facts.flatMap((fact) => fact.switch ?? []);
  expect(asked.sort()).toEqual(SWITCHES.map(({ name }) => name).sort());
});

test("a fact without a switch says what its answer looks like, and each has a name of its own", () => {
  expect(facts.filter((fact) => (fact.switch === undefined) === (fact.unit === undefined))).toEqual([]);
  expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
});

test("README's Limits are those of the newest record", async () => {
  expect(await readme(text, records())).toBe(text);
});

test("another record would change them", async () => {
  const changed = await readme(text, [
    {
      date: "2999-01-31",
      region: "eu-west-1",
      cloud: "aws",
      version: "v1",
      run: "q-1",
      estimate: 1,
      minutes: 60,
      cases: [],
      facts: { "pending-instance": { status: "seen", value: "refused", detail: "It was refused." } },
      left: [],
    },
  ]);
  expect(changed).toContain("docs/qualification/2999-01-31-eu-west-1.md");
  expect(changed).toMatch(/pending instance be mirrored\? +\| `refused`/);
});
