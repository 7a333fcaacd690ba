import { FACTS } from "../../../qualify/facts.js";
import { limits, page, withLimits, BEGIN, END } from "../../../qualify/page.js";
import {
  fileName,
  findingOf,
  newest,
  parseRecord,
  type QualificationRecord,
} from "../../../qualify/record.js";

const record = (change: Partial<QualificationRecord> = {}): QualificationRecord => ({
  date: "2026-12-01",
  region: "eu-west-1",
  cloud: "aws",
  version: "v0.1.0",
  run: "q-abc",
  estimate: 1.5,
  minutes: 62,
  cases: [
    { name: "launch", result: "passed", detail: "A session | after 2 s.", seconds: 2 },
    { name: "packets", result: "not run", detail: "No packets here.", seconds: 0 },
  ],
  facts: {
    "pending-instance": { status: "seen", value: "refused", detail: "It was refused." },
    "permission-spread": { status: "seen", value: "7", detail: "After 7 s." },
    "trail-delay": { status: "unproven", detail: "There is no trail." },
  },
  left: [],
  ...change,
});

test("a record is read as it was written, and names its file", () => {
  expect(parseRecord("a.json", JSON.stringify(record()))).toEqual(record());
  expect(fileName(record())).toBe("2026-12-01-eu-west-1");
});

test.each([
  ["not JSON", "{", "a.json is not JSON"],
  ["a fact that nobody knows", { facts: { gone: { status: "unknown", detail: "x" } } }, "facts"],
  [
    "a value of what was not seen",
    { facts: { "pending-instance": { status: "unknown", value: "x", detail: "x" } } },
    "has a value",
  ],
  [
    "something seen without a value",
    { facts: { "pending-instance": { status: "seen", detail: "x" } } },
    "has a value",
  ],
  ["a region that is none", { region: "Europe" }, "region"],
])("%s is refused in a sentence", (_, change, said) => {
  const text = typeof change === "string" ? change : JSON.stringify({ ...record(), ...change });
  expect(() => parseRecord("a.json", text)).toThrow(said);
});

test("the newest of AWS counts, and none of the local cloud's", () => {
  const old = record({ date: "2026-11-30" });
  const local = record({ date: "2027-01-01", cloud: "local" });
  expect(newest([record(), old, local])).toEqual(record());
  expect(newest([local])).toBeUndefined();
});

test("without a record every fact is unproven", () => {
  for (const { id } of FACTS) expect(findingOf(undefined, id).status).toBe("unproven");
  const rows = limits(undefined)
    .split("\n")
    .filter((line) => line.includes("| unproven |"));
  expect(rows).toHaveLength(FACTS.length);
});

test("with one, what was seen stands there, and what it does not name is unproven", () => {
  const text = limits(record());
  expect(text).toContain("pending instance be mirrored? | `refused` |");
  expect(text).toContain("new permission counts? | 7 (seconds) |");
  expect(text).toContain("client token of a deleted session? | unproven |");
});

test("the page names the switch to set, and what is left behind", () => {
  const text = page(record({ left: ["i-1"] }));
  expect(text).toContain("`pending-instance`: **`refused`**");
  expect(text).toContain("1 passed, 0 failed, 1 not run.");
  expect(text).toContain("A session \\| after 2 s.");
  expect(text).toContain("- `i-1`");
  const usual = page(
    record({ facts: { "pending-instance": { status: "seen", value: "accepted", detail: "x" } } }),
  );
  expect(usual).toContain("`pending-instance`, as by default");
});

test("a README without the marks is refused", () => {
  expect(() => withLimits("# A", "b")).toThrow("README.md needs the lines");
  expect(withLimits(`a\n${BEGIN}\nold\n${END}\nc`, "new")).toBe(`a\n${BEGIN}\n\nnew\n\n${END}\nc`);
});
