import type { Sample } from "../../../functions/capture-agent/core/packet-counts.js";
import { judge, type CheckName, type Facts } from "../../../functions/capture-agent/core/verdict.js";

const limits = { still_intervals: 3, loss_ratio: 0.1, high_water_percent: 85 };

const sample = (mirrored: number, tool: number | undefined, more: Partial<Sample> = {}): Sample => ({
  at: 0,
  outer: undefined,
  decapsulated: { packets: mirrored, bytes: 0, drops: 0 },
  mirrored: { packets: mirrored, bytes: 0, drops: 0 },
  readers: 1,
  tool: tool === undefined ? undefined : { packets: tool, drops: 0 },
  counters: {},
  ...more,
});

const facts = (more: Partial<Facts> = {}): Facts => ({
  network: undefined,
  samples: [sample(100, 100), sample(200, 200)],
  toolCounts: true,
  filtered: false,
  disk: { usedPercent: 10, writable: true },
  diskWasFull: false,
  leaving: undefined,
  ...more,
});

const failing = (given: Partial<Facts>): CheckName[] =>
  Object.entries(judge(facts(given), limits, 1).checks)
    .filter(([, { ok }]) => !ok)
    .map(([name]) => name as CheckName);

test("a node on which everything is in place is healthy", () => {
  expect(judge(facts(), limits, 1)).toMatchObject({ healthy: true, at: 1 });
});

test("each fault alone makes it unhealthy, by its own check and with its reason", () => {
  expect(failing({ network: "no route in table 6081" })).toEqual(["network"]);
  expect(failing({ samples: [sample(1, 1, { readers: 0 })] })).toEqual(["readers"]);
  expect(failing({ samples: [sample(1, 1, { mirrored: undefined })] })).toEqual(["readers"]);
  expect(failing({ samples: [] })).toEqual(["readers"]);
  expect(failing({ disk: { usedPercent: 85.1, writable: true } })).toEqual(["disk"]);
  expect(failing({ disk: { usedPercent: 1, writable: false, error: "EROFS" } })).toEqual(["writable"]);
  expect(failing({ leaving: "leaving (spot): stopping" })).toEqual(["lifecycle"]);
  expect(judge(facts({ network: "no route" }), limits, 1).checks.network.reason).toBe("no route");
});

describe("a tool whose counter stands still while packets arrive", () => {
  const still = (steps: number): Sample[] =>
    Array.from({ length: steps + 1 }, (_, at) => sample(1000 + at * 10, 500));

  test("passes for three intervals and fails for four", () => {
    expect(failing({ samples: still(3) })).toEqual([]);
    expect(failing({ samples: still(4) })).toEqual(["tool"]);
  });

  test("is forgiven as soon as it moves", () => {
    expect(failing({ samples: [...still(4).slice(0, -1), sample(2000, 501)] })).toEqual([]);
  });

  test("does not fail when nothing arrives", () => {
    expect(failing({ samples: Array.from({ length: 9 }, () => sample(1000, 500)) })).toEqual([]);
  });

  test("fails, too, when its counter cannot be read", () => {
    const samples = Array.from({ length: 5 }, (_, at) => sample(1000 + at, undefined));
    expect(failing({ samples })).toEqual(["tool"]);
    expect(judge(facts({ samples }), limits, 1).checks.tool.reason).toContain("cannot be read");
  });

  test("passes as not known when the tool has no counters", () => {
    const samples = Array.from({ length: 9 }, (_, at) => sample(1000 + at, undefined));
    const verdict = judge(facts({ samples, toolCounts: false }), limits, 1);
    expect(verdict.healthy).toBe(true);
    expect(verdict.checks.tool.reason).toContain("not known");
  });

  // tcpdump: "0 packets received by filter", whatever else arrives.
  test("passes as not known with a filter, and fails where it cannot be read", () => {
    expect(failing({ samples: still(9), filtered: true })).toEqual([]);
    const unread = Array.from({ length: 9 }, (_, at) => sample(1000 + at, undefined));
    expect(failing({ samples: unread, filtered: true })).toEqual(["tool"]);
  });

  test("that began anew moves", () => {
    expect(failing({ samples: [...still(4).slice(0, -1), sample(2000, 3)] })).toEqual([]);
  });
});

describe("packets taken out of GENEVE that do not arrive", () => {
  const pair = (offered: number, arrived: number): Sample[] =>
    [0, 1].map((at) =>
      sample(at * arrived, at, { decapsulated: { packets: at * offered, bytes: 0, drops: 0 } }),
    );

  test("are tolerated to a share of them", () => {
    expect(failing({ samples: pair(10_000, 9_100) })).toEqual([]);
    expect(failing({ samples: pair(10_000, 8_900) })).toEqual(["decapsulation"]);
  });

  test("are no ratio when they are few", () => {
    expect(failing({ samples: pair(999, 0) })).toEqual([]);
  });

  test("are not known without a counter before the interface", () => {
    expect(failing({ samples: [0, 5000].map((n) => sample(n, n, { decapsulated: undefined })) })).toEqual([]);
  });
});

test("no drop ratio of the tool makes a node unhealthy", () => {
  const dropping = (at: number) => ({ ...sample(at * 10_000, at), tool: { packets: at, drops: at * 9_999 } });
  expect(failing({ samples: [1, 2, 3, 4, 5].map(dropping) })).toEqual([]);
});

test("a disk that was full passes only when clearly below the mark", () => {
  expect(failing({ disk: { usedPercent: 82, writable: true }, diskWasFull: true })).toEqual(["disk"]);
  expect(failing({ disk: { usedPercent: 79, writable: true }, diskWasFull: true })).toEqual([]);
});
