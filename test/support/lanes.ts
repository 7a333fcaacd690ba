/**
 * The controller's two lanes and its sweep as they are deployed where nobody says otherwise, over one account in simulated
 * time: EC2's token buckets, calls that take their time, queues with runs of their own.
 */
import type { SQSRecord } from "aws-lambda";
import { createPace, spacingOf, type PaceOptions } from "../../functions/aws/pace.js";
import { standingBack } from "../../functions/aws/stand-back.js";
import { DELIVERIES } from "../../functions/core/events/retry.js";
import { awsKinds, requestKinds } from "../../functions/core/events/registry.js";
import type { Look, Session, Source } from "../../functions/core/model.js";
import type { Policy } from "../../functions/core/sessions/policy.js";
import { handleBatch, type Lane } from "../../functions/reconcile/batch.js";
import { requestsLane } from "../../functions/requests/admission.js";
import { requestOf } from "../../functions/sweep/request.js";
import { runSweep } from "../../functions/sweep/run.js";
import { batchSizes, defaultPaces, defaultQuotas } from "../bench/defaults.js";
import { simulatedTime } from "../bench/simulated-time.js";
import { anApp, type FakeApp } from "./app.js";
import { aSession } from "./builders.js";
import { aClaimStore } from "./claim-store.js";
import { ACCOUNT_REGION } from "./events.js";
import { aWriter, done, failed, NOON, type FakeClock } from "./fakes.js";

/** What a call takes, milliseconds. */
const TAKES = { ec2: 50, dynamodb: 10 } as const;
/** EC2 Developer Guide, "Request throttling for the Amazon EC2 API": describes, and mutations of each action. */
const BUCKETS = { reads: { capacity: 100, refill: 20 }, writes: { capacity: 50, refill: 5 } } as const;
/** A look reads the instances and the sessions on their interfaces. */
const READS_OF_A_LOOK = 2;
const [POLL_MS, MINUTE_MS, VISIBILITY_S] = [20, 60_000, 360];

export interface Queued {
  readonly id: string;
  readonly body: string;
  readonly queuedAt: number;
  readonly deliveries: number;
}
export interface LaneOfMessages {
  readonly waiting: Queued[];
  readonly dead: Queued[];
  /** Messages that are not done with. */
  open: number;
}

export function twoLanes(policy: Policy) {
  const time = simulatedTime(NOON);
  const clock: FakeClock = {
    ...time.clock,
    slept: [],
    advance: () => {
      throw new Error("time goes on by itself here");
    },
  };
  const sources = new Map<string, Source>();
  const sessions = new Map<string, Session>();
  /** When each interface got its first session. */
  const mirroredAt = new Map<string, number>();
  const [reads, writes] = [bucketOf(BUCKETS.reads), bucketOf(BUCKETS.writes)];
  const state = { over: false, throttled: 0, requestsWrites: 0 };

  function bucketOf({ capacity, refill }: { capacity: number; refill: number }) {
    let [tokens, at] = [capacity, NOON];
    return (): boolean => {
      tokens = Math.min(capacity, tokens + ((clock.now() - at) / 1000) * refill);
      at = clock.now();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    };
  }

  const claims = aClaimStore([], undefined, defaultQuotas());
  const store = slow(claims, () => clock.sleep(TAKES.dynamodb));

  /** One process of a function: its own pace, the same account. */
  const process = (pace: ReturnType<typeof createPace>, onWrite: () => void = () => undefined): FakeApp => {
    const base = aWriter();
    const write = async (call: () => unknown) => {
      onWrite();
      await clock.sleep(TAKES.ec2);
      if (!writes()) {
        state.throttled += 1;
        pace.slowDown();
        return failed("throttled");
      }
      call();
      return done;
    };
    const writer: ReturnType<typeof aWriter> = {
      ...base,
      turn: (until) => pace.turn(until),
      create: (desired) =>
        write(() => {
          const id = `tms-${String(mirroredAt.size)}`;
          sessions.set(desired.interfaceId, aSession({ ...desired, id }));
          if (!mirroredAt.has(desired.interfaceId)) mirroredAt.set(desired.interfaceId, clock.now());
        }),
      remove: (id) =>
        write(() => {
          for (const [eni, session] of sessions) if (session.id === id) sessions.delete(eni);
        }),
    };
    const app = anApp({ policy, clock, writer, store });
    const see = async (names: (source: Source) => boolean, calls: number, app: () => object) => {
      for (let n = 0; n < calls; n++) while (!reads()) await clock.sleep(TAKES.ec2);
      await clock.sleep(TAKES.ec2);
      const seen = [...sources.values()].filter(names);
      const on = seen.flatMap(({ id }) => sessions.get(id) ?? []);
      return {
        ...(app() as Awaited<ReturnType<FakeApp["ports"]["observer"]["look"]>>),
        sources: seen,
        sessions: on,
      };
    };
    const { look, everything } = app.ports.observer;
    app.ports.observer.look = async (about: Look, ...more) => {
      const empty = await look(about, ...more);
      const names = ({ id, instance }: Source) =>
        about.interfaceIds.includes(id) || about.instanceIds.includes(instance?.id ?? "");
      return see(names, READS_OF_A_LOOK, () => empty);
    };
    app.ports.observer.everything = async (...of) => {
      const empty = await everything(...of);
      return see(
        () => true,
        READS_OF_A_LOOK,
        () => empty,
      );
    };
    return app;
  };

  const queueOf = (): LaneOfMessages => ({ waiting: [], dead: [], open: 0 });
  const [events, requests] = [queueOf(), queueOf()];
  const put = (queue: LaneOfMessages, id: string, body: object) => {
    queue.open += 1;
    queue.waiting.push({ id, body: JSON.stringify(body), queuedAt: clock.now(), deliveries: 1 });
  };

  /** What Lambda does for one of the runs that may be at once. */
  const poll = async (app: FakeApp, queue: LaneOfMessages, size: number, lane?: Lane) => {
    while (!state.over) {
      const batch = queue.waiting.splice(0, size);
      if (batch.length === 0) {
        await clock.sleep(POLL_MS);
        continue;
      }
      const before = app.returned.length;
      const answer = await handleBatch(app, batch.map(recordOf), ACCOUNT_REGION, clock.now() + 45_000, lane);
      const failures = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const delays = new Map(
        app.returned.slice(before).map(({ receiptHandle, seconds }) => [receiptHandle, seconds]),
      );
      for (const message of batch) {
        if (!failures.has(message.id)) queue.open -= 1;
        else if (message.deliveries === DELIVERIES) {
          queue.open -= 1;
          queue.dead.push(message);
        } else void comeBack(queue, message, delays.get(message.id) ?? VISIBILITY_S);
      }
    }
  };
  const comeBack = async (queue: LaneOfMessages, message: Queued, seconds: number) => {
    await clock.sleep(1000 * seconds);
    queue.waiting.push({ ...message, deliveries: message.deliveries + 1 });
  };

  const sweepEachMinute = async (app: FakeApp) => {
    while (!state.over) {
      const next = clock.now() + MINUTE_MS;
      await runSweep(app, requestOf({}), clock.now() + 55_000);
      await clock.sleep(Math.max(0, next - clock.now()));
    }
  };

  return {
    clock,
    claims,
    sources,
    sessions,
    mirroredAt,
    state,
    events,
    requests,
    put,
    /** Everything as deployed, until `work` is done. */
    async during(work: () => Promise<void>): Promise<{ readonly apps: readonly FakeApp[] }> {
      const paces = defaultPaces();
      const sizes = batchSizes();
      const paceOf = (options: PaceOptions) =>
        createPace({ ...options, spacing: spacingOf(options.perSecondWaiting ?? options.perSecond) }, clock);
      const backlog = () => Promise.resolve(events.waiting.length);
      const ofEvents = Array.from({ length: paces.concurrency }, () => ({
        ...process(paceOf(paces.events)),
        kinds: awsKinds,
      }));
      const countWrite = () => {
        state.requestsWrites += 1;
      };
      const ofRequests = Array.from({ length: paces.requestsConcurrency }, () => ({
        ...process(paceOf(paces.requests), countWrite),
        kinds: requestKinds,
      }));
      const sweeper = process(standingBack(paceOf(paces.sweep), backlog, clock));
      const running = Promise.all([
        ...ofEvents.map((app) => poll(app, events, sizes.events)),
        ...ofRequests.map((app) => poll(app, requests, sizes.requests, requestsLane)),
        sweepEachMinute(sweeper),
        work().finally(() => {
          state.over = true;
        }),
      ]);
      await time.run(running);
      await running;
      return { apps: ofRequests };
    },
  };
}

function recordOf({ id, body, queuedAt, deliveries }: Queued): SQSRecord {
  const attributes = { ApproximateReceiveCount: String(deliveries), SentTimestamp: String(queuedAt) };
  return { messageId: id, receiptHandle: id, body, attributes } as SQSRecord;
}

/** The store behind calls that take their time. */
function slow(
  store: ReturnType<typeof aClaimStore>,
  wait: () => Promise<void>,
): ReturnType<typeof aClaimStore> {
  return {
    ...store,
    read: async (keys) => (await wait(), store.read(keys)),
    all: async (until) => (await wait(), store.all(until)),
    count: async (...of) => (await wait(), store.count(...of)),
    write: async (...of) => (await wait(), store.write(...of)),
    receipts: async (ids) => (await wait(), store.receipts(ids)),
    keepReceipt: async (...of) => (await wait(), store.keepReceipt(...of)),
  };
}
