/** What reading, demands and pacing take is not missing for sessions. */
import { describe, expect, it } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { createPace } from "../../../functions/aws/pace.js";
import { handleBatch } from "../../../functions/reconcile/batch.js";
import type { Summary } from "../../../functions/sweep/summary.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { requestOf } from "../../../functions/sweep/request.js";
import { anApp } from "../../support/app.js";
import { aPolicy, aSource } from "../../support/builders.js";
import { anEvent, ACCOUNT_REGION } from "../../support/events.js";
import { aClaimStore } from "../../support/claim-store.js";
import { aClock, aWriter } from "../../support/fakes.js";

const scheduled = requestOf(JSON.parse(anEvent("scheduled")));
const HOUR = 3_600_000;

/** A sweep whose reading takes so long. */
const sweepAfter = async (readingMs: number, sources = [aSource({ id: "eni-late" })]) => {
  const clock = aClock();
  const pace = createPace({ perSecond: 4.5, burst: 4 }, clock);
  const writer = { ...aWriter(), turn: (until: number) => pace.turn(until) };
  const app = anApp({ observation: { sources }, clock, writer });
  const { everything } = app.ports.observer;
  const observer = {
    ...app.ports.observer,
    everything: async (...asked: Parameters<typeof everything>) => {
      clock.advance(readingMs);
      return everything(...asked);
    },
  };
  const began = clock.now();
  const slow = { ...app, ports: { ...app.ports, observer } };
  const { created } = (await runSweep(slow, scheduled, 900_000)) as Summary;
  return { created, milliseconds: clock.now() - began };
};

describe("a scheduled sweep", () => {
  it.each([0, 30_000, 54_000, 60_000, 110_000])("makes sessions after reading for %i ms", async (reading) => {
    expect((await sweepAfter(reading)).created).toBe(1);
  });

  it("has twenty seconds for them, and keeps to its minute where reading is quick", async () => {
    const many = Array.from({ length: 1_000 }, (_, n) => aSource({ id: `eni-${String(n)}` }));
    const slow = await sweepAfter(60_000, many);
    expect(slow.created).toBeGreaterThanOrEqual(4.5 * 19);
    expect(slow.milliseconds).toBeLessThanOrEqual(81_000);
    expect((await sweepAfter(5_000, many)).milliseconds).toBeLessThanOrEqual(56_000);
  });
});

describe("a batch of ten requests", () => {
  const ids = Array.from({ length: 10 }, (_, n) => `i-0000000${String(n)}`);
  const sources = ids.flatMap((id, n) =>
    [0, 1].map((index) =>
      aSource({ id: `eni-0000000${String(n)}${String(index)}`, deviceIndex: index, instance: { id } }),
    ),
  );
  const records = ids.map(
    (id, n): SQSRecord =>
      ({
        messageId: `m${String(n)}`,
        receiptHandle: id,
        attributes: { ApproximateReceiveCount: "1" },
        body: anEvent("mirror-requested", {
          source: `traffic-mirror/AROAEXAMPLE:${id}`,
          detail: { instance_id: id },
        }),
      }) as SQSRecord,
  );

  it.each([
    [50, { perSecond: 0.25, burst: 1 }],
    [330, { perSecond: 0.25, burst: 1 }],
    [5_000, { perSecond: 100, burst: 100 }],
    [15_000, { perSecond: 100, burst: 100 }],
  ])("ends in time where a write of DynamoDB takes %i ms and the pace is %j", async (write, options) => {
    const clock = aClock();
    const pace = createPace(options, clock);
    const writer = { ...aWriter(), turn: (until: number) => pace.turn(until) };
    const store = aClaimStore();
    store.interfere = () => {
      clock.advance(write);
    };
    const app = anApp({ observation: { sources }, policy: aPolicy({ sources: {} }), clock, writer, store });
    const deadline = clock.now() + 45_000;
    const { batchItemFailures } = await handleBatch(app, records, ACCOUNT_REGION, deadline);
    // What one call takes at most goes beyond it, and there are fifteen seconds more.
    expect(clock.now()).toBeLessThanOrEqual(deadline + write);
    // Nothing is lost: what is not done comes back.
    const back = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const [n, id] of ids.entries()) {
      const mirrored = sources
        .filter(({ instance }) => instance?.id === id)
        .every((source) => writer.calls.includes(`create ${source.id}`));
      expect(mirrored || back.has(`m${String(n)}`)).toBe(true);
    }
  });
});

it("a clock in the far future asks for no timer that ends at once", async () => {
  const app = anApp({ observation: { sources: [aSource({ id: "eni-1" })] } });
  expect(await runSweep(app, scheduled, 1_000 * HOUR)).toMatchObject({ created: 1 });
});
