/**
 * As many requests as anybody can send, in simulated time: what they may take from EC2 is bounded by their quotas and by
 * their lane's own pace, whatever is sent, so that launches find the rest of it.
 */
import { expect, it } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { createPace } from "../../../functions/aws/pace.js";
import { DELIVERIES } from "../../../functions/core/events/retry.js";
import { requestKinds } from "../../../functions/core/events/registry.js";
import type { Session } from "../../../functions/core/model.js";
import { handleBatch } from "../../../functions/reconcile/batch.js";
import { requestsLane } from "../../../functions/requests/admission.js";
import { requestOf } from "../../../functions/sweep/request.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { defaultPaces } from "../../bench/defaults.js";
import { anApp } from "../../support/app.js";
import { aPolicy, aSession, aSource } from "../../support/builders.js";
import { aClaimStore, QUOTAS } from "../../support/claim-store.js";
import { ACCOUNT_REGION } from "../../support/events.js";
import { aClock, aWriter, NOON } from "../../support/fakes.js";

const REQUESTERS = 50;
const REQUESTS = 30_000;
/** Ten messages a run, and what a run takes that calls EC2 twice. */
const [BATCH, RUN_MS, MINUTE_MS] = [10, 200, 60_000];
/** The module's defaults, of one of the two runs. */
const { requests: PACE, sweep: SWEEPS_PACE } = defaultPaces();

const id = (n: number) => `i-${String(n).padStart(17, "0")}`;
const eni = (n: number) => `eni-${String(n).padStart(17, "0")}`;

interface Queued {
  readonly n: number;
  readonly deliveries: number;
  readonly visibleAt: number;
}

function record({ n, deliveries }: Queued): SQSRecord {
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
      time: new Date(NOON).toISOString(),
      resources: [],
      detail: { instance_id: id(requester) },
    }),
    attributes: { ApproximateReceiveCount: String(deliveries), SentTimestamp: String(NOON) },
  } as SQSRecord;
}

function theAccount() {
  const clock = aClock();
  const sessions: Session[] = [];
  const sources = Array.from({ length: REQUESTERS }, (_, n) =>
    aSource({ id: eni(n), instance: { id: id(n) } }),
  );
  const store = aClaimStore();
  /** One run of the lane, or the sweep: each has its pace, and all see the same account. */
  const runner = (pace: ReturnType<typeof createPace>) => {
    const base = aWriter();
    const writer = {
      ...base,
      turn: (until: number) => pace.turn(until),
      create: (desired: Parameters<typeof base.create>[0]) => {
        sessions.push(aSession({ ...desired, id: `tms-${String(sessions.length)}` }));
        return base.create(desired);
      },
      remove: (sessionId: string) => {
        sessions.splice(
          sessions.findIndex((session) => session.id === sessionId),
          1,
        );
        return base.remove(sessionId);
      },
    };
    const observation = () => ({ sources, sessions: [...sessions] });
    return {
      ...anApp({ observation, policy: aPolicy({ sources: {} }), clock, writer, store }),
      kinds: requestKinds,
    };
  };
  return { clock, sessions, store, runner };
}

it("30,000 requests of 50 requesters spend what their lane has, and nothing that was accepted is lost", async () => {
  const { clock, sessions, store, runner } = theAccount();
  const app = runner(createPace(PACE, clock));
  const sweeper = runner(createPace(SWEEPS_PACE, clock));
  let [next, comingBack] = [0, [] as Queued[]];
  /** What has come back goes first, as it has waited longer. */
  const receive = (): readonly Queued[] => {
    const due = comingBack.filter(({ visibleAt }) => visibleAt <= clock.now()).slice(0, BATCH);
    comingBack = comingBack.filter((message) => !due.includes(message));
    const first = next;
    next = Math.min(REQUESTS, next + BATCH - due.length);
    const fresh = Array.from({ length: next - first }, (_, n): Queued => ({
      n: first + n,
      deliveries: 1,
      visibleAt: 0,
    }));
    return [...due, ...fresh];
  };
  let sweptAt = NOON;
  let [runs, longest] = [0, 0];
  const dead: number[] = [];

  while (next < REQUESTS || comingBack.length > 0) {
    if (clock.now() - sweptAt >= MINUTE_MS) {
      sweptAt = clock.now();
      await runSweep(sweeper, requestOf({}), clock.now() + 55_000);
    }
    const visible = receive();
    if (visible.length === 0) {
      clock.advance(1_000);
      continue;
    }
    const began = clock.now();
    const returned = app.returned.length;
    const records = visible.map(record);
    const answer = await handleBatch(app, records, ACCOUNT_REGION, began + 45_000, requestsLane);
    clock.advance(RUN_MS);
    runs += 1;
    longest = Math.max(longest, clock.now() - began);
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const delays = new Map(
      app.returned.slice(returned).map(({ receiptHandle, seconds }) => [receiptHandle, seconds]),
    );
    for (const message of visible.filter(({ n }) => failed.has(String(n)))) {
      if (message.deliveries === DELIVERIES) dead.push(message.n);
      else {
        const visibleAt = clock.now() + 1000 * (delays.get(String(message.n)) ?? 360);
        comingBack.push({ ...message, deliveries: message.deliveries + 1, visibleAt });
      }
    }
  }

  const seconds = (clock.now() - NOON) / 1000;
  const minutes = Math.ceil(seconds / 60) + 1;
  // What the lane takes from EC2 and from the table is what its quotas let in, whatever is sent.
  expect(app.writer.calls.length).toBeLessThanOrEqual(PACE.burst + PACE.perSecond * seconds);
  expect(app.looks.length).toBeLessThanOrEqual(runs);
  const admitted = REQUESTERS * QUOTAS.requestsPerMinute * minutes;
  expect(app.metric("RequestsRefused").reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(
    REQUESTS - admitted,
  );
  // No run holds the lane up for those who come after it.
  expect(longest).toBeLessThanOrEqual(5_000);
  // Each that was let in has its claim and its mirror, but for the one who withdraws, and no message died.
  expect(dead).toEqual([]);
  const claims = [...store.claims.values()];
  expect(claims).toHaveLength(REQUESTERS);
  const others = claims.filter(({ requester }) => requester !== `AROAEXAMPLE:${id(0)}`);
  expect(others.map(({ status }) => status)).toEqual(others.map(() => "mirrored"));
  expect(new Set(sessions.map(({ interfaceId }) => interfaceId)).size).toBe(sessions.length);
  expect(sessions.map(({ interfaceId }) => interfaceId)).toEqual(
    expect.arrayContaining(others.map(({ interfaceId }) => interfaceId)),
  );
}, 120_000);
