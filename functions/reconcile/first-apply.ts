/** Whether events may make sessions: not before the sweep of the first apply has decided, nor while it holds them. */
import type { Clock } from "../core/clock.js";
import { holdForEvents, type HoldReason } from "../core/sessions/first-apply.js";
import type { SweepStateStore } from "../core/sessions/ports.js";
import type { Telemetry } from "../runtime/telemetry.js";

/** Held for days, it is not to cost a read for every launch. */
const ASK_AGAIN_MS = 5_000;

/**
 * Asked once where the first apply is over. Nothing is held where the record is lost or cannot be read: that happens to
 * controllers that have worked for long, and no mirror is to come late for it.
 */
export function createReadHold(
  record: Pick<SweepStateStore, "read">,
  clock: Clock,
  { logger }: Pick<Telemetry, "logger">,
): () => Promise<HoldReason | undefined> {
  let known: { readonly hold: HoldReason | undefined; readonly until: number } | undefined;
  return async () => {
    if (known !== undefined && clock.now() < known.until) return known.hold;
    try {
      const { state } = await record.read();
      const hold = state === null ? undefined : holdForEvents(state.firstApply);
      const until = state?.firstApply === "over" ? Infinity : clock.now() + ASK_AGAIN_MS;
      known = { hold, until };
      return hold;
    } catch (error) {
      logger.warn(
        "the record of sweeps could not be read: the first apply is taken to be over",
        error as Error,
      );
      return undefined;
    }
  };
}
