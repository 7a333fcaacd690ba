import type { Clock } from "../core/clock.js";

/** The machine's own. */
export const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
