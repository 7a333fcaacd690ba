/**
 * A tool with capture.filter counts what passes the filter: tcpdump says "0 packets received by filter" while the interface
 * grows by everything else. `filtered` is a name for what the node does not know today: node.json has no filter.
 */
import type { Sample } from "../../../functions/capture-agent/core/packet-counts.js";
import { judge, type Facts } from "../../../functions/capture-agent/core/verdict.js";

const sample = (mirrored: number): Sample => ({
  at: 0,
  outer: undefined,
  decapsulated: undefined,
  mirrored: { packets: mirrored, bytes: 0, drops: 0 },
  readers: 1,
  tool: { packets: 500, drops: 0 },
  counters: {},
});

test("a node whose filter lets nothing through for a minute is healthy", () => {
  const facts = {
    network: undefined,
    samples: [1, 2, 3, 4, 5].map((n) => sample(n * 1000)),
    toolCounts: true,
    filtered: true,
    disk: { usedPercent: 10, writable: true },
    diskWasFull: false,
    leaving: undefined,
  } satisfies Facts & { filtered: boolean };
  const limits = { still_intervals: 3, loss_ratio: 0.1, high_water_percent: 85 };
  expect(judge(facts, limits, 1).healthy).toBe(true);
});
