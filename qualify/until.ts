/** Waiting for what AWS does in its own time, and no longer than the run may take. */
import { setTimeout as sleep } from "node:timers/promises";

export class TooLate extends Error {
  override readonly name = "TooLate";
}

export interface Clock {
  /** Milliseconds since the epoch after which nothing more is begun or waited for. */
  readonly deadline: number;
  /** An interrupt. */
  readonly signal: AbortSignal;
}

/** Why nothing more is begun; undefined while there is time. */
export const overtime = ({ deadline, signal }: Clock): string | undefined => {
  if (signal.aborted) return "The run was interrupted.";
  return Date.now() > deadline ? "The run's time was over." : undefined;
};

export const checkTime = (clock: Clock): void => {
  const late = overtime(clock);
  if (late !== undefined) throw new TooLate(late);
};

/** Asks until `done`, and gives the answer with the seconds that it took. `what` completes "waited in vain for". */
export const until = async <T>(
  clock: Clock,
  what: string,
  seconds: number,
  ask: () => Promise<T>,
  done: (answer: T) => boolean,
): Promise<{ readonly answer: T; readonly seconds: number }> => {
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1000;
  let pause = 100;
  for (;;) {
    checkTime(clock);
    const answer = await ask();
    if (done(answer)) return { answer, seconds: Math.round(passed() * 10) / 10 };
    if (passed() > seconds) throw new Error(`waited in vain for ${what}, ${seconds} s`);
    await sleep(pause);
    pause = Math.min(pause * 1.5, 3000);
  }
};
