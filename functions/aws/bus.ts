/**
 * Puts events on the controller's bus, as many as a call takes: ten entries and 256 KB (EventBridge API reference,
 * PutEvents). An answer of 200 may still say that some entries failed, so its entries are read one by one.
 */
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../core/clock.js";
import { CONTROLLER_SOURCE, type BusEvent, type Publish } from "../core/sessions/bus-events.js";
import { options } from "./client.js";
import { signalAt } from "./signal.js";

const ENTRIES = 10;
/** Calls at the same time: a drain reports thousands of sessions, and has seconds for it. */
const CONCURRENCY = 4;
/** Under the 256 KB, with room for what the service adds to its count. */
const BYTES = 240_000;
const TRIES = 4;
const PAUSE_MS = 200;

export function createEventBridgeClient(): EventBridgeClient {
  return new EventBridgeClient(options);
}

/** `onLost`: called with each event that could not be sent, and why; once for all that time did not suffice for. */
export function createPublisher(
  client: EventBridgeClient,
  bus: string,
  clock: Clock,
  onLost: (event: BusEvent, why: string) => void,
): Publish {
  return async (events, until) => {
    const waiting = [...inBatches(events)];
    let lost = 0;
    const sendNext = async (): Promise<void> => {
      let left = (waiting.shift() ?? []).map((event) => ({
        event,
        entry: entryOf(event, bus),
        why: "",
      }));
      // A bus that takes nothing is not waited for again and again: a sweep has better things to do with its time.
      const most = lost > 0 ? 1 : TRIES;
      for (let tries = 1; left.length > 0 && tries <= most && clock.now() < until; tries++) {
        if (tries > 1) await clock.sleep(PAUSE_MS * 2 ** (tries - 2));
        left = await send(client, left, signalAt(clock, until));
      }
      for (const { event, why } of left) onLost(event, why);
      lost += left.length;
    };
    const sendAll = async (): Promise<void> => {
      while (waiting.length > 0 && clock.now() < until) await sendNext();
    };
    // The first alone: it shows whether the bus takes anything.
    if (clock.now() < until) await sendNext();
    await Promise.all(Array.from({ length: CONCURRENCY }, sendAll));
    const late = waiting.flat();
    const [first] = late;
    if (first !== undefined) onLost(first, `no time was left for it and ${String(late.length - 1)} others`);
    return lost + late.length;
  };
}

interface Pending {
  readonly event: BusEvent;
  readonly entry: PutEventsRequestEntry;
  readonly why: string;
}

/** Answers those that were not taken. */
async function send(
  client: EventBridgeClient,
  pending: Pending[],
  abortSignal: AbortSignal,
): Promise<Pending[]> {
  try {
    const { FailedEntryCount = 0, Entries = [] } = await client.send(
      new PutEventsCommand({ Entries: pending.map(({ entry }) => entry) }),
      { abortSignal },
    );
    if (FailedEntryCount === 0) return [];
    return pending.flatMap((each, index) => {
      const { ErrorCode, ErrorMessage = "" } = Entries[index] ?? {};
      return ErrorCode === undefined ? [] : [{ ...each, why: `${ErrorCode}: ${ErrorMessage}` }];
    });
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return pending.map((each) => ({ ...each, why }));
  }
}

export function inBatches(events: readonly BusEvent[]): readonly (readonly BusEvent[])[] {
  const batches: BusEvent[][] = [];
  let bytes = Infinity;
  for (const event of events) {
    const size = sizeOf(event);
    const last = batches.at(-1);
    if (last === undefined || last.length === ENTRIES || bytes + size > BYTES) {
      batches.push([event]);
      bytes = size;
    } else {
      last.push(event);
      bytes += size;
    }
  }
  return batches;
}

/** EventBridge User Guide, "Calculating PutEvents event entry size". */
function sizeOf({ detailType, detail }: BusEvent): number {
  return Buffer.byteLength(CONTROLLER_SOURCE) + detailType.length + Buffer.byteLength(JSON.stringify(detail));
}

function entryOf({ detailType, detail }: BusEvent, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: CONTROLLER_SOURCE,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  };
}
