/**
 * When a request was received. The event's own time is the requester's (EventBridge API reference, PutEventsRequestEntry,
 * "Time"): it may lie in the past or in the future, so it can only make a claim older. What counts is when the queue took the
 * message in; a message that comes back from the dead-letter queue has a new time there, so the first is kept by event id.
 */

/** EventBridge cuts an event's time to whole seconds. */
const WHOLE_SECOND_MS = 999;

/** `eventTime`: as the event says. `queuedAt`: by the queue. `first`: of an earlier delivery that is on record. */
export function receiptOf(eventTime: number, queuedAt: number, first: number | undefined): number {
  const claimed = Number.isFinite(eventTime) ? eventTime + WHOLE_SECOND_MS : queuedAt;
  return Math.min(claimed, queuedAt, first ?? queuedAt);
}
