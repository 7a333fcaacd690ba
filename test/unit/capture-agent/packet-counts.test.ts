import fc from "fast-check";
import {
  addIncrease,
  dropRatio,
  growth,
  increase,
  type Sample,
  type Totals,
} from "../../../functions/capture-agent/core/packet-counts.js";
import { toData, noEvents } from "../../../functions/capture-agent/core/metrics.js";

const sample = (at: number, packets: number, drops = 0): Sample => ({
  at,
  outer: { packets, bytes: packets * 100, drops },
  decapsulated: { packets, bytes: packets * 90, drops },
  mirrored: { packets, bytes: packets * 80, drops },
  readers: 1,
  tool: { packets, drops },
  counters: { UdpRcvbufErrors: drops },
});

const total = (samples: readonly Sample[]): Totals => {
  let totals: Totals = {};
  for (let at = 1; at < samples.length; at++)
    totals = addIncrease(totals, increase(samples[at - 1]!, samples[at]!));
  return totals;
};

test("what is published is how far the counters moved", () => {
  const totals = total([sample(0, 1000, 5), sample(10_000, 1400, 5), sample(20_000, 1500, 9)]);
  expect(totals).toMatchObject({
    PacketsOuter: 500,
    PacketsMirrored: 500,
    BytesMirrored: 40_000,
    DropsTool: 4,
    UdpRcvbufErrors: 4,
  });
});

test("a counter that begins anew counts from zero and never backwards", () => {
  const totals = total([sample(0, 1000), sample(1, 1200), sample(2, 30), sample(3, 50)]);
  expect(totals["PacketsTool"]).toBe(200 + 30 + 20);
  fc.assert(fc.property(fc.nat(), fc.nat(), (before, after) => growth(before, after) >= 0));
});

test("the sum of the increases is the same, however often the counters are read", () => {
  const steps = fc.array(fc.nat({ max: 1e6 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(steps, (grown) => {
      let stand = 0;
      const samples = [0, ...grown].map((by, at) => sample(at, (stand += by)));
      expect(total(samples)["PacketsMirrored"]).toBe(grown.reduce((sum, by) => sum + by, 0));
    }),
  );
});

test("what cannot be read is not published as zero", () => {
  const blind = { ...sample(1, 10), tool: undefined, decapsulated: undefined };
  const totals = total([sample(0, 5), blind]);
  expect(totals).not.toHaveProperty("PacketsTool");
  expect(totals).not.toHaveProperty("PacketsDecapsulated");
  expect(dropRatio(totals)).toBeUndefined();
});

test("the drop ratio is of what was offered, and zero in silence", () => {
  expect(dropRatio({ PacketsTool: 900, DropsTool: 100 })).toBe(0.1);
  expect(dropRatio({ PacketsTool: 0, DropsTool: 0 })).toBe(0);
});

const gauges = {
  NodeHealthy: 1,
  Readers: 4,
  SpoolUsedPercent: 12,
  SpoolFiles: 1,
  SpoolBytes: 10,
  OpenFiles: 2,
  OpenBytes: 20,
  UploadBehindSeconds: 3,
};

test("every metric has the fleet, those that alarms need per zone have it too, and none has the node", () => {
  const values = { totals: { PacketsTool: 9, DropsTool: 1 }, gauges, events: noEvents };
  const data = toData(values, { fleet: "f", zone: "euw1-az1" }, 7);
  const of = (name: string) =>
    data.filter((datum) => datum.name === name).map(({ dimensions }) => dimensions);
  expect(of("NodeHealthy")).toEqual([{ fleet: "f" }, { fleet: "f", zone: "euw1-az1" }]);
  expect(of("SpoolDroppedFiles")).toEqual([{ fleet: "f" }]);
  expect(data.find(({ name }) => name === "ToolDropRatio")).toMatchObject({
    value: 0.1,
    unit: "None",
    at: 7,
  });
  expect(data.find(({ name }) => name === "SpoolBytes")?.unit).toBe("Bytes");
  expect(data.find(({ name }) => name === "UploadBehindSeconds")?.unit).toBe("Seconds");
});

test("what never happened is published as zero, so that an alarm can distinguish none from no data", () => {
  const data = toData({ totals: {}, gauges, events: noEvents }, { fleet: "f", zone: "z" }, 0);
  expect(data.find(({ name }) => name === "LaunchAbandoned")?.value).toBe(0);
  expect(data.some(({ name }) => name === "ToolDropRatio")).toBe(false);
});
