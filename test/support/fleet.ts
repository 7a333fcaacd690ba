/** A fleet whose instances lose their tags, and what sweeps leave of its sessions. */
import { requestOf } from "../../functions/sweep/request.js";
import { runSweep } from "../../functions/sweep/run.js";
import type { Summary } from "../../functions/sweep/summary.js";
import { anApp, type Account } from "./app.js";
import { aPolicy, aSession, aSource } from "./builders.js";
import { anEvent } from "./events.js";
import { aClock, aSweepState, aWriter, done, failed } from "./fakes.js";

export const schedule = requestOf(JSON.parse(anEvent("scheduled")));
const apply = requestOf({ reason: "apply", tf: { action: "create" } });
const byTag = aPolicy({ sources: { tags: [{ name: "all", tags: { Mirror: "true" } }] } });

/** Each sweep is as if its process had just started. */
export function aFleet(size: number, more: Account = {}) {
  const clock = aClock();
  const sweepState = aSweepState();
  const tagged = new Set(Array.from({ length: size }, (_, n) => n));
  const sessions = new Set(tagged);
  /** `meanwhile`: what happens before the sixth removal. */
  const sweep = async (meanwhile?: () => Promise<unknown>, request = schedule): Promise<Summary> => {
    const sources = Array.from({ length: size }, (_, n) =>
      aSource({
        id: `eni-${String(n)}`,
        instance: { id: `i-${String(n)}`, tags: tagged.has(n) ? { Mirror: "true" } : {} },
      }),
    );
    let isMeanwhile = meanwhile;
    const writer = aWriter((call) => {
      return sessions.delete(Number(call.replace("delete tms-", ""))) ? done : failed("gone");
    });
    const { turn } = writer;
    writer.turn = async (until) => {
      const now = writer.calls.length >= 5 ? isMeanwhile : undefined;
      if (now) isMeanwhile = undefined;
      await now?.();
      return turn(until);
    };
    const observation = {
      sources,
      sessions: [...sessions].map((n) =>
        aSession({ id: `tms-${String(n)}`, interfaceId: `eni-${String(n)}` }),
      ),
    };
    const app = anApp({ policy: byTag, clock, sweepState, writer, observation, ...more });
    return (await runSweep(app, request, 900_000)) as Summary;
  };
  const untag = (count: number) => {
    for (const n of [...tagged].slice(0, count)) tagged.delete(n);
  };
  const byApply = () => sweep(undefined, apply);
  return { clock, sweepState, sessions, sweep, byApply, untag };
}
