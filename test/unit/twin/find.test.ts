import { holds, mayHold } from "../../../twin/find.js";

test.each([
  ["10.65.0.4/32", "10.65.0.4", true],
  ["10.65.0.4/32", "10.65.0.5", false],
  ["10.65.0.0/20", "10.65.15.255", true],
  ["10.65.0.0/20", "10.65.16.0", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["2001:db8::/64", "10.65.0.4", false],
])("the block %s holds %s: %s", (block, address, expected) => {
  expect(holds(block, address)).toBe(expected);
});

describe("a file of the index", () => {
  const wanted = {
    host: "10.65.0.4",
    filter: "tcp",
    from: Date.parse("2026-11-29T08:00:10Z"),
    to: Date.parse("2026-11-29T08:00:20Z"),
  };
  const line = (first: string, last: string, addresses: string[] | null = null) => ({
    key: "k",
    first: `2026-11-29T08:00:${first}Z`,
    last: `2026-11-29T08:00:${last}Z`,
    addresses,
  });

  test.each([
    ["ends before", line("00", "09"), false],
    ["begins before and ends within", line("00", "10"), true],
    ["begins within", line("20", "30"), true],
    ["begins after", line("21", "30"), false],
    ["has no packet of the host", line("12", "15", ["10.65.0.5/32"]), false],
    ["has one", line("12", "15", ["10.65.0.5/32", "10.65.0.0/24"]), true],
  ])("that %s", (_, file, expected) => {
    expect(mayHold(file, wanted)).toBe(expected);
  });
});
