import { limits } from "../../../../functions/core/arrival/limits.js";
import {
  formatSources,
  parseNodeSnapshot,
  parseSources,
  type Listed,
} from "../../../../functions/core/arrival/snapshot.js";

const header = {
  version: 1,
  node: "i-0123456789abcdef0",
  boot: "8b0f5d3e-6c0e-4c61-9a3d-0f6f2a8c9b11",
  interval: 60,
  rows: 2,
  overflow: false,
};
const rows = [
  ["0a11223344556677", 101, "10.0.1.7", 12, 3400, 5],
  ["vpce-00a11223344556677", 102, "2001:db8::7", 1, 80, 3600],
];
const file = (...lines: unknown[]) => lines.map((line) => JSON.stringify(line)).join("\n");

test("a node's snapshot names the endpoint by its id, whichever way it was written", () => {
  expect(parseNodeSnapshot(`${file(header, ...rows)}\n`)).toEqual({
    node: header.node,
    boot: header.boot,
    intervalMs: 60_000,
    overflow: false,
    bad: 0,
    rows: [
      {
        endpoint: "vpce-00a11223344556677",
        vni: 101,
        address: "10.0.1.7",
        packets: 12,
        bytes: 3400,
        ageMs: 5_000,
      },
      {
        endpoint: "vpce-00a11223344556677",
        vni: 102,
        address: "2001:db8::7",
        packets: 1,
        bytes: 80,
        ageMs: 3_600_000,
      },
    ],
  });
});

test.each([
  ["another version", { version: 2 }],
  ["no instance", { node: "../../verdicts" }],
  ["an interval of nothing", { interval: 0 }],
  ["more rows than a map has places", { rows: limits.nodeRows + 1 }],
])("a file with %s is none", (_, change) => {
  expect(parseNodeSnapshot(file({ ...header, ...change }))).toBeUndefined();
});
test.each(["", "{", "[]", "null", "\u0000"])("no file: %j", (content) => {
  expect(parseNodeSnapshot(content)).toBeUndefined();
  expect(parseSources(content)).toBeUndefined();
});

test.each([
  ["no JSON", "{"],
  ["a row too short", file(["0a11223344556677", 101])],
  ["a VNI of 25 bits", file(["0a11223344556677", 2 ** 24, "10.0.1.7", 1, 1, 1])],
  ["an endpoint of words", file(["vpce-mine", 1, "10.0.1.7", 1, 1, 1])],
  ["negative counters", file(["0a11223344556677", 1, "10.0.1.7", -1, 1, 1])],
  ["a time to come", file(["0a11223344556677", 1, "10.0.1.7", 1, 1, -30])],
  ["a number that is none", file(["0a11223344556677", 1, "10.0.1.7", 1e300, 1, 1])],
  ["a line without end", `["${"a".repeat(5000)}"]`],
])("a line with %s is told by number, and the others are read", (_, line) => {
  const parsed = parseNodeSnapshot(`${file(header, rows[0])}\n${line}`);
  expect(parsed).toMatchObject({ bad: 1, rows: [{ address: "10.0.1.7" }] });
});

test("rows that the first line tells of and that are not there are missing", () => {
  expect(parseNodeSnapshot(file({ ...header, rows: 5 }, ...rows))).toMatchObject({ bad: 3 });
});

const listed: Listed = {
  interfaceId: "eni-0123456789abcdef0",
  address: "10.0.1.7",
  vni: 101,
  rule: 'web, and "more"\n',
  sinceMs: 61_500,
  endpoint: "vpce-00a11223344556677",
  zone: "eu-west-1a",
  vpcId: "vpc-0123456789abcdef0",
};

test("what a controller writes is what the hub reads", () => {
  const unknown: Listed = { ...listed, address: null, endpoint: null, sinceMs: -5 };
  expect(parseSources(formatSources("mirror", "2026-11-29T08:00:00Z", [listed, unknown]))).toEqual({
    controller: "mirror",
    bad: 0,
    rows: [
      { ...listed, sinceMs: 61_000 },
      { ...unknown, sinceMs: 0 },
    ],
  });
  expect(parseSources(formatSources("mirror", "now", []))).toEqual({
    controller: "mirror",
    bad: 0,
    rows: [],
  });
});

test("an account has room for so many sources, whatever its controllers list", () => {
  const parsed = parseSources(formatSources("mirror", "now", [listed, listed, listed]), 2);
  expect(parsed).toMatchObject({ bad: 1 });
  expect(parsed?.rows).toHaveLength(2);
});
