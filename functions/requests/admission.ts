/**
 * Which requests are let in, decided before EC2 is called: a requester that asks too often is refused, and then ignored, at
 * the cost of one counter. When it asked is the queue's time, never the event's own.
 */
import type { DemandRequest } from "../core/demands/asked.js";
import { openIntake } from "../core/demands/intake.js";
import { admit, minuteOf } from "../core/demands/quota.js";
import { randomPause } from "../core/demands/update.js";
import { receiptOf } from "../core/demands/receipt.js";
import type { Lane } from "../reconcile/batch.js";
import type { ReconcileContext } from "../reconcile/context.js";
import type { Message } from "../reconcile/messages.js";

/**
 * How long a batch waits for its turn in EC2's rate. The next sweep makes the session of every claim that is written down, so
 * waiting longer would only keep later requests in the queue.
 */
const SESSIONS_MS = 3_000;
/** Queued so soon after its event's time, a message cannot have been in the dead-letter queue, so it needs no receipt. */
const PROMPT_MS = 60_000;

export const requestsLane: Lane = { admit: admitRequests, sessionsMs: SESSIONS_MS, looksComeBack: false };

async function admitRequests(
  context: ReconcileContext,
  messages: readonly Message[],
): Promise<readonly Message[]> {
  const counted = await countRequests(context, messages);
  const admitted = counted.filter(({ is }) => is === "admitted").map(({ message }) => message);
  const refused = counted.filter(({ is }) => is === "refused").map(({ message }) => message);
  const received = await withReceipts(context, [...admitted, ...refused]);
  await refuse(context, received.slice(admitted.length));
  const { metrics, logger } = context.telemetry;
  const ignored = counted.length - admitted.length - refused.length;
  metrics.addMetric("RequestsRefused", "Count", refused.length + ignored);
  if (refused.length + ignored > 0) {
    const over = counted.filter(({ is }) => is !== "admitted").map(({ message }) => requesterOf(message));
    logger.warn("requests over their quota", {
      refused: refused.length,
      ignored,
      requesters: [...new Set(over)],
    });
  }
  return received.slice(0, admitted.length);
}

interface Counted {
  readonly message: Message;
  readonly is: ReturnType<typeof admit>;
}

/** Messages that come back were counted and admitted the first time. */
async function countRequests(
  { claimStore, claimLimits, ports }: ReconcileContext,
  messages: readonly Message[],
): Promise<readonly Counted[]> {
  const counted: readonly Counted[] = messages
    .filter(({ deliveries }) => deliveries > 1)
    .map((message) => ({ message, is: "admitted" }));
  const fresh = messages.filter(({ deliveries }) => deliveries === 1);
  const minute = minuteOf(ports.clock.now());
  const countsOf = async (requester: string): Promise<readonly Counted[]> => {
    const its = fresh.filter((message) => requesterOf(message) === requester);
    const asked = await claimStore.count(requester, minute, its.length);
    return its.map((message, n) => ({
      message,
      is: admit(requester, asked - its.length + n + 1, claimLimits),
    }));
  };
  // Each has its own counter, so none waits for another's.
  const requesters = [...new Set(fresh.map(requesterOf))];
  return [...counted, ...(await Promise.all(requesters.map(countsOf))).flat()];
}

/** The messages with the times at which they were received first. */
async function withReceipts(
  { claimStore, ports, telemetry }: ReconcileContext,
  messages: readonly Message[],
): Promise<readonly Message[]> {
  const odd = messages.filter(({ time, queuedAt }) => !(time <= queuedAt && queuedAt - time <= PROMPT_MS));
  const ids = odd.map(({ eventId }) => eventId);
  const first = ids.length === 0 ? new Map<string, number>() : await claimStore.receipts(ids);
  for (const { eventId, time, queuedAt } of odd) {
    // After a time in the dead-letter queue, nothing else would tell when an event "from the future" first came.
    if (!first.has(eventId) && time > queuedAt) await claimStore.keepReceipt(eventId, queuedAt);
  }
  const now = ports.clock.now();
  return messages.map((message) => {
    const { time, queuedAt, eventId, deliveries } = message;
    if (deliveries === 1)
      telemetry.metrics.addMetric("RequestDelay", "Milliseconds", Math.max(0, now - queuedAt));
    return { ...message, time: queuedAt, receivedAt: receiptOf(time, queuedAt, first.get(eventId)) };
  });
}

async function refuse(context: ReconcileContext, messages: readonly Message[]): Promise<void> {
  if (messages.length === 0) return;
  const { claimStore: store, claimLimits: limits, settings, policies, ports, telemetry, random } = context;
  const { policy } = await policies.load();
  const pause = randomPause(ports.clock, random);
  const intake = openIntake({
    store,
    policy,
    limits,
    mode: settings.mode,
    now: () => ports.clock.now(),
    pause,
  });
  const requests = messages.flatMap(({ event, receivedAt: time }) =>
    event.followUps.flatMap((followUp): DemandRequest[] =>
      followUp.kind === "demand" || followUp.kind === "withdrawal" ? [{ followUp, time }] : [],
    ),
  );
  await intake.refuse(requests, "too-many-requests");
  // Not tried again: the next request over the quota gets the answer.
  for (const error of intake.failures) telemetry.logger.warn("a refusal was not written", error as Error);
}

function requesterOf({ event }: Message): string {
  const [followUp] = event.followUps;
  return followUp !== undefined && "by" in followUp ? followUp.by.name : "";
}
