/**
 * As many requests as anybody can send, in simulated time: what they may take from EC2 is bounded by their quotas and by
 * their lane's own pace, whatever is sent, so that launches find the rest of it.
 */
import { expect, it } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { createPace } from "../../../functions/aws/pace.js";
import { requestKinds } from "../../../functions/core/events/registry.js";
import { handleBatch } from "../../../functions/reconcile/batch.js";
import { admitRequests } from "../../../functions/requests/admission.js";
import { anApp } from "../../support/app.js";
import { aPolicy, aSource } from "../../support/builders.js";
import { ACCOUNT_REGION } from "../../support/events.js";
import { aClock, aWriter, NOON } from "../../support/fakes.js";

const REQUESTERS = 50;
const REQUESTS = 30_000;
/** The module's defaults, of one of the two runs. */
const PACE = { perSecond: 0.25, burst: 1.5 };

const id = (n: number) => `i-${String(n).padStart(17, "0")}`;
const eni = (n: number) => `eni-${String(n).padStart(17, "0")}`;

function record(n: number, time: number): SQSRecord {
  const requester = n % REQUESTERS;
  // One withdraws and asks again, the others ask and ask.
  const type = requester === 0 && n % 100 === 0 ? "Mirror Withdrawn" : "Mirror Requested";
  return {
    messageId: String(n),
    receiptHandle: String(n),
    body: JSON.stringify({
      id: `event-${String(n)}`,
      source: `traffic-mirror/AROAEXAMPLE:${id(requester)}`,
      "detail-type": type,
      account: ACCOUNT_REGION.account,
      region: ACCOUNT_REGION.region,
      time: new Date(time).toISOString(),
      resources: [],
      detail: { instance_id: id(requester) },
    }),
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(time) },
  } as SQSRecord;
}

it("30,000 requests of 50 requesters spend what their lane has, and nothing that was accepted is lost", async () => {
  const clock = aClock();
  const pace = createPace(PACE, clock);
  const base = aWriter();
  const writer = { ...base, turn: (until: number) => pace.turn(until) };
  const sources = Array.from({ length: REQUESTERS }, (_, n) =>
    aSource({ id: eni(n), instance: { id: id(n) } }),
  );
  const app = {
    ...anApp({ observation: { sources }, policy: aPolicy({ sources: {} }), clock, writer }),
    kinds: requestKinds,
  };
  const failed: string[] = [];
  for (let from = 0; from < REQUESTS; from += 10) {
    const records = Array.from({ length: 10 }, (_, k) => record(from + k, clock.now()));
    const answer = await handleBatch(app, records, ACCOUNT_REGION, clock.now() + 45_000, admitRequests);
    failed.push(...answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    clock.advance(20);
  }
  const seconds = (clock.now() - NOON) / 1000;
  expect(base.calls.length).toBeLessThanOrEqual(PACE.burst + PACE.perSecond * seconds + 1);
  // Two describes each: a quota's worth a minute, in batches, and no more.
  const minutes = Math.ceil(seconds / 60) + 1;
  expect(app.looks.length).toBeLessThanOrEqual(minutes * REQUESTERS * app.claimLimits.requestsPerMinute);
  expect(app.looks.length * 2).toBeLessThan(20 * seconds);
  // Each that was let in has its claim, and each claim is open or was withdrawn by its own requester.
  expect(app.store.claims.size).toBe(REQUESTERS);
  const ended = [...app.store.claims.values()].filter(({ status }) => status === "ended");
  expect(ended.every(({ requester }) => requester === `AROAEXAMPLE:${id(0)}`)).toBe(true);
  // What comes back is what waits for its mirror, and that the sweep makes as well.
  expect(failed.length).toBeLessThan(REQUESTS / 10);
}, 120_000);
