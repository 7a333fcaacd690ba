import { describe, expect, it } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { handleBatch } from "../../../functions/reconcile/batch.js";
import { requestKinds } from "../../../functions/core/events/registry.js";
import { requestsLane } from "../../../functions/requests/admission.js";
import { runSweep } from "../../../functions/sweep/run.js";
import { requestOf } from "../../../functions/sweep/request.js";
import { anApp, type Account } from "../../support/app.js";
import { aPolicy, aSource } from "../../support/builders.js";
import { aClaimStore, EVERYBODY } from "../../support/claim-store.js";
import { ACCOUNT_REGION } from "../../support/events.js";
import { aClock, NOON } from "../../support/fakes.js";

const I = "i-0abcd1234ef567890";
const ENI = "eni-0abcd1234ef567890";
const ME = `AROAEXAMPLE:${I}`;
const nothing = aPolicy({ sources: {} });
const source = aSource({ id: ENI, instance: { id: I } });

interface Sent {
  readonly id?: string;
  readonly time?: string;
  readonly type?: string;
  readonly from?: string;
  readonly detail?: object;
  readonly queuedAt?: number;
  readonly deliveries?: number;
}

let number = 0;
function sent({ id, time, type, from, detail, queuedAt = NOON, deliveries = 1 }: Sent = {}): SQSRecord {
  number += 1;
  const event = {
    version: "0",
    id: id ?? `event-${String(number)}`,
    source: `traffic-mirror/${from ?? ME}`,
    "detail-type": type ?? "Mirror Requested",
    account: ACCOUNT_REGION.account,
    region: ACCOUNT_REGION.region,
    time: time ?? new Date(queuedAt).toISOString().replace(/\.\d+Z/, "Z"),
    resources: [],
    detail: detail ?? { network_interface_id: ENI },
  };
  return {
    messageId: `m${String(number)}`,
    receiptHandle: `m${String(number)}`,
    body: JSON.stringify(event),
    attributes: { ApproximateReceiveCount: String(deliveries), SentTimestamp: String(queuedAt) },
  } as SQSRecord;
}

const requester = (account: Account = {}) => ({
  ...anApp({ observation: { sources: [source] }, policy: nothing, ...account }),
  kinds: requestKinds,
});
const handle = async (app: ReturnType<typeof requester>, ...records: SQSRecord[]) => {
  const deadline = app.clock.now() + 45_000;
  const answer = await handleBatch(app, records, ACCOUNT_REGION, deadline, requestsLane);
  return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
};

describe("the sender's clock", () => {
  it.each(["2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])(
    "in the future (%s) makes no claim longer than the maximum",
    async (time) => {
      const app = requester();
      expect(
        await handle(app, sent({ time, detail: { network_interface_id: ENI, expires_in_minutes: 1 } })),
      ).toEqual([]);
      expect(app.store.claim(ENI, ME)).toMatchObject({ since: NOON, until: NOON + 60_000 });
      app.clock.advance(61_000);
      const later = anApp({ policy: nothing, store: app.store, clock: app.clock });
      expect(await runSweep(later, requestOf({}), 900_000)).toMatchObject({ demands: 0, selected: 0 });
    },
  );

  it("is not needed to ask for the longest: more minutes than there are make the maximum", async () => {
    const app = requester();
    const detail = { network_interface_id: ENI, expires_in_minutes: Number.MAX_SAFE_INTEGER };
    expect(await handle(app, sent({ detail }))).toEqual([]);
    expect(app.store.claim(ENI, ME)).toMatchObject({ since: NOON, until: NOON + 10_080 * 60_000 });
  });

  it("in 1970 asks for nothing, is told so, and rings no alarm", async () => {
    const app = requester();
    expect(await handle(app, sent({ time: "1970-01-01T00:00:00Z" }))).toEqual([]);
    expect(app.store.claim(ENI, ME)).toMatchObject({ status: "refused", reason: "expired" });
    expect(app.metric("RequestDelay")).toEqual([0]);
    expect(app.metric("EventAge")).toEqual([]);
  });

  it("in the future does not send an unknown interface round the queue", async () => {
    const clock = aClock();
    const record = { time: "2100-01-01T00:00:00Z", id: "same", queuedAt: NOON };
    const first = requester({ observation: { sources: [], unseen: [ENI] }, clock });
    expect(await handle(first, sent(record))).toHaveLength(1);
    clock.advance(61_000);
    const again = requester({ observation: { sources: [], unseen: [ENI] }, clock, store: first.store });
    // The look comes back a few times within seconds, as every look at what is not there yet.
    expect(await handle(again, sent({ ...record, deliveries: 5 }))).toEqual([]);
    expect(first.store.claim(ENI, ME)).toMatchObject({ status: "refused", reason: "not-found" });
  });

  it("does not make an old request new when it comes back from the dead-letter queue", async () => {
    const clock = aClock();
    const record = { time: "2100-01-01T00:00:00Z", id: "same" };
    const app = requester({ clock });
    await handle(app, sent(record));
    clock.advance(1_000);
    await handle(app, sent({ type: "Mirror Withdrawn", queuedAt: clock.now() }));
    clock.advance(3 * 24 * 3_600_000);
    await handle(app, sent({ ...record, queuedAt: clock.now() }));
    expect(app.store.copies.size).toBe(0);
  });

  it("of a redriven withdrawal beats no newer request", async () => {
    const clock = aClock();
    const app = requester({ clock });
    const old = { type: "Mirror Withdrawn", id: "old", time: new Date(NOON).toISOString() };
    clock.advance(3_600_000);
    await handle(app, sent({ queuedAt: clock.now() }));
    clock.advance(1_000);
    await handle(app, sent({ ...old, queuedAt: clock.now() }));
    expect(app.store.claim(ENI, ME)?.status).toBe("mirrored");
  });
});

describe("a requester who asks without end", () => {
  it("is let in up to its quota, told why as often again, and costs a counter after that", async () => {
    const app = requester({
      store: aClaimStore([], undefined, { requestsPerMinute: 30, openPerRequester: 20, openInAll: 500 }),
    });
    for (let n = 0; n < 1_000; n++) expect(await handle(app, sent())).toEqual([]);
    expect(app.looks.length).toBe(30);
    // Its claim, its answer: what comes after changes nothing.
    expect(app.store.calls.write).toBeLessThanOrEqual(3);
    expect(app.store.calls.count).toBe(1_000);
    expect(app.metric("RequestsRefused").reduce((sum, each) => sum + each, 0)).toBe(970);
  });

  it("has its next minute", async () => {
    const clock = aClock();
    const app = requester({ clock });
    for (let n = 0; n < 40; n++) await handle(app, sent());
    clock.advance(60_000);
    const looks = app.looks.length;
    await handle(app, sent({ queuedAt: clock.now() }));
    expect(app.looks.length).toBe(looks + 1);
  });

  it("withdraws ten thousand times at the cost of as many counters", async () => {
    const app = requester();
    for (let n = 0; n < 1_000; n++) {
      const ten = Array.from({ length: 10 }, () => sent({ type: "Mirror Withdrawn" }));
      expect(await handle(app, ...ten)).toEqual([]);
    }
    expect(app.store.calls.count).toBe(1_000);
    expect(app.store.calls.write).toBe(1);
    expect(app.store.open.get(EVERYBODY) ?? 0).toBe(0);
  });

  it("is counted once for a request whose counter could not be written", async () => {
    const app = requester();
    const { count } = app.store;
    app.store.count = () => Promise.reject(new Error("DynamoDB says no"));
    expect(await handle(app, sent({ id: "once" }))).toHaveLength(1);
    app.store.count = count;
    expect(await handle(app, sent({ id: "once", deliveries: 2 }))).toEqual([]);
    expect(app.store.calls.count).toBe(0);
  });

  it("is not refused for claims that have ended and that no sweep has come to", async () => {
    const clock = aClock();
    const quotas = { requestsPerMinute: 30, openPerRequester: 1, openInAll: 2 };
    const ended = (requester: string, interfaceId: string) => ({
      ...{ requester, interfaceId, status: "mirrored" as const, at: NOON - 2, received: NOON - 2 },
      ...{ since: NOON - 2, until: NOON - 1 },
    });
    const store = aClaimStore([ended(ME, "eni-1"), ended("AIDAOTHER", "eni-2")], undefined, quotas);
    const app = requester({ store, clock });
    expect(await handle(app, sent())).toEqual([]);
    expect(store.claim(ENI, ME)?.status).toBe("mirrored");
    expect(store.claim("eni-1", ME)?.status).toBe("ended");
    expect(store.open.get(ME)).toBe(1);
    // In all likewise.
    const other = aClaimStore([ended("AIDAA", "eni-1"), ended("AIDAB", "eni-2")], undefined, quotas);
    expect(await handle(requester({ store: other, clock }), sent())).toEqual([]);
    expect([other.claim(ENI, ME)?.status, other.open.get(EVERYBODY)]).toEqual(["mirrored", 1]);
  });

  it("is refused for those that are open", async () => {
    const quotas = { requestsPerMinute: 30, openPerRequester: 1, openInAll: 2 };
    const open = {
      requester: ME,
      interfaceId: "eni-1",
      status: "mirrored" as const,
      at: NOON,
      received: NOON,
    };
    const store = aClaimStore([{ ...open, since: NOON, until: NOON + 60_000 }], undefined, quotas);
    await handle(requester({ store }), sent());
    expect(store.claim(ENI, ME)).toMatchObject({ status: "refused", reason: "too-many-claims" });
    expect(store.claim("eni-1", ME)?.status).toBe("mirrored");
  });

  it("is not counted for what came back by itself", async () => {
    const app = requester();
    await handle(app, sent({ deliveries: 4 }));
    expect(app.store.calls.count).toBe(0);
  });
});

describe("ten requests at once, for two interfaces each, no mutation left", () => {
  it.each([50, 330])("end in time and are written down where a write takes %i ms", async (writeMs) => {
    const clock = aClock();
    const instances = Array.from({ length: 10 }, (_, n) => `i-0000000${String(n)}`);
    const sources = instances.flatMap((id, n) =>
      [0, 1].map((device) =>
        aSource({ id: `eni-0000000${String(n)}${String(device)}`, deviceIndex: device, instance: { id } }),
      ),
    );
    const app = requester({ observation: { sources }, clock });
    app.writer.turn = () => Promise.resolve(false);
    const { write } = app.store;
    app.store.write = (...of) => {
      clock.advance(writeMs);
      return write(...of);
    };
    const records = instances.map((id) => sent({ from: `AROA:${id}`, detail: { instance_id: id } }));
    // None is lost: each that opened a claim comes back, and a sweep goes on with it in any case.
    expect(await handle(app, ...records)).toHaveLength(10);
    expect(clock.now() - NOON).toBeLessThan(45_000);
    expect([...app.store.claims.values()].map(({ status }) => status)).toEqual(
      Array.from({ length: 20 }, () => "requested"),
    );
  });
});

describe("an interface that is not the account's", () => {
  it("is refused at once, of whoever may name any, and never made a session for", async () => {
    const shared = aSource({ id: ENI, instance: null, otherAccount: true });
    const app = requester({ observation: { sources: [shared] } });
    expect(await handle(app, sent({ from: "AIDAEXAMPLE" }))).toEqual([]);
    expect(app.store.claim(ENI, "AIDAEXAMPLE")).toMatchObject({ status: "refused", reason: "other-account" });
    expect(app.writer.calls).toEqual([]);
  });
});

describe("what is no request", () => {
  it.each([
    ["a launch", { source: "aws.ec2", "detail-type": "EC2 Instance State-change Notification" }],
    ["a finding", { source: "aws.guardduty", "detail-type": "GuardDuty Finding" }],
    ["a report of the functions", { source: "traffic-mirror.controller", "detail-type": "Sweep Requested" }],
    ["a source that is nobody's name", { source: "traffic-mirror/guardduty" }],
    ["a source that is one of the table's own", { source: "traffic-mirror/interfaces" }],
    ["a request of another account", { account: "999999999999" }],
  ])("is dropped on this way: %s", async (_, over) => {
    const app = requester();
    const record = sent();
    const body = JSON.stringify({ ...(JSON.parse(record.body) as object), ...over });
    expect(await handle(app, { ...record, body })).toEqual([]);
    expect([app.looks.length, app.store.claims.size]).toEqual([0, 0]);
  });

  it("is bounded, however deep or long", async () => {
    const app = requester();
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const detail = { network_interface_id: ENI, reason: "\\".repeat(100_000) };
    expect(await handle(app, { ...sent(), body: deep }, sent({ detail }))).toEqual([]);
    expect(app.store.claim(ENI, ME)?.note).toHaveLength(200);
  });
});
