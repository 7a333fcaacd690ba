/**
 * 5,000 events in one minute, a third of them sent again, a tenth malformed. Nothing may be lost, nothing malformed may
 * block what is well, and the queue must be empty in the end with nothing in its dead-letter queue.
 */
import { percentile } from "../event-path.js";
import { foundRow, median, type Row, type Section } from "../section.js";
import { storm as storming } from "../storm.js";

const EVENTS = 5000;
const LAUNCHES = 700;
const MALFORMED = EVENTS / 10;
const MINUTE = 60_000;
/** Calls for each launch, throttled ones apart. */
const CREATES_EACH = 1.2;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(0)} s`;
const none = (name: string, found: number): Row => foundRow(name, String(found), "0", found === 0);

export const storm: Section = {
  name: "storm",
  title: `A storm: ${EVENTS.toLocaleString("en")} events in a minute, a third of them again, a tenth malformed, EC2's documented rates`,
  columns: ["found", "limit"],
  async measure() {
    const found = await storming({
      launches: LAUNCHES,
      // What the minute has left: 34 %.
      duplicates: EVENTS - MALFORMED - LAUNCHES * 4,
      malformed: MALFORMED,
      lasts: MINUTE,
      sweepEvery: MINUTE,
      patience: 15 * MINUTE,
    });
    const { put, waits, calls, sessions, createsThrottled: throttled } = found;
    const mirrored = waits.filter((wait) => wait < Infinity).length;
    return [
      foundRow(
        "events put",
        `${String(put.events)} in ${seconds(put.milliseconds)}`,
        "60 s, give or take 10 %",
        put.events === EVENTS && put.milliseconds < MINUTE * 1.1,
      ),
      foundRow(
        "launches mirrored",
        `${String(mirrored)} of ${String(LAUNCHES)}`,
        "all",
        mirrored === LAUNCHES,
      ),
      foundRow(
        "sessions in EC2",
        String(sessions),
        String(LAUNCHES),
        sessions === LAUNCHES && calls.others === 0,
      ),
      // Two runs may see the same new interface at once; EC2 refuses the second, whose session number is taken.
      foundRow(
        "creates",
        `${String(calls.creates)}, ${String(throttled)} of them throttled`,
        `${String(CREATES_EACH)} each`,
        calls.creates - throttled <= LAUNCHES * CREATES_EACH,
      ),
      foundRow("malformed, dropped", String(found.dropped), String(MALFORMED), found.dropped === MALFORMED),
      none("left in the queue", found.queued),
      none("in the dead-letter queue", found.dead),
      none("not delivered by the bus", found.undelivered),
      none("runs that failed", found.failedRuns),
      foundRow("runs of reconcile / of sweep", `${String(found.runs)} / ${String(found.sweeps)}`),
      foundRow("deliveries of messages", String(found.deliveries)),
      foundRow("reads of EC2", `${String(calls.reads)}; of all calls ${String(calls.throttled)} throttled`),
      foundRow("queue empty for good after", seconds(found.drained)),
      foundRow(
        "launch to session, median / 90 % / all",
        [median(waits), percentile(waits, 90), Math.max(...waits)].map(seconds).join(" / "),
      ),
    ];
  },
};
