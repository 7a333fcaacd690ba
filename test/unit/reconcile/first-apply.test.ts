import { describe, expect, it } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import type { FirstApply } from "../../../functions/core/sessions/first-apply.js";
import { emptySweepState } from "../../../functions/core/sessions/sweep-state.js";
import { handleBatch } from "../../../functions/reconcile/batch.js";
import { createReadHold } from "../../../functions/reconcile/first-apply.js";
import { anApp, type Account } from "../../support/app.js";
import { aSource } from "../../support/builders.js";
import { ACCOUNT_REGION, aRunningEvent } from "../../support/events.js";
import { aClock, aSweepState } from "../../support/fakes.js";

const INSTANCE = "i-00000001";
const aRecord = (firstApply: FirstApply) => {
  const record = aSweepState();
  record.state = { ...emptySweepState, firstApply };
  return record;
};

async function anInstanceStarts(account: Account) {
  const app = anApp({ observation: { sources: [aSource({ instance: { id: INSTANCE } })] }, ...account });
  const body = aRunningEvent(INSTANCE);
  const attributes = { ApproximateReceiveCount: "1" };
  const message = { messageId: "m1", body, receiptHandle: "h", attributes } as SQSRecord;
  const { batchItemFailures } = await handleBatch(app, [message], ACCOUNT_REGION, app.clock.now() + 55_000);
  expect(batchItemFailures).toEqual([]);
  return { app };
}

describe("an event of a controller whose first apply", () => {
  it.each([
    ["awaited", "pending"],
    ["held", "first-apply-held"],
  ] as const)("is %s makes no session, which the sweep decides about (%s)", async (state, reason) => {
    const { app } = await anInstanceStarts({ sweepState: aRecord(state) });
    expect(app.writer.calls).toEqual([]);
    expect(app.logs).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ reason }) }));
  });

  it.each(["open", "over"] as const)("is %s makes its session at once", async (state) => {
    const { app } = await anInstanceStarts({ sweepState: aRecord(state) });
    expect(app.writer.calls).toEqual(["create eni-1"]);
  });

  it("is not known, since the record is lost or cannot be read, makes its session", async () => {
    const lost = aRecord("over");
    lost.state = null;
    const unread = aRecord("over");
    unread.error = new Error("throttled");
    for (const sweepState of [lost, unread]) {
      const { app } = await anInstanceStarts({ sweepState });
      expect(app.writer.calls).toEqual(["create eni-1"]);
    }
  });
});

describe("whether the first apply is over", () => {
  it("is asked once where it is, and every few seconds where it is not", async () => {
    const record = aRecord("held");
    const clock = aClock();
    const readHold = createReadHold(record, clock, anApp().telemetry);
    const answers = [await readHold(), await readHold()];
    expect(record.calls.read).toBe(1);
    record.state = { ...emptySweepState, firstApply: "over" };
    clock.advance(5_000);
    answers.push(await readHold());
    clock.advance(86_400_000);
    answers.push(await readHold());
    expect(answers).toEqual(["first-apply-held", "first-apply-held", undefined, undefined]);
    expect(record.calls.read).toBe(2);
  });
});
