import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Journal } from "../../../qualify/journal.js";

const BEGIN = {
  run: "qualify-abc",
  account: "111111111111",
  region: "eu-west-1",
  at: "2026-12-01T00:00:00.000Z",
};
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  path = join(folder, "deep", "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the next process knows what this one has made, the newest first, and what is gone", () => {
  const journal = new Journal(path);
  expect(journal.open).toBeUndefined();
  journal.begin(BEGIN);
  journal.made("target", "tmt-1");
  journal.made("session", "tms-1");
  journal.made("session", "tms-2");
  journal.gone("session", "tms-1");
  const next = new Journal(path);
  expect(next.open).toMatchObject(BEGIN);
  expect(next.remaining()).toEqual([
    { kind: "session", id: "tms-2" },
    { kind: "target", id: "tmt-1" },
  ]);
  next.end();
  expect(new Journal(path).open).toBeUndefined();
});

test("what was made again after it was gone is there", () => {
  const journal = new Journal(path);
  journal.begin(BEGIN);
  for (const _ of [1, 2]) {
    journal.made("role", "r");
    journal.gone("role", "r");
  }
  journal.made("role", "r");
  expect(new Journal(path).remaining()).toEqual([{ kind: "role", id: "r" }]);
});

test("a line that a kill cut off is dropped, and the journal goes on in a line of its own", () => {
  const journal = new Journal(path);
  journal.begin(BEGIN);
  journal.made("filter", "tmf-1");
  appendFileSync(path, '{"do":"made","kind":"ses');
  const next = new Journal(path);
  expect(next.remaining()).toEqual([{ kind: "filter", id: "tmf-1" }]);
  next.gone("filter", "tmf-1");
  expect(new Journal(path).remaining()).toEqual([]);
  expect(
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  ).toHaveLength(3);
});

test("anything else in it stops everything, since it says what may be deleted", () => {
  new Journal(path).begin(BEGIN);
  appendFileSync(path, '{"do":"made","kind":"vpc","id":"vpc-1"}\n');
  expect(() => new Journal(path)).toThrow("line 2 is no entry of a journal");
});

test("a new run begins a new journal", () => {
  const journal = new Journal(path);
  journal.begin(BEGIN);
  journal.made("filter", "tmf-1");
  journal.end();
  journal.begin({ ...BEGIN, run: "qualify-def" });
  expect(new Journal(path).open?.run).toBe("qualify-def");
  expect(new Journal(path).remaining()).toEqual([]);
});
